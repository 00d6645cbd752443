/** What does the document say that lies beside the files? All that is needed to understand them without this service. */
import { type Cited, citationOf, permanentUrl } from './citation.js';
import type { PublicFile } from './public-copy.js';

/** A version as it goes to the public store. */
export interface Edition extends Cited {
  readonly profile: { readonly id: string; readonly version: string; readonly title: string };
  readonly schema: string | null;
  readonly licence: string | null;
  readonly revision: string;
  readonly createdAt: string;
  readonly approvedAt: string | null;
  readonly files: readonly PublicFile[];
}

/** The same bytes for the same rows, so that it can be written twice, and verified. */
export function landingOf(edition: Edition, base: string): Buffer {
  const { accession, version, title, profile, schema, licence, metadata, revision, files } = edition;
  const document = {
    about: 'A version of a published record: what it is, and the files below "files/" with their SHA-256.',
    accession,
    version,
    title,
    permanentUrl: permanentUrl(base, edition),
    citation: citationOf(edition, base),
    profile: { ...profile, ...(schema !== null && { schema }) },
    ...(licence !== null && { licence }),
    metadata,
    files: files.map(({ path, size, sha256 }) => ({ path: `files/${path}`, size, sha256 })),
    revision,
    dates: {
      created: edition.createdAt,
      approved: edition.approvedAt,
      // Only the day: it is written shortly before the instant.
      published: edition.publishedAt.slice(0, 10),
    },
  };
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
}
