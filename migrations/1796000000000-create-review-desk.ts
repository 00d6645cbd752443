/** Who works on a record together, what is told live, and who did what? The tables that the rooms of the review desk share. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People work on a record, through all its versions. */
const COLLABORATORS = `
  CREATE TABLE collaborator (
    accession   text NOT NULL REFERENCES record,
    "personId"  uuid NOT NULL REFERENCES person,
    role        text NOT NULL CHECK (role IN ('viewer', 'editor')),
    "addedBy"   uuid REFERENCES person,
    "createdAt" timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (accession, "personId")
  );
  CREATE INDEX collaborator_of_person ON collaborator ("personId", accession);`;

/**
 * A position is given after the commit, by one hand at a time: whoever reads on from the last one they have seen misses
 * nothing, however long the transaction took that wrote it.
 */
const EVENTS = `
  CREATE SEQUENCE live_event_position;
  CREATE TABLE live_event (
    id             uuid PRIMARY KEY,
    position       bigint UNIQUE,
    topic          text NOT NULL,
    -- Who may hear of it: whoever may see the submission, those who review, or one person.
    audience       text NOT NULL CHECK (audience IN ('readers', 'staff', 'person')),
    "submissionId" uuid,
    "personId"     uuid,
    data           jsonb NOT NULL,
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    CHECK (audience <> 'readers' OR "submissionId" IS NOT NULL),
    CHECK (audience <> 'person' OR "personId" IS NOT NULL)
  );
  CREATE INDEX live_event_waiting ON live_event ("createdAt", id) WHERE position IS NULL;
  CREATE INDEX live_event_age ON live_event USING brin ("createdAt");
  CREATE FUNCTION live_event_calls() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_notify('live_event', ''); RETURN NULL; END $$;
  CREATE TRIGGER live_event_calls AFTER INSERT ON live_event
    FOR EACH STATEMENT EXECUTE FUNCTION live_event_calls();`;

/** What is done beside the lifecycle, whose steps have a table of their own. */
const ACTS = `
  CREATE TABLE audit_entry (
    id             uuid PRIMARY KEY,
    at             timestamptz NOT NULL DEFAULT now(),
    "actorId"      uuid,
    action         text NOT NULL,
    "objectType"   text NOT NULL,
    "objectId"     text NOT NULL,
    "submissionId" uuid,
    details        jsonb NOT NULL
  );`;

export class CreateReviewDesk1796000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [COLLABORATORS, EVENTS, ACTS]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE audit_entry, live_event, collaborator;
      DROP SEQUENCE live_event_position;
      DROP FUNCTION live_event_calls`);
  }
}
