/** Whom does the service post its events to, what became of each post, and up to which event were they written down? */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets are sealed: `src/webhooks/webhook-secrets.ts`. The key here seals where the settings bring none. */
const ENDPOINTS = `
  CREATE TABLE webhook_key (
    id  int PRIMARY KEY CHECK (id = 1),
    key text NOT NULL
  );
  INSERT INTO webhook_key VALUES (1, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
  CREATE TABLE webhook_endpoint (
    id               uuid PRIMARY KEY,
    -- Null: the installation's.
    "personId"       uuid REFERENCES person,
    "createdBy"      uuid NOT NULL REFERENCES person,
    url              text NOT NULL,
    description      text NOT NULL,
    events           text[] NOT NULL,
    secret           text NOT NULL,
    "rotatedAt"      timestamptz NOT NULL DEFAULT now(),
    "oldSecret"      text,
    "oldSecretUntil" timestamptz,
    active           boolean NOT NULL DEFAULT true,
    "offAt"          timestamptz,
    "offReason"      text CHECK ("offReason" IN ('failing', 'gone', 'person')),
    -- Tries in a row that failed, and since when.
    failures         int NOT NULL DEFAULT 0,
    "failingSince"   timestamptz,
    "createdAt"      timestamptz NOT NULL DEFAULT now(),
    "updatedAt"      timestamptz NOT NULL DEFAULT now(),
    CHECK (("oldSecret" IS NULL) = ("oldSecretUntil" IS NULL)),
    CHECK (active = ("offAt" IS NULL) AND active = ("offReason" IS NULL))
  );
  CREATE INDEX webhook_endpoint_page ON webhook_endpoint ("personId", "createdAt" DESC, id DESC);`;

/**
 * `failed` waits for its next try; `dead` has had its last. `skipped`: its reader may not see what it is about any more.
 * `missed`: the endpoint was off. What is sent again is a row of its own with the same `messageId`.
 */
const DELIVERIES = `
  CREATE TABLE webhook_delivery (
    id              uuid PRIMARY KEY,
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    "endpointId"    uuid NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
    "messageId"     text NOT NULL,
    -- Null: a test.
    "eventId"       uuid,
    position        bigint,
    topic           text NOT NULL,
    audience        text NOT NULL,
    "submissionId"  uuid,
    body            text NOT NULL,
    state           text NOT NULL CHECK (state IN ('pending', 'sending', 'failed', 'delivered', 'dead', 'skipped', 'missed')),
    attempts        int NOT NULL DEFAULT 0,
    "dueAt"         timestamptz NOT NULL DEFAULT now(),
    lane            int,
    "leaseUntil"    timestamptz,
    "endedAt"       timestamptz,
    "redeliveryOf"  uuid,
    -- The one that followed it last.
    "redeliveredBy" uuid,
    "createdAt"     timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'sending') = (lane IS NOT NULL) AND (lane IS NULL) = ("leaseUntil" IS NULL))
  );
  CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery ("endpointId", "eventId") WHERE "redeliveryOf" IS NULL;
  CREATE UNIQUE INDEX webhook_delivery_lane ON webhook_delivery ("endpointId", lane) WHERE state = 'sending';
  CREATE INDEX webhook_delivery_due ON webhook_delivery ("endpointId", "dueAt", position) WHERE state IN ('pending', 'failed');
  CREATE INDEX webhook_delivery_missed ON webhook_delivery ("endpointId", position)
    WHERE state = 'missed' AND "redeliveredBy" IS NULL;
  CREATE INDEX webhook_delivery_page ON webhook_delivery ("endpointId", seq);
  CREATE INDEX webhook_delivery_position ON webhook_delivery ("endpointId", position);
  CREATE INDEX webhook_delivery_message ON webhook_delivery ("endpointId", "messageId");
  CREATE INDEX webhook_delivery_age ON webhook_delivery USING brin ("createdAt");

  CREATE TABLE webhook_attempt (
    "deliveryId"       uuid NOT NULL REFERENCES webhook_delivery ON DELETE CASCADE,
    attempt            int NOT NULL,
    "startedAt"        timestamptz NOT NULL,
    "durationMs"       int,
    "requestHeaders"   jsonb,
    status             int,
    "responseHeaders"  jsonb,
    "responseBody"     text,
    "isCut"            boolean NOT NULL DEFAULT false,
    -- Null: it was delivered.
    problem            text,
    PRIMARY KEY ("deliveryId", attempt)
  );`;

const CURSOR = `
  CREATE TABLE webhook_cursor (
    id       int PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL
  );
  INSERT INTO webhook_cursor SELECT 1, coalesce(max(position), 0) FROM live_event;`;

export class CreateWebhooks1796700000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [ENDPOINTS, DELIVERIES, CURSOR]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE webhook_cursor, webhook_attempt, webhook_delivery, webhook_endpoint, webhook_key');
  }
}
