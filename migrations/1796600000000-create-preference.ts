/** How does somebody want to be told, and of what have they been reminded? Preferences, and what deliveries need for them. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Only what somebody has chosen otherwise than the defaults: these may become others. */
const PREFERENCES = `
  CREATE TABLE preference (
    "personId"       uuid PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    -- By category: in the list, by mail, to Slack.
    choices          jsonb NOT NULL DEFAULT '{}',
    "asViewer"       boolean NOT NULL DEFAULT false,
    "timeZone"       text NOT NULL DEFAULT 'UTC',
    "digestHour"     integer NOT NULL DEFAULT 8 CHECK ("digestHour" BETWEEN 0 AND 23),
    "quietFrom"      text,
    "quietTo"        text,
    "slackUrl"       text,
    -- Why nothing goes there any more, until it is set anew.
    "slackProblem"   text,
    -- The address that the mail server does not know: mail rests until it is another, or its owner says so.
    "bouncedAddress" text,
    "bouncedAt"      timestamptz,
    "bounceProblem"  text,
    -- When what is held is sent as one mail; null: nothing is.
    "digestAt"       timestamptz,
    -- What the links that end mails are signed with.
    "unsubscribeKey" text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    CHECK (("quietFrom" IS NULL) = ("quietTo" IS NULL))
  );
  CREATE INDEX preference_digest ON preference ("digestAt") WHERE "digestAt" IS NOT NULL;`;

/** A mail of a day is the delivery of its first notice; the others name it. */
const DELIVERIES = `
  ALTER TABLE delivery
    DROP CONSTRAINT delivery_state_check,
    ADD CONSTRAINT delivery_state_check CHECK (state IN ('held', 'pending', 'sending', 'sent', 'failed', 'skipped')),
    ADD COLUMN "heldFor" uuid REFERENCES person ON DELETE CASCADE,
    ADD COLUMN "digestId" uuid,
    ADD CHECK (state <> 'held' OR "heldFor" IS NOT NULL);
  CREATE INDEX delivery_held ON delivery ("heldFor") WHERE state = 'held' AND "digestId" IS NULL;
  CREATE INDEX delivery_digest ON delivery ("digestId") WHERE "digestId" IS NOT NULL;
  CREATE INDEX notification_submission ON notification ("personId", "submissionId", "createdAt" DESC, id DESC);`;

/** A timer that only tells goes into this table when it has: no step arms it again for the same instant. */
const REMINDERS = `
  CREATE TABLE reminder (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    kind           text NOT NULL,
    "dueAt"        timestamptz NOT NULL,
    "firedAt"      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY ("submissionId", kind, "dueAt")
  );`;

export class CreatePreference1796600000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [PREFERENCES, DELIVERIES, REMINDERS]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE reminder, preference;
      DROP INDEX notification_submission;
      DELETE FROM delivery WHERE state IN ('held', 'skipped');
      ALTER TABLE delivery
        DROP COLUMN "heldFor",
        DROP COLUMN "digestId",
        DROP CONSTRAINT delivery_state_check,
        ADD CONSTRAINT delivery_state_check CHECK (state IN ('pending', 'sending', 'sent', 'failed'))`);
  }
}
