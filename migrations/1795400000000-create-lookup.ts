/** What others say of identifiers, once for whoever names them; where metadata name them; when each host may be called again. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const LOOKUP = `
  CREATE TABLE lookup (
    kind         text NOT NULL,
    value        text NOT NULL,
    -- Who is asked.
    service      text NOT NULL,
    -- What was found stays while it is looked up anew.
    state        text NOT NULL DEFAULT 'unverified' CHECK (state IN ('unverified', 'verified', 'not_found')),
    label        text,
    -- The label and its synonyms.
    names        text[],
    problem      text,
    tries        integer NOT NULL DEFAULT 0,
    -- Null: nothing is left to do.
    "dueAt"      timestamptz,
    "leaseUntil" timestamptz,
    "triedAt"    timestamptz,
    "checkedAt"  timestamptz,
    PRIMARY KEY (kind, value)
  );
  CREATE INDEX lookup_due ON lookup (service, "dueAt") WHERE "dueAt" IS NOT NULL;
  CREATE TABLE lookup_use (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    pointer        text COLLATE "C" NOT NULL,
    kind           text NOT NULL,
    value          text NOT NULL,
    name           text,
    PRIMARY KEY ("submissionId", pointer),
    FOREIGN KEY (kind, value) REFERENCES lookup
  );`;

const PACE = `
  CREATE TABLE call_pace (
    host     text PRIMARY KEY,
    "nextAt" timestamptz NOT NULL
  );`;

export class CreateLookup1795400000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const part of [LOOKUP, PACE]) await db.query(part);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE lookup_use, lookup, call_pace');
  }
}
