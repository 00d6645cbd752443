/** Which data sets has a submission? Whoever changes its files keeps the rows in step, within the same transaction. */
import type { EntityManager } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import { patternOf } from '../../checks/profiles/profile.js';

interface OfProfile {
  readonly id: string;
  readonly profile: string;
  readonly profileVersion: string;
}

/** A file that came gets a data set; one that came back, or was replaced, has its own again. */
export async function keepDatasets(tx: EntityManager, submission: OfProfile): Promise<void> {
  const patterns = profileOf(submission).files.flatMap((rule) => (rule.isDataset ? [patternOf(rule)] : []));
  if (patterns.length === 0) return;
  await tx.query(
    `INSERT INTO dataset ("submissionId", id, path)
     SELECT f."submissionId", gen_random_uuid(), f.path FROM submission_file f
      WHERE f."submissionId" = $1 AND lower(f.path) ~ $2
     ON CONFLICT ("submissionId", path) DO NOTHING`,
    [submission.id, patterns.join('|')],
  );
}

/** A revision begins with the same data sets. Those whose file is gone stay behind: who comes later is somebody else. */
export async function copyDatasets(tx: EntityManager, from: string, to: string): Promise<void> {
  await tx.query(
    `INSERT INTO dataset ("submissionId", id, path, title, ordinal)
     SELECT $2, d.id, d.path, d.title, d.ordinal FROM dataset d
       JOIN submission_file f ON f."submissionId" = d."submissionId" AND f.path = d.path
      WHERE d."submissionId" = $1`,
    [from, to],
  );
}
