/** What each rule between files said of each run; what uploads tell before they are submitted; waivers of folders. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const MATRIX = `
  CREATE TABLE matrix_cell (
    "runId"   uuid NOT NULL REFERENCES validation_run ON DELETE CASCADE,
    ordinal   integer NOT NULL,
    dataset   text NOT NULL,
    -- A run of the microscope; null: the data set as a whole.
    run       text,
    rule      text NOT NULL,
    status    text NOT NULL CHECK (status IN ('passed', 'warning', 'failed', 'not_applicable', 'undecided')),
    reason    text,
    expected  text,
    found     text,
    -- As the report has them, with the repair that was proposed.
    findings  jsonb NOT NULL,
    PRIMARY KEY ("runId", ordinal)
  );
  CREATE UNIQUE INDEX matrix_cell_place ON matrix_cell ("runId", dataset, run, rule) NULLS NOT DISTINCT;`;

const EXAMINATION = `
  -- What the heads of files tell, of these bytes under this path: before anything is submitted.
  CREATE TABLE examined (
    sha256       text NOT NULL,
    file         text NOT NULL,
    "check"      text NOT NULL,
    edition      text NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('passed', 'failed', 'errored', 'undecided')),
    findings     jsonb NOT NULL,
    undecided    jsonb NOT NULL,
    facts        jsonb NOT NULL,
    "finishedAt" timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sha256, file, "check")
  );
  CREATE TABLE examination (
    "submissionId" uuid PRIMARY KEY REFERENCES submission ON DELETE CASCADE,
    -- Names the job that looks: a newer one looks at what came meanwhile.
    attempt        integer NOT NULL DEFAULT 1,
    tries          integer NOT NULL DEFAULT 0,
    problem        text,
    -- Null: nothing is left to look at.
    "dueAt"        timestamptz,
    "leaseUntil"   timestamptz
  );
  CREATE INDEX examination_due ON examination ("dueAt") WHERE "dueAt" IS NOT NULL;`;

/** A folder that is one thing, as x.zarr, has the digest of its parts; what is not there has none. */
const CONTENT = `
  CREATE FUNCTION content_of(submission uuid, path text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(
      (SELECT f.sha256 FROM submission_file f WHERE f."submissionId" = $1 AND f.path = $2),
      (SELECT encode(sha256(convert_to(
                string_agg(f.path || E'\\t' || f.sha256, E'\\n' ORDER BY f.path COLLATE "C"), 'UTF8')), 'hex')
         FROM submission_file f
        WHERE f."submissionId" = $1 AND $2 <> ''
          AND f.path COLLATE "C" > $2 || '/' AND f.path COLLATE "C" < $2 || '0'))
  $$;`;

const WAIVERS = `
  ALTER TABLE waiver ADD COLUMN file text;
  UPDATE waiver w SET file = coalesce(
    (SELECT g.file FROM finding g JOIN validation_run r ON r.id = g."runId"
      WHERE r."submissionId" = w."submissionId" AND g.fingerprint = w.fingerprint LIMIT 1), '');
  ALTER TABLE waiver ALTER COLUMN file SET NOT NULL;`;

/** What was agreed to: its version, the licence, by whom and when. Of those who agreed before, only when is known. */
const POLICY = 'ALTER TABLE submission ADD COLUMN policy jsonb';

export class CreateMatrix1795300000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const part of [MATRIX, EXAMINATION, CONTENT, WAIVERS, POLICY]) await db.query(part);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE submission DROP COLUMN policy');
    await db.query('ALTER TABLE waiver DROP COLUMN file');
    await db.query('DROP FUNCTION content_of');
    await db.query('DROP TABLE examination, examined, matrix_cell');
  }
}
