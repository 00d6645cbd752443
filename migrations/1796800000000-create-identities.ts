/** How do people sign in, what may they do and until when, and what is kept while an address is proved? */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erased: the row stays, for what refers to it, and says nothing of anybody any more. */
const PEOPLE = `
  ALTER TABLE person
    -- When it was seen that they have the address: by a mail, or by the word of a provider that is trusted with it.
    ADD COLUMN "emailProvedAt"      timestamptz,
    -- When ORCID itself said so; null: it was typed.
    ADD COLUMN "orcidVerifiedAt"    timestamptz,
    ADD COLUMN "erasureRequestedAt" timestamptz,
    ADD COLUMN "erasedAt"           timestamptz;
  CREATE INDEX person_erasure ON person ("erasureRequestedAt", id)
    WHERE "erasureRequestedAt" IS NOT NULL AND "erasedAt" IS NULL;`;

/** Who somebody is elsewhere: an issuer never gives a subject to another person. */
const IDENTITIES = `
  CREATE TABLE person_identity (
    id           uuid PRIMARY KEY,
    "personId"   uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    provider     text NOT NULL,
    issuer       text NOT NULL,
    subject      text NOT NULL,
    "createdAt"  timestamptz NOT NULL DEFAULT now(),
    "lastUsedAt" timestamptz NOT NULL DEFAULT now(),
    UNIQUE (issuer, subject)
  );
  CREATE INDEX person_identity_person ON person_identity ("personId", "createdAt");

  ALTER TABLE session
    ADD COLUMN "userAgent"       text,
    -- Without its last part: enough to know a place by, and not a household.
    ADD COLUMN address           text,
    ADD COLUMN "identityId"      uuid REFERENCES person_identity ON DELETE CASCADE,
    -- What the provider calls its own session, the \`sid\`.
    ADD COLUMN "providerSession" text;
  CREATE INDEX session_identity ON session ("identityId") WHERE "identityId" IS NOT NULL;
  CREATE INDEX session_page ON session ("personId", "createdAt" DESC, id DESC);
  DROP INDEX session_person;

  -- On the way to a provider and back; then, with an identity, until an e-mail address is given.
  CREATE TABLE sign_in_attempt (
    id            uuid PRIMARY KEY,
    provider      text NOT NULL,
    "browserHash" text NOT NULL,
    "stateHash"   text UNIQUE,
    nonce         text,
    verifier      text,
    "returnTo"    text NOT NULL,
    -- Who asks for the link; null: somebody signs in.
    "personId"    uuid REFERENCES person ON DELETE CASCADE,
    identity      jsonb,
    "expiresAt"   timestamptz NOT NULL,
    CHECK (("stateHash" IS NULL) = (identity IS NOT NULL))
  );
  CREATE INDEX sign_in_attempt_browser ON sign_in_attempt ("browserHash") WHERE identity IS NOT NULL;
  CREATE INDEX sign_in_attempt_over ON sign_in_attempt ("expiresAt");
  CREATE INDEX sign_in_attempt_person ON sign_in_attempt ("personId") WHERE "personId" IS NOT NULL;

  CREATE TABLE logout_token (
    issuer      text NOT NULL,
    jti         text NOT NULL,
    "expiresAt" timestamptz NOT NULL,
    PRIMARY KEY (issuer, jti)
  );
  CREATE INDEX logout_token_over ON logout_token ("expiresAt");`;

/** Beside \`person.roles\`, which hold for everything and without an end. */
const GRANTS = `
  CREATE TABLE role_grant (
    id          uuid PRIMARY KEY,
    "personId"  uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    role        text NOT NULL CHECK (role IN ('submitter', 'curator', 'admin')),
    -- Null: for all.
    profile     text CHECK (profile IS NULL OR role = 'curator'),
    "expiresAt" timestamptz,
    -- Whose claims gave it, and take it again; null: an admin.
    provider    text,
    "grantedBy" uuid REFERENCES person,
    reason      text NOT NULL,
    "createdAt" timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX role_grant_person ON role_grant ("personId", "createdAt");
  CREATE UNIQUE INDEX role_grant_claim ON role_grant ("personId", role, provider) WHERE provider IS NOT NULL;
  CREATE INDEX role_grant_role ON role_grant (role) INCLUDE ("personId");
  CREATE INDEX role_grant_by ON role_grant ("grantedBy") WHERE "grantedBy" IS NOT NULL;

  -- The roles that somebody holds now, for all submissions.
  CREATE FUNCTION roles_held(person) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT $1.roles || ARRAY(
      SELECT DISTINCT g.role FROM role_grant g
       WHERE g."personId" = $1.id AND g.profile IS NULL AND (g."expiresAt" IS NULL OR g."expiresAt" > now())
         AND g.role <> ALL ($1.roles))
  $$;

  -- Whether somebody with an open account reviews the submissions of a profile now.
  CREATE FUNCTION reviews_profile(curator uuid, wanted text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
      SELECT FROM person p
       WHERE p.id = curator AND p."disabledAt" IS NULL
         AND ('curator' = ANY (p.roles) OR EXISTS (
               SELECT FROM role_grant g
                WHERE g."personId" = p.id AND g.role = 'curator' AND (g.profile IS NULL OR g.profile = wanted)
                  AND (g."expiresAt" IS NULL OR g."expiresAt" > now()))))
  $$;`;

/** A mail may leave more than once, each time with a secret of its own: all of them open the same, once. */
const RESETS = `
  CREATE TABLE password_reset (
    id            uuid PRIMARY KEY,
    "personId"    uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    "tokenHashes" text[] NOT NULL DEFAULT '{}',
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'failed')),
    attempts      int NOT NULL DEFAULT 0,
    "dueAt"       timestamptz NOT NULL DEFAULT now(),
    "leaseUntil"  timestamptz,
    problem       text,
    "createdAt"   timestamptz NOT NULL DEFAULT now(),
    "expiresAt"   timestamptz NOT NULL
  );
  CREATE INDEX password_reset_person ON password_reset ("personId", "createdAt");
  CREATE INDEX password_reset_token ON password_reset USING gin ("tokenHashes");
  CREATE INDEX password_reset_due ON password_reset ("dueAt") WHERE state IN ('pending', 'sending');
  CREATE INDEX password_reset_over ON password_reset ("expiresAt");`;

export class CreateIdentities1796800000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [PEOPLE, IDENTITIES, GRANTS, RESETS]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION reviews_profile, roles_held;
      CREATE INDEX session_person ON session ("personId");
      DROP INDEX session_page;
      ALTER TABLE session DROP COLUMN "providerSession", DROP COLUMN "identityId", DROP COLUMN address,
        DROP COLUMN "userAgent";
      DROP TABLE password_reset, role_grant, logout_token, sign_in_attempt, person_identity;
      ALTER TABLE person DROP COLUMN "erasedAt", DROP COLUMN "erasureRequestedAt", DROP COLUMN "orcidVerifiedAt",
        DROP COLUMN "emailProvedAt"`);
  }
}
