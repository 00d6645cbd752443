/** Which other file of a submission cannot be beside a path, on a system that knows no case, or in one folder? */
import type { EntityManager } from 'typeorm';
import { FileNameTaken } from './files.errors.js';
import { foldersOf } from './names.js';

/** The names of $3, which are the path and the folders it lies in, and whatever lies in a folder of that name. */
const IS_NAME = `lower(path) COLLATE "C" = ANY (ARRAY (SELECT lower(name) FROM unnest($3::text[]) name))`;
const IS_BELOW = `lower(path) COLLATE "C" > lower($2) || '/' AND lower(path) COLLATE "C" < lower($2) || '0'`;

/** What cannot be beside the path $2 in $1. Each part of it is a look into `submission_file_names_differ`. */
const NEIGHBOUR = `
  SELECT path FROM submission_file WHERE "submissionId" = $1 AND path <> $2 AND ${IS_NAME}
  UNION ALL
  SELECT path FROM submission_file WHERE "submissionId" = $1 AND ${IS_BELOW}
  UNION ALL
  SELECT path FROM upload
   WHERE "submissionId" = $1 AND state IN ('receiving', 'verifying') AND id <> $4 AND path <> $2
     AND (${IS_NAME} OR (${IS_BELOW}))
   LIMIT 1`;

/** @throws FileNameTaken when another file cannot be beside it */
export async function mustBeFree(tx: EntityManager, submissionId: string, path: string, id: string): Promise<void> {
  const [other] = await tx.query(NEIGHBOUR, [submissionId, path, [path, ...foldersOf(path)], id]);
  if (other) throw new FileNameTaken(path, other.path);
}
