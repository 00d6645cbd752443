/** What do the registers of people, publications, entries and terms answer? A server on loopback that answers as each of them does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly path: string;
  readonly method: string;
  /** In ms. */
  readonly at: number;
}

export interface LookupServer {
  readonly pair: string;
  readonly asked: readonly Asked[];
  /** The settings that have all services be here. */
  readonly settings: Readonly<Record<string, string>>;
  /** How often something was asked for. */
  times(path: string): number;
  close(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const SERVICES = ['crossref', 'doi', 'orcid', 'empiar', 'emdb', 'pdb', 'ols', 'uniprot', 'cellosaurus'];

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** `/service/path` as it is decoded once; of the terms of OLS, `/ols/terms` with their IRI behind it. */
export async function startLookups(answers: Readonly<Record<string, Answer>>): Promise<LookupServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://here');
    const iri = url.searchParams.get('iri');
    const path = decodeURIComponent(url.pathname) + (iri === null ? '' : ` ${iri}`);
    asked.push({ path, method: request.method ?? '', at: performance.now() });
    const answer = answers[path];
    if (answer) answer(request, response);
    else if (path.startsWith('/ols/terms')) terms()(request, response);
    else json(404, { error: 'nothing here' })(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const pair = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    pair,
    asked,
    settings: Object.fromEntries(SERVICES.map((name) => [`${name.toUpperCase()}_URL`, `http://${pair}/${name}`])),
    times: (path) => asked.filter((call) => call.path === path).length,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

export const person = (given: string, family: string): Answer =>
  json(200, { name: { 'given-names': { value: given }, 'family-name': { value: family }, 'credit-name': null } });

interface Term {
  readonly iri: string;
  readonly label: string;
  readonly synonyms?: readonly string[];
  readonly is_defining_ontology?: boolean;
  readonly is_obsolete?: boolean;
}

/** OLS says of what it does not know that there are none of it. */
export const terms = (...found: Term[]): Answer =>
  json(200, {
    ...(found.length > 0 && { _embedded: { terms: found } }),
    page: { size: 20, totalElements: found.length, totalPages: 1, number: 0 },
  });

const OBO = 'http://purl.obolibrary.org/obo/';
/** `GO_0005840` and what it is called, for a table of answers; ontologies that import it have it too. */
export const term = (id: string, label: string, synonyms: string[] = [], more: object = {}): [string, Answer] => [
  `/ols/terms ${OBO}${id}`,
  terms(
    { iri: `${OBO}${id}`, label: 'as it was once called', is_defining_ontology: false },
    { iri: `${OBO}${id}`, label, synonyms, is_defining_ontology: true, ...more },
  ),
];
/** Ancestors of a term of GO, by their ids. */
export const ancestors = (id: string, ...of: string[]): [string, Answer] => [
  `/ols/ontologies/go/terms/${encodeURIComponent(OBO + id)}/ancestors`,
  terms(...of.map((each) => ({ iri: `${OBO}${each}`, label: each }))),
];

/** An ORCID iD that ends as it must. */
export function orcid(n: number): string {
  const digits = String(n).padStart(15, '0');
  const total = [...digits].reduce((sum, digit) => (sum + Number(digit)) * 2, 0);
  const check = (12 - (total % 11)) % 11;
  return `${digits}${check === 10 ? 'X' : check}`.replace(/(....)(?=.)/g, '$1-');
}
