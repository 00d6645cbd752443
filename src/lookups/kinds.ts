/** Who is asked about which identifier, and what is made of the answer? A row for each kind. */
import type { IdentifierKind } from '../../checks/profiles/cryoet/identifiers.js';
import { doiUrl } from '../dois/publication.js';

export const SERVICES = [
  ...(['orcid', 'crossref', 'empiar', 'emdb', 'pdb'] as const),
  ...(['ols', 'uniprot', 'cellosaurus', 'wormbase'] as const),
] as const;
export type Service = (typeof SERVICES)[number];

interface Kind {
  readonly service: Service;
  /** Whether the name in the metadata must be the label or a synonym, or a part of one or around one. */
  readonly names: 'equal' | 'part' | 'not compared';
  /** One that is not there keeps a draft from being submitted. Terms of ontologies are for the curator. */
  readonly blocks: boolean;
  /** Where a person sees it. */
  readonly page: (value: string) => string;
  /** What is said of one that is not there. */
  readonly unknown: (value: string) => string;
}

const bare = (value: string) => value.replace(/^[^:_-]+[:_-]/, '');
const OBO = 'http://purl.obolibrary.org/obo/';
const EFO = 'http://www.ebi.ac.uk/efo/';

/** By which OLS knows a term. */
export const iriOf = (curie: string): string => `${curie.startsWith('EFO:') ? EFO : OBO}${curie.replace(':', '_')}`;

const entry = (service: Service, archive: string, page: (value: string) => string): Kind => ({
  ...{ service, names: 'part', blocks: true, page },
  unknown: (value) => `${archive} has no public entry ${value}: correct it, or leave it out until it is released`,
});

const term = (ontology: string): Kind => ({
  ...{ service: 'ols', names: 'equal', blocks: false, page: iriOf },
  unknown: (value) => `${ontology} has no term ${value}: correct it`,
});

export const KINDS: Readonly<Record<IdentifierKind, Kind>> = {
  ORCID: {
    ...{ service: 'orcid', names: 'not compared', blocks: true },
    page: (value) => `https://orcid.org/${value}`,
    unknown: (value) => `ORCID knows nobody by ${value}: correct it`,
  },
  DOI: {
    ...{ service: 'crossref', names: 'not compared', blocks: true, page: doiUrl },
    unknown: (value) => `neither Crossref nor doi.org knows ${value}: correct the DOI, or leave it out`,
  },
  EMPIAR: entry('empiar', 'EMPIAR', (value) => `https://www.ebi.ac.uk/empiar/${value}/`),
  EMDB: entry('emdb', 'EMDB', (value) => `https://www.ebi.ac.uk/emdb/${value}`),
  PDB: entry('pdb', 'The PDB', (value) => `https://www.rcsb.org/structure/${pdbId(value)}`),
  UniProtKB: {
    ...entry('uniprot', 'UniProtKB', (value) => `https://www.uniprot.org/uniprotkb/${bare(value)}`),
    names: 'equal',
  },
  CVCL: {
    ...entry('cellosaurus', 'Cellosaurus', (value) => `https://www.cellosaurus.org/${value}`),
    names: 'equal',
  },
  WBStrain: {
    ...entry('wormbase', 'WormBase', (value) => `https://wormbase.org/species/c_elegans/strain/${value}`),
    names: 'equal',
  },
  GO: {
    ...term('GO'),
    unknown: (value) => `GO has no cellular component ${value}: correct it`,
  },
  ...ontologies(
    ...(['CL', 'UBERON', 'BTO', 'WBbt', 'ZFA', 'FBbt', 'EFO', 'MONDO', 'PATO', 'WBls'] as const),
    ...(['HsapDv', 'MmusDv', 'ZFS', 'FBdv', 'CHEBI', 'NCBITaxon'] as const),
  ),
};

/** As the archive itself writes it: four characters, or `pdb_` and eight. */
export function pdbId(value: string): string {
  const id = bare(value);
  return id.length === 4 ? id : `pdb_${id.toLowerCase().padStart(8, '0')}`;
}

export const BLOCKING: readonly IdentifierKind[] = kindsThat(({ blocks }) => blocks);
export const COMPARED_WHOLE: readonly IdentifierKind[] = kindsThat(({ names }) => names === 'equal');
export const COMPARED_IN_PART: readonly IdentifierKind[] = kindsThat(({ names }) => names === 'part');

function kindsThat(holds: (kind: Kind) => boolean): IdentifierKind[] {
  return (Object.keys(KINDS) as IdentifierKind[]).filter((kind) => holds(KINDS[kind]));
}

function ontologies<K extends IdentifierKind>(...names: readonly K[]): Record<K, Kind> {
  return Object.fromEntries(names.map((name) => [name, term(name)])) as Record<K, Kind>; // each has its entry
}
