/** Which DOI is to be looked up? Whoever writes metadata says so, within the same transaction. */
import type { EntityManager } from 'typeorm';
import { post } from '../outbox/outbox.js';
import { type DoiView, doiUrl } from './publication.js';

const FORGET = `
  UPDATE doi_lookup SET doi = NULL, state = 'unverified', publication = NULL, "publishedAs" = NULL, problem = NULL,
         attempt = attempt + 1, "dueAt" = NULL, "leaseUntil" = NULL, "checkedAt" = NULL
   WHERE "submissionId" = $1 AND doi IS NOT NULL`;

/** Nothing comes of a DOI that is the same as before. */
const ASK = `
  INSERT INTO doi_lookup ("submissionId", doi, "dueAt") VALUES ($1, $2, now())
  ON CONFLICT ("submissionId") DO UPDATE
    SET doi = $2, state = 'unverified', publication = NULL, "publishedAs" = NULL, problem = NULL, tries = 0,
        attempt = doi_lookup.attempt + 1, "dueAt" = now(), "leaseUntil" = NULL, "checkedAt" = NULL
  WHERE doi_lookup.doi IS DISTINCT FROM $2
  RETURNING attempt`;

/** The metadata name `doi` now, or none: what was known of another one is forgotten. */
export async function keepDoi(tx: EntityManager, submissionId: string, doi: string | null): Promise<void> {
  if (doi === null) {
    await tx.query(FORGET, [submissionId]);
    return;
  }
  const [asked]: { attempt: number }[] = await tx.query(ASK, [submissionId, doi]);
  if (asked) await post(tx, { topic: 'doi.changed', submissionId, attempt: asked.attempt });
}

/** What a statement about a submission `s` selects, for `doiView`. */
export const DOI_COLUMN = `
  (SELECT jsonb_build_object('doi', x.doi, 'state', x.state, 'publication', x.publication, 'publishedAs', x."publishedAs",
                             'checkedAt', x."checkedAt")
     FROM doi_lookup x WHERE x."submissionId" = s.id AND x.doi IS NOT NULL) AS doi`;

type Row = Pick<DoiView, 'doi' | 'state' | 'publication'> & {
  readonly checkedAt: string | null;
  readonly publishedAs: { readonly doi: string; readonly publication: DoiView['publication'] } | null;
};

export const doiView = (row: Row | null): DoiView | null =>
  row && {
    ...row,
    url: doiUrl(row.doi),
    checkedAt: row.checkedAt && new Date(row.checkedAt).toISOString(),
    publishedAs: row.publishedAs && { ...row.publishedAs, url: doiUrl(row.publishedAs.doi) },
  };
