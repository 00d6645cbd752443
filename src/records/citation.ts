/** How is a version cited? So that the address in it leads to exactly these bytes. */

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

export function citationOf(cited: Cited, base: string): string {
  const { accession, version, title, metadata, publishedAt } = cited;
  const year = new Date(publishedAt).getUTCFullYear();
  const publication = typeof metadata.doi === 'string' ? ` Publication: https://doi.org/${metadata.doi}` : '';
  return `${title.replace(/[.\s]+$/, '')}. Version ${version}, ${year}. ${accession}. ${permanentUrl(base, cited)}${publication}`;
}
