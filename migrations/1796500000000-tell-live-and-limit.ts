/** How are live events put in order and found again, and how much may somebody ask? What the processes of the API share for both. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Within one submission events are written in the order of its steps, which stand in a row; `createdAt` is when their
 * transactions began, and says nothing of that. One hand at a time: the lock ends after the commit, and so whoever has
 * it next sees all positions before theirs.
 */
const ORDER = `
  ALTER TABLE live_event ADD COLUMN ordinal bigint GENERATED ALWAYS AS IDENTITY;
  DROP INDEX live_event_waiting;
  CREATE INDEX live_event_waiting ON live_event (ordinal) WHERE position IS NULL;
  CREATE FUNCTION place_live_events(most int) RETURNS int LANGUAGE plpgsql AS $$
  DECLARE n int;
  BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('live_event')) THEN RETURN NULL; END IF;
    WITH waiting AS (SELECT id, ordinal FROM live_event WHERE position IS NULL ORDER BY ordinal LIMIT most),
         placed AS (SELECT id, nextval('live_event_position') AS position FROM (SELECT id FROM waiting ORDER BY ordinal) w)
    UPDATE live_event e SET position = p.position FROM placed p WHERE e.id = p.id;
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n > 0 THEN PERFORM pg_notify('live_placed', ''); END IF;
    RETURN n;
  END $$;`;

/** What somebody missed is looked up by what they listen to. */
const REPLAY = `
  CREATE INDEX live_event_of_submission ON live_event ("submissionId", position);
  CREATE INDEX live_event_of_person ON live_event ("personId", position) WHERE "personId" IS NOT NULL;
  CREATE INDEX live_event_of_queue ON live_event (position) WHERE topic IN ('queue.changed', 'submission.transitioned');`;

/** Whoever may do less from now on hears less from now on: their streams ask anew who they are. */
const HOLDERS = `
  CREATE FUNCTION live_holder_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_notify('live_holder', OLD."personId"::text); RETURN NULL; END $$;
  CREATE FUNCTION live_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_notify('live_holder', OLD.id::text); RETURN NULL; END $$;
  CREATE TRIGGER live_holder_changed AFTER DELETE ON session FOR EACH ROW EXECUTE FUNCTION live_holder_changed();
  CREATE TRIGGER live_holder_changed AFTER DELETE ON access_token FOR EACH ROW EXECUTE FUNCTION live_holder_changed();
  CREATE TRIGGER live_person_changed AFTER UPDATE OF roles, "disabledAt" ON person
    FOR EACH ROW WHEN (OLD.roles IS DISTINCT FROM NEW.roles OR OLD."disabledAt" IS DISTINCT FROM NEW."disabledAt")
    EXECUTE FUNCTION live_person_changed();`;

/** A crash may forget them: whoever was at a limit gets a little more. The columns are those of rate-limiter-flexible. */
const LIMITS = `
  CREATE UNLOGGED TABLE rate_limit (
    key    varchar(255) PRIMARY KEY,
    points integer NOT NULL DEFAULT 0,
    expire bigint
  );
  CREATE INDEX rate_limit_expire ON rate_limit (expire);`;

export class TellLiveAndLimit1796500000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const part of [ORDER, REPLAY, HOLDERS, LIMITS]) await db.query(part);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE rate_limit;
      DROP TRIGGER live_person_changed ON person;
      DROP TRIGGER live_holder_changed ON access_token;
      DROP TRIGGER live_holder_changed ON session;
      DROP FUNCTION live_person_changed, live_holder_changed, place_live_events;
      DROP INDEX live_event_of_queue, live_event_of_person, live_event_of_submission;
      ALTER TABLE live_event DROP COLUMN ordinal;
      CREATE INDEX live_event_waiting ON live_event ("createdAt", id) WHERE position IS NULL`);
  }
}
