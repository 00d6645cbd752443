/** What was sealed? A row for each time, in the transaction of the step that seals; the digests of files, and no file. */
import type { EntityManager } from 'typeorm';
import type { Submission } from '../submissions/submission.entity.js';

/** $1 the submission, $2 the hash of its paths and digests: where there is such a list, it is not made again. */
const KEEP_MANIFEST = `
  INSERT INTO file_manifest (hash, files)
  SELECT $2, ${manifestOf('$1')} WHERE NOT EXISTS (SELECT FROM file_manifest WHERE hash = $2)
  ON CONFLICT DO NOTHING`;

const KEEP_REVISION = `
  INSERT INTO sealed_revision ("submissionId", seq, hash, version, round, title, metadata, datasets, manifest, "fileCount",
                               "fileBytes", "runId", "sealedAt")
  SELECT s.id, $2, $3, s.version, $4, s.title, s.metadata, ${datasetsOf('s.id')}, $5, s."fileCount", s."fileBytes", $6, $7
    FROM submission s WHERE s.id = $1`;

/** Of the files that are there now: `[path, size, sha256]`, by path. */
export function manifestOf(submission: string): string {
  return `(SELECT coalesce(jsonb_agg(jsonb_build_array(path, size, sha256) ORDER BY path COLLATE "C"), '[]')
             FROM submission_file WHERE "submissionId" = ${submission})`;
}

/** Those that have a file now, in their order. */
export function datasetsOf(submission: string): string {
  return `(SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'path', d.path, 'title', d.title)
                                     ORDER BY d.ordinal, d.path COLLATE "C"), '[]')
             FROM dataset d JOIN submission_file x ON x."submissionId" = d."submissionId" AND x.path = d.path
            WHERE d."submissionId" = ${submission})`;
}

/**
 * A check of what is sealed already seals nothing new; what is sent in again does, though it be as it was.
 * @param filesHash of what is there now
 */
export async function keepRevision(
  tx: EntityManager,
  before: Submission,
  after: Submission,
  step: { readonly event: string; readonly filesHash: string },
): Promise<void> {
  if (after.sealed === null || (after.sealed === before.sealed && step.event !== 'submitter.submit')) return;
  await tx.query(KEEP_MANIFEST, [after.id, step.filesHash]);
  await tx.query(KEEP_REVISION, [
    ...[after.id, after.seq, after.sealed, roundOf(after)],
    ...[step.filesHash, after.runId, after.updatedAt],
  ]);
}

/** What is sent in is for the round that begins when it has passed the checks. */
const roundOf = ({ purpose, round }: Submission): number => (purpose === 'submission' ? round + 1 : Math.max(round, 1));
