/** Where is each service, and what is it asked? A row for each; what it cannot answer is left unverified. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import type { Service } from '../../src/lookups/kinds.js';
import type { Answered } from '../../src/lookups/lookup-work.service.js';
import { Crossref, CrossrefFailed } from '../dois/crossref.js';
import { HostRests, PacedCalls } from '../paced-calls.js';
import { type Asking, LookupFailed, verified } from './answers.js';
import { cellLineIn, emdbEntry, empiarEntry, pdbEntry, personIn, proteinIn, resolvedBy, strainIn } from './entries.js';
import { termIn } from './ontologies.js';

interface Asked {
  readonly name: string;
  readonly url: `${string}_URL` & keyof Config;
  readonly find: (asking: Asking, value: string) => Promise<Answered>;
}

const SERVICES: Readonly<Record<Exclude<Service, 'crossref'>, Asked>> = {
  orcid: { name: 'ORCID', url: 'ORCID_URL', find: personIn },
  empiar: { name: 'EMPIAR', url: 'EMPIAR_URL', find: empiarEntry },
  emdb: { name: 'EMDB', url: 'EMDB_URL', find: emdbEntry },
  pdb: { name: 'The PDB', url: 'PDB_URL', find: pdbEntry },
  ols: { name: 'The Ontology Lookup Service', url: 'OLS_URL', find: termIn },
  uniprot: { name: 'UniProt', url: 'UNIPROT_URL', find: proteinIn },
  cellosaurus: { name: 'Cellosaurus', url: 'CELLOSAURUS_URL', find: cellLineIn },
  wormbase: { name: 'WormBase', url: 'WORMBASE_URL', find: strainIn },
};
/** For DOIs that Crossref does not know: there are other agencies. */
const RESOLVER: Asked = { name: 'doi.org', url: 'DOI_URL', find: resolvedBy };

@Injectable()
export class Services {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly calls: PacedCalls,
    private readonly crossref: Crossref,
  ) {}

  /** @throws LookupFailed, or HostRests where nobody was asked */
  async find(service: Service, value: string, signal: AbortSignal): Promise<Answered> {
    return service === 'crossref' ? this.doi(value, signal) : this.findAt(SERVICES[service], value, signal);
  }

  private async doi(doi: string, signal: AbortSignal): Promise<Answered> {
    const publication = await this.crossref.publication(doi, signal).catch((error: Error) => {
      if (error.cause instanceof HostRests) throw error.cause;
      throw error instanceof CrossrefFailed ? new LookupFailed(error.message, { cause: error }) : error;
    });
    return publication ? verified([publication.title]) : this.findAt(RESOLVER, doi, signal);
  }

  private async findAt({ name, url, find }: Asked, value: string, signal: AbortSignal): Promise<Answered> {
    const base = this.config[url];
    if (base === undefined || base === 'off') throw new LookupFailed(`Asking ${name} is switched off.`);
    const { LOOKUP_TIMEOUT: timeout, LOOKUP_EVERY, CROSSREF_EVERY } = this.config;
    const gap = url === RESOLVER.url ? CROSSREF_EVERY : LOOKUP_EVERY;
    const ask: Asking['ask'] = (path, method = 'GET') =>
      this.calls.ask(new URL(`${base}${path}`), { gap, timeout, signal, method }).catch((cause: Error) => {
        if (cause instanceof HostRests || signal.aborted) throw cause;
        throw new LookupFailed(`cannot be asked: ${cause.message}`, { cause });
      });
    return find({ ask }, value).catch((error: Error) => {
      throw error instanceof LookupFailed ? new LookupFailed(`${name} ${error.message}`, { cause: error }) : error;
    });
  }
}
