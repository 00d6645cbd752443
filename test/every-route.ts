/** How is any route called, as anybody? With what the OpenAPI document says of it, about a submission made for the call. */
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PROFILES } from '../checks/profiles/index.js';
import { AccessTokensService } from '../src/identity/access-tokens.service.js';
import { PeopleService } from '../src/identity/people.service.js';
import { makeSecret } from '../src/identity/secrets.js';
import { type Role, SCOPES, type Scope, type User } from '../src/identity/user.js';
import { type Schema, type Schemas, sampleOf } from './sample-of.js';
import { beginWorld } from './world.js';

/** Everybody there is. The submission that a route is asked about is the owner's. */
export const CALLERS = {
  owner: 'submitter',
  editor: 'submitter',
  viewer: 'submitter',
  'another submitter': 'submitter',
  curator: 'curator',
  admin: 'admin',
} as const satisfies Record<string, Role>;
export type Caller = keyof typeof CALLERS;

/** What each sends where not everybody may send the same. */
const EVENTS: Readonly<Record<Caller, string>> = {
  owner: 'submitter.submit',
  editor: 'submitter.edit',
  viewer: 'submitter.edit',
  'another submitter': 'submitter.submit',
  curator: 'curator.claim',
  admin: 'admin.withdraw',
};

const JSON_TYPE = 'application/json';

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Schemas };
}

export interface Answer {
  readonly status: number;
  /** Of the problem, where it is one. */
  readonly code: string | null;
  readonly body: string;
}

/** Somebody from elsewhere, by what they show. */
export interface Bearer {
  readonly token: string;
}

/** What is there to be asked about, by the names of parameters. */
export type About = Readonly<Record<string, string>>;

export type RouteCalls = Awaited<ReturnType<typeof beginRouteCalls>>;

/** @param settings what is different from those of every test */
export async function beginRouteCalls(settings: Record<string, string> = {}) {
  const world = await beginWorld(settings);
  const { app, db, url, end } = world;
  const document: OpenApi = (await app.inject({ method: 'GET', url: '/api/openapi.json' })).json();
  const callers = await people(app);

  function documented(): string[] {
    return Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
    );
  }

  /**
   * @param as null: a stranger; 'mistyped': somebody with a token that is none
   * @param about without it, a submission is made for the call
   */
  async function call(
    route: string,
    as: Caller | Bearer | 'mistyped' | null,
    scopes: readonly Scope[] = SCOPES,
    about?: About,
  ): Promise<Answer> {
    const [method = '', template = ''] = route.split(' ');
    const token = await shownBy(as, scopes);
    const body = bodyOf(route, as);
    const answer = await fetch(`${url}/api/v1${await addressOf(template, about)}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': body.type }),
        'if-match': '*',
      },
      ...(body && { body: body.text }),
    });
    const text = await textOf(answer);
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') && text !== '';
    return { status: answer.status, code: isProblem ? JSON.parse(text).code : null, body: text };
  }

  async function shownBy(as: Caller | Bearer | 'mistyped' | null, scopes: readonly Scope[]): Promise<string | null> {
    if (as === null) return null;
    if (as === 'mistyped') return `${makeSecret('token')}x`;
    return typeof as === 'string' ? tokenOf(callers[as], scopes) : as.token;
  }

  async function addressOf(template: string, about?: About): Promise<string> {
    const isAboutOne = template.startsWith('/submissions/{id}') && !about;
    const { id, accession } = isAboutOne ? await draft() : { id: randomUUID(), accession: 'ACC000000' };
    const filled: Record<string, string> = { id, accession, n: '1', path: 'a.txt', item: 'item', ...about };
    return template.replace(/\{(\w+)\}/g, (_, name: string) => filled[name] ?? randomUUID());
  }

  async function draft(): Promise<{ id: string; accession: string }> {
    const [profile] = PROFILES.keys();
    const headers = { authorization: `Bearer ${await tokenOf(callers.owner, SCOPES)}` };
    const payload = { profile, title: 'Ribosomes in situ' };
    const answer = await app.inject({ method: 'POST', url: '/api/v1/submissions', headers, payload });
    if (answer.statusCode !== 201) throw new Error(`There is no submission to ask about: ${answer.body}`);
    const { id, accession } = answer.json();
    await db.query(
      `INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'editor'), ($1, $3, 'viewer')`,
      [accession, callers.editor.id, callers.viewer.id],
    );
    return { id, accession };
  }

  function bodyOf(route: string, as: Caller | Bearer | 'mistyped' | null): { type: string; text: string } | undefined {
    const [method = '', template = ''] = route.split(' ');
    if (route === 'POST /submissions/{id}/transitions') {
      const event = typeof as === 'string' && as !== 'mistyped' ? EVENTS[as] : EVENTS.owner;
      return { type: JSON_TYPE, text: JSON.stringify({ event, comment: 'because', policyAccepted: true }) };
    }
    const content = document.paths[`/api/v1${template}`]?.[method.toLowerCase()]?.requestBody?.content;
    if (content?.['text/csv']) return { type: 'text/csv', text: 'run_name\n' };
    const schema = content?.[JSON_TYPE]?.schema;
    return schema && { type: JSON_TYPE, text: JSON.stringify(Object(sampleOf(schema, document.components.schemas))) };
  }

  const made = new Map<string, Promise<string>>();
  function tokenOf(user: User, scopes: readonly Scope[]): Promise<string> {
    const key = `${user.id} ${scopes}`;
    const token = made.get(key) ?? newToken(app, user, scopes);
    made.set(key, token);
    return token;
  }

  return { world, documented, call, end };
}

/** What is told live has no end: of that, what is told at once. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream') || !answer.body) return answer.text();
  const reader = answer.body.getReader();
  const begins = reader.read();
  const enough = setTimeout(() => void reader.cancel(), 500);
  const { value } = await begins;
  clearTimeout(enough);
  await reader.cancel();
  return new TextDecoder().decode(value);
}

async function people(app: NestFastifyApplication): Promise<Readonly<Record<Caller, User>>> {
  const entries = Object.entries(CALLERS).map(async ([caller, role]): Promise<[string, User]> => {
    const email = `${randomUUID()}@example.org`;
    const person = await app.get(PeopleService).signUp({ name: caller, email, password: 'correct horse' }, [role]);
    return [caller, { ...person, scopes: null }];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Caller, User>; // CALLERS has them all
}

async function newToken(app: NestFastifyApplication, user: User, scopes: readonly Scope[]): Promise<string> {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  return (await app.get(AccessTokensService).make(user, { name: 'all', scopes: [...scopes], expiresAt })).token;
}
