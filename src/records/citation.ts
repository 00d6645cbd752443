/** How is a version cited? So that the address in it leads to exactly these bytes. */
import { doiUrl } from '../dois/publication.js';

export interface Cited {
  readonly accession: string;
  readonly version: number;
  readonly title: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When it was published, or is about to be. */
  readonly publishedAt: string;
}

/** The permanent address of a version, below the address at which people reach the service. */
export const permanentUrl = (base: string, { accession, version }: Pick<Cited, 'accession' | 'version'>): string =>
  `${base}/api/v1/records/${accession}/versions/${version}`;

/** Of a data set: what the field writes into `uns['citation']`. `file` is its permanent address, which pins the bytes. */
export function datasetCitation(cited: Pick<Cited, 'accession' | 'metadata'>, file: string, base: string): string {
  const { doi } = cited.metadata;
  const publication = typeof doi === 'string' ? `Publication: ${doiUrl(doi)} ` : '';
  return `${publication}Dataset Version: ${file} curated and distributed by Accession in Collection: ${base}/api/v1/records/${cited.accession}`;
}

/** Its DOI: of a field of its own, or the first of the cross references. */
function publicationOf({ doi, cross_references: references }: Cited['metadata']): string | null {
  if (typeof doi === 'string') return doi;
  const cited = Array.isArray(references) ? references.find((each) => each?.kind === 'DOI') : undefined;
  return typeof cited?.value === 'string' ? cited.value : null;
}

export function citationOf(cited: Cited, base: string): string {
  const { accession, version, title, metadata, publishedAt } = cited;
  const year = new Date(publishedAt).getUTCFullYear();
  const doi = publicationOf(metadata);
  const publication = doi === null ? '' : ` Publication: ${doiUrl(doi)}`;
  return `${title.replace(/[.\s]+$/, '')}. Version ${version}, ${year}. ${accession}. ${permanentUrl(base, cited)}${publication}`;
}
