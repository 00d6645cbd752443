/** Where do people talk about a submission? Threads and their comments, suggested changes, batched reviews, and notes of the staff's own. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * By what a person is mentioned: made of the name, and follows it. Where it is taken, digits are put behind it; more of
 * them the more often those are taken too.
 */
const HANDLES = `
  CREATE FUNCTION handle_stem(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(nullif(trim(BOTH '-' FROM left(
      regexp_replace(lower(regexp_replace(normalize(name, NFKD), '[\\u0300-\\u036f]', '', 'g')), '[^a-z0-9]+', '-', 'g'),
      30)), ''), 'person') $$;
  CREATE FUNCTION new_handle(name text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    stem  text := handle_stem(name);
    given text := stem;
    tries integer := 0;
  BEGIN
    -- Two of one name who sign up at once do not get one handle.
    PERFORM pg_advisory_xact_lock(hashtext('person_handle'), hashtext(stem));
    WHILE EXISTS (SELECT FROM person WHERE handle = given) LOOP
      given := stem || '-' || floor(random() * 10 ^ least(3 + tries / 2, 9))::bigint;
      tries := tries + 1;
    END LOOP;
    RETURN given;
  END $$;
  CREATE FUNCTION person_handle() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' OR handle_stem(NEW.name) <> handle_stem(OLD.name) THEN NEW.handle := new_handle(NEW.name); END IF;
    RETURN NEW;
  END $$;

  ALTER TABLE person ADD COLUMN handle text;
  CREATE UNIQUE INDEX person_handle ON person (handle);
  DO $$
  DECLARE who record;
  BEGIN
    FOR who IN SELECT id, name FROM person ORDER BY "createdAt", id LOOP
      UPDATE person SET handle = new_handle(who.name) WHERE id = who.id;
    END LOOP;
  END $$;
  ALTER TABLE person ALTER COLUMN handle SET NOT NULL;
  CREATE TRIGGER person_handle BEFORE INSERT OR UPDATE OF name ON person
    FOR EACH ROW EXECUTE FUNCTION person_handle();`;

/** Of reviews that were sent, and of what each curator has not sent yet. */
const REVIEWS = `
  CREATE TABLE review (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    round          integer NOT NULL,
    decision       text NOT NULL CHECK (decision IN ('comment', 'request_changes', 'approve', 'reject')),
    comment        text,
    -- What was before the reviewer.
    revision       text,
    -- The step of the lifecycle that was taken with it; null: none.
    seq            integer,
    "personId"     uuid NOT NULL REFERENCES person,
    "createdAt"    timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX review_page ON review ("submissionId", "createdAt", id);
  CREATE INDEX review_step ON review ("submissionId", seq);
  CREATE TABLE pending_review (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    "personId"     uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    content        jsonb NOT NULL,
    "updatedAt"    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY ("submissionId", "personId")
  );
  ALTER TABLE change_request ADD COLUMN "reviewId" uuid REFERENCES review ON DELETE SET NULL;
  CREATE INDEX change_request_of_review ON change_request ("reviewId") WHERE "reviewId" IS NOT NULL;`;

/** What is written in one transaction was still said one after the other. */
const SAID = `timestamptz NOT NULL DEFAULT clock_timestamp()`;

const THREADS = `
  CREATE TABLE thread (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    round          integer NOT NULL,
    -- The hash of metadata and files when it was begun.
    revision       text NOT NULL,
    anchor         jsonb,
    -- The hash of what the anchor points at, and what of it is shown: as they were when it was begun.
    basis          text,
    was            jsonb,
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved')),
    blocking       boolean NOT NULL DEFAULT false,
    "resolvedBy"   uuid REFERENCES person,
    "resolvedAt"   timestamptz,
    "createdAt"    ${SAID},
    "updatedAt"    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((state = 'resolved') = ("resolvedAt" IS NOT NULL))
  );
  CREATE INDEX thread_page ON thread ("submissionId", "createdAt", id);
  CREATE INDEX thread_open ON thread ("submissionId", blocking) WHERE state = 'open';
  CREATE TABLE thread_comment (
    id          uuid PRIMARY KEY,
    "threadId"  uuid NOT NULL REFERENCES thread ON DELETE CASCADE,
    "reviewId"  uuid REFERENCES review ON DELETE SET NULL,
    -- Its author: a person, or whoever holds a review link and is called so there.
    "personId"  uuid REFERENCES person,
    "linkId"    uuid,
    pseudonym   text,
    role        text NOT NULL CHECK (role IN ('submitter', 'curator', 'visitor')),
    -- As it was written; gone with the comment.
    text        text,
    "createdAt" ${SAID},
    "editedAt"  timestamptz,
    "deletedAt" timestamptz,
    CHECK (("personId" IS NULL) = ("linkId" IS NOT NULL)),
    CHECK (("linkId" IS NULL) = (pseudonym IS NULL)),
    CHECK ((text IS NULL) = ("deletedAt" IS NOT NULL))
  );
  CREATE INDEX thread_comment_page ON thread_comment ("threadId", "createdAt", id);
  CREATE INDEX thread_comment_of_link ON thread_comment ("threadId", "linkId") WHERE "linkId" IS NOT NULL;
  CREATE INDEX thread_comment_of_review ON thread_comment ("reviewId") WHERE "reviewId" IS NOT NULL;`;

const SUGGESTIONS = `
  CREATE TABLE suggestion (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    "threadId"     uuid REFERENCES thread ON DELETE SET NULL,
    "reviewId"     uuid REFERENCES review ON DELETE SET NULL,
    round          integer NOT NULL,
    -- A JSON patch; each operation remembers what it was made against.
    patch          jsonb NOT NULL,
    text           text,
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'applied', 'declined', 'withdrawn', 'obsolete')),
    reason         text,
    "createdBy"    uuid NOT NULL REFERENCES person,
    "createdAt"    ${SAID},
    "decidedBy"    uuid REFERENCES person,
    "decidedAt"    timestamptz,
    CHECK ((state = 'open') = ("decidedAt" IS NULL))
  );
  CREATE INDEX suggestion_page ON suggestion ("submissionId", "createdAt", id);
  CREATE INDEX suggestion_open ON suggestion ("submissionId") WHERE state = 'open';
  CREATE INDEX suggestion_of_review ON suggestion ("reviewId") WHERE "reviewId" IS NOT NULL;`;

/** A table of its own: what reads conversations cannot read these by mistake. */
const NOTES = `
  CREATE TABLE internal_note (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    anchor         jsonb,
    text           text NOT NULL,
    "personId"     uuid NOT NULL REFERENCES person,
    "createdAt"    ${SAID},
    "editedAt"     timestamptz
  );
  CREATE INDEX internal_note_page ON internal_note ("submissionId", "createdAt", id);`;

export class CreateConversation1796200000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [HANDLES, REVIEWS, THREADS, SUGGESTIONS, NOTES]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE internal_note, suggestion, thread_comment, thread;
      ALTER TABLE change_request DROP COLUMN "reviewId";
      DROP TABLE pending_review, review;
      ALTER TABLE person DROP COLUMN handle;
      DROP TRIGGER IF EXISTS person_handle ON person;
      DROP FUNCTION person_handle, new_handle, handle_stem`);
  }
}
