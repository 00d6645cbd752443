/** Whom has a record been shared with? Invitations by mail, offers of ownership, review links and who came by them. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Somebody who had no account when they were asked. Each mail has a secret of its own, and each of them opens it. */
const INVITATIONS = `
  CREATE TABLE invitation (
    id            uuid PRIMARY KEY,
    accession     text NOT NULL REFERENCES record,
    email         text NOT NULL,
    role          text NOT NULL CHECK (role IN ('viewer', 'editor')),
    "tokenHashes" text[] NOT NULL DEFAULT '{}',
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'revoked')),
    "invitedBy"   uuid NOT NULL REFERENCES person,
    "acceptedBy"  uuid REFERENCES person,
    "createdAt"   timestamptz NOT NULL DEFAULT now(),
    "expiresAt"   timestamptz NOT NULL
  );
  CREATE UNIQUE INDEX invitation_open ON invitation (accession, lower(email)) WHERE state = 'open';
  CREATE INDEX invitation_of ON invitation (accession);
  CREATE INDEX invitation_opened_by ON invitation USING gin ("tokenHashes") WHERE state = 'open';

  -- Like a delivery, to an address that is nobody's yet.
  CREATE TABLE invitation_mail (
    id             uuid PRIMARY KEY,
    "invitationId" uuid NOT NULL REFERENCES invitation,
    state          text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'failed')),
    attempts       integer NOT NULL DEFAULT 0,
    "dueAt"        timestamptz NOT NULL DEFAULT now(),
    "leaseUntil"   timestamptz,
    problem        text,
    "sentAt"       timestamptz,
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    CHECK ("leaseUntil" IS NULL OR state = 'sending')
  );
  CREATE INDEX invitation_mail_of ON invitation_mail ("invitationId", "createdAt");
  CREATE INDEX invitation_mail_due ON invitation_mail ("dueAt") WHERE state IN ('pending', 'sending');`;

const TRANSFERS = `
  CREATE TABLE ownership_transfer (
    id             uuid PRIMARY KEY,
    accession      text NOT NULL REFERENCES record,
    "fromId"       uuid NOT NULL REFERENCES person,
    -- Null: whoever accepts the invitation.
    "toId"         uuid REFERENCES person,
    "invitationId" uuid REFERENCES invitation,
    -- Whether the former owner stays as an editor.
    stays          boolean NOT NULL,
    state          text NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'accepted', 'declined', 'taken_back')),
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    "endedAt"      timestamptz,
    CHECK ("toId" IS NOT NULL OR "invitationId" IS NOT NULL)
  );
  CREATE UNIQUE INDEX ownership_transfer_offered ON ownership_transfer (accession) WHERE state = 'offered';
  CREATE INDEX ownership_transfer_of ON ownership_transfer (accession, state);
  CREATE INDEX ownership_transfer_invited ON ownership_transfer ("invitationId") WHERE state = 'offered';`;

const LINKS = `
  CREATE TABLE share_link (
    id               uuid PRIMARY KEY,
    accession        text NOT NULL REFERENCES record,
    -- Null: the newest that was submitted.
    version          integer,
    -- Numbers its holder: "Reviewer 1".
    ordinal          integer NOT NULL,
    name             text NOT NULL,
    "tokenHash"      text NOT NULL UNIQUE,
    hint             text NOT NULL,
    "passphraseHash" text,
    may              text[] NOT NULL CHECK (may <@ ARRAY['view', 'download', 'comment'] AND 'view' = ANY (may)),
    anonymised       boolean NOT NULL,
    -- Goes up when the link ends: what was signed for it before is worth nothing after.
    epoch            integer NOT NULL DEFAULT 0,
    uses             bigint NOT NULL DEFAULT 0,
    "lastUsedAt"     timestamptz,
    "createdBy"      uuid NOT NULL REFERENCES person,
    "createdAt"      timestamptz NOT NULL DEFAULT now(),
    "expiresAt"      timestamptz NOT NULL,
    "endedAt"        timestamptz,
    "endedBy"        text CHECK ("endedBy" IN ('revoked', 'withdrawn', 'rejected', 'published')),
    UNIQUE (accession, ordinal),
    CHECK (("endedAt" IS NULL) = ("endedBy" IS NULL))
  );

  -- A browser that has opened a link, and given its passphrase where there is one.
  CREATE TABLE visit (
    id          uuid PRIMARY KEY,
    "linkId"    uuid NOT NULL REFERENCES share_link,
    "tokenHash" text NOT NULL UNIQUE,
    "createdAt" timestamptz NOT NULL DEFAULT now(),
    "expiresAt" timestamptz NOT NULL
  );
  CREATE INDEX visit_expiry ON visit ("expiresAt");`;

/** For addresses that need no header, and for stand-ins that nobody can guess. It is made here, once for each database. */
const KEY = `
  CREATE TABLE sharing_key (
    id  boolean PRIMARY KEY DEFAULT true CHECK (id),
    key text NOT NULL
  );
  INSERT INTO sharing_key (key) SELECT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');`;

export class ShareRecords1796400000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [INVITATIONS, TRANSFERS, LINKS, KEY]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE sharing_key, visit, share_link, ownership_transfer, invitation_mail, invitation');
  }
}
