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

export function citationOf(cited: Cited, base: string): string {
  const { accession, version, title, metadata, publishedAt } = cited;
  const year = new Date(publishedAt).getUTCFullYear();
  const publication = typeof metadata.doi === 'string' ? ` Publication: ${doiUrl(metadata.doi)}` : '';
  return `${title.replace(/[.\s]+$/, '')}. Version ${version}, ${year}. ${accession}. ${permanentUrl(base, cited)}${publication}`;
}
