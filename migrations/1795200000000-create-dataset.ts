/** Data sets, which stay through revisions, and what is known of the publication that a DOI names. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const DATASETS = `
  CREATE TABLE dataset (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    -- The same in every version of a record.
    id             uuid NOT NULL,
    -- Of its file. A data set without a file is not shown, and is itself again when one comes back under this path.
    path           text NOT NULL,
    -- Null: what the file says of itself, or its name.
    title          text,
    -- Null: behind those that were put in order, by path.
    ordinal        integer,
    PRIMARY KEY ("submissionId", id),
    UNIQUE ("submissionId", path)
  );
  INSERT INTO dataset ("submissionId", id, path)
  SELECT s.id, named.id, f.path
    FROM submission_file f JOIN submission s ON s.id = f."submissionId"
    JOIN (SELECT accession, path, gen_random_uuid() AS id
            FROM (SELECT DISTINCT s.accession, f.path FROM submission_file f JOIN submission s ON s.id = f."submissionId") paths) named
      ON named.accession = s.accession AND named.path = f.path
   WHERE s.profile = 'single-cell' AND lower(f.path) LIKE '%.h5ad';`;

const DOIS = `
  CREATE TABLE doi_lookup (
    "submissionId" uuid PRIMARY KEY REFERENCES submission ON DELETE CASCADE,
    -- Null: the metadata name none any more.
    doi            text,
    state          text NOT NULL DEFAULT 'unverified' CHECK (state IN ('unverified', 'found', 'not_found')),
    publication    jsonb,
    "publishedAs"  jsonb,
    problem        text,
    tries          integer NOT NULL DEFAULT 0,
    -- Names the job that looks: what it finds counts only while this is its number.
    attempt        integer NOT NULL DEFAULT 1,
    -- Null: no other try is to come.
    "dueAt"        timestamptz,
    "leaseUntil"   timestamptz,
    "checkedAt"    timestamptz
  );
  CREATE INDEX doi_lookup_due ON doi_lookup ("dueAt") WHERE "dueAt" IS NOT NULL;
  INSERT INTO doi_lookup ("submissionId", doi, "dueAt")
  SELECT id, metadata ->> 'doi', now() FROM submission
   WHERE profile = 'single-cell' AND metadata ->> 'doi' ~ '^10\\.\\d{4,9}/\\S+$'
     AND state NOT LIKE 'published.%' AND state NOT IN ('withdrawn', 'rejected', 'tombstoned');`;

export class CreateDataset1795200000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [DATASETS, DOIS]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE doi_lookup, dataset');
  }
}
