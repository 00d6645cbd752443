/** The first tables. What must never be so is refused here too, whatever the code believes. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATES = `'draft.editing', 'draft.checks_failed', 'draft.changes_requested', 'uploaded',
  'validating.running', 'validating.broken',
  'curator_review.unassigned', 'curator_review.claimed', 'curator_review.on_hold',
  'private.approved', 'private.scheduled', 'private.publishing', 'private.publish_failed',
  'published.current', 'published.superseded', 'withdrawn', 'rejected', 'tombstoned'`;

const PEOPLE = `
  CREATE TABLE person (
    id             uuid PRIMARY KEY,
    email          text NOT NULL,
    name           text NOT NULL,
    orcid          text,
    "passwordHash" text,
    roles          text[] NOT NULL CHECK (roles <@ ARRAY['submitter', 'curator', 'admin']),
    "disabledAt"   timestamptz,
    "createdAt"    timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX person_email ON person (lower(email));
  CREATE INDEX person_page ON person ("createdAt", id);
  CREATE INDEX person_staff ON person (id) WHERE roles && ARRAY['curator', 'admin'];
  CREATE TABLE session (
    id           uuid PRIMARY KEY,
    "personId"   uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    "tokenHash"  text NOT NULL UNIQUE,
    "createdAt"  timestamptz NOT NULL DEFAULT now(),
    "lastUsedAt" timestamptz NOT NULL DEFAULT now(),
    "expiresAt"  timestamptz NOT NULL
  );
  CREATE INDEX session_person ON session ("personId");
  CREATE INDEX session_expiry ON session ("expiresAt");
  CREATE TABLE access_token (
    id           uuid PRIMARY KEY,
    "personId"   uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    name         text NOT NULL,
    "tokenHash"  text NOT NULL UNIQUE,
    hint         text NOT NULL,
    scopes       text[] NOT NULL,
    "createdAt"  timestamptz NOT NULL DEFAULT now(),
    "lastUsedAt" timestamptz,
    "expiresAt"  timestamptz NOT NULL
  );
  CREATE INDEX access_token_person ON access_token ("personId", "createdAt");
  CREATE TABLE idempotency_key (
    key         text NOT NULL,
    caller      text NOT NULL,
    route       text NOT NULL,
    "bodyHash"  text NOT NULL,
    answer      text NOT NULL,
    "createdAt" timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key, caller, route)
  );
  CREATE INDEX idempotency_key_age ON idempotency_key ("createdAt");`;

const SUBMISSIONS = `
  CREATE SEQUENCE accession_number;
  CREATE TABLE record (
    accession   text PRIMARY KEY,
    "createdAt" timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE submission (
    id               uuid PRIMARY KEY,
    accession        text NOT NULL REFERENCES record,
    version          integer NOT NULL CHECK (version > 0),
    "ownerId"        uuid NOT NULL REFERENCES person,
    profile          text NOT NULL,
    "profileVersion" text NOT NULL,
    title            text NOT NULL,
    metadata         jsonb NOT NULL,
    "policyAcceptedAt" timestamptz,
    seq              integer NOT NULL,
    state            text NOT NULL CHECK (state IN (${STATES})),
    since            timestamptz NOT NULL DEFAULT now(),
    "runId"          uuid,
    purpose          text NOT NULL CHECK (purpose IN ('submission', 'review', 'approval')),
    sealed           text,
    checked          text,
    approved         text,
    assignee         uuid REFERENCES person,
    round            integer NOT NULL,
    "dueAt"          timestamptz,
    "pausedAt"       timestamptz,
    "holdUntil"      timestamptz,
    "touchedAt"      timestamptz NOT NULL,
    "releaseAt"      timestamptz,
    reminders        integer NOT NULL,
    retries          integer NOT NULL,
    superseded       boolean NOT NULL,
    "fileCount"      integer NOT NULL DEFAULT 0,
    "fileBytes"      bigint NOT NULL DEFAULT 0,
    "lastRunId"      uuid,
    "publishedAt"    timestamptz,
    tombstone        jsonb,
    "createdAt"      timestamptz NOT NULL DEFAULT now(),
    "updatedAt"      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (accession, version),
    CHECK (state <> 'validating.running' OR "runId" IS NOT NULL),
    CHECK (state NOT LIKE 'published.%' OR (sealed IS NOT NULL AND sealed = checked AND sealed = approved)),
    CHECK (state <> 'curator_review.claimed' OR assignee IS NOT NULL),
    CHECK ((state = 'tombstoned') = (tombstone IS NOT NULL))
  );
  CREATE UNIQUE INDEX submission_one_open_version ON submission (accession)
    WHERE state NOT LIKE 'published.%' AND state NOT IN ('withdrawn', 'rejected', 'tombstoned');
  CREATE UNIQUE INDEX submission_one_current_version ON submission (accession) WHERE state = 'published.current';
  CREATE INDEX submission_by_age ON submission (state, since, id);
  CREATE INDEX submission_by_update ON submission (state, "updatedAt", id);
  CREATE INDEX submission_by_creation ON submission (state, "createdAt", id);
  CREATE INDEX submission_of_owner ON submission ("ownerId", state, "updatedAt", id);
  CREATE INDEX submission_of_assignee ON submission (assignee, state, since, id) WHERE assignee IS NOT NULL;
  CREATE INDEX submission_published ON submission ("publishedAt" DESC, id) WHERE state = 'published.current';

  CREATE FUNCTION submission_counts_its_steps() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.seq NOT IN (OLD.seq, OLD.seq + 1) OR (NEW.seq = OLD.seq AND NEW.state <> OLD.state) THEN
      RAISE EXCEPTION 'submission % goes from step % to %', OLD.id, OLD.seq, NEW.seq;
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER submission_counts_its_steps BEFORE UPDATE ON submission
    FOR EACH ROW EXECUTE FUNCTION submission_counts_its_steps();

  CREATE TABLE submission_transition (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    seq            integer NOT NULL CHECK (seq > 0),
    event          text NOT NULL,
    "fromState"    text NOT NULL,
    "toState"      text NOT NULL,
    "actorId"      uuid REFERENCES person,
    comment        text,
    details        jsonb NOT NULL,
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY ("submissionId", seq)
  );
  CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('accession.erasing', true) = 'on' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END $$;
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON submission_transition
    FOR EACH ROW EXECUTE FUNCTION append_only();

  CREATE TABLE timer (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    kind           text NOT NULL,
    "dueAt"        timestamptz NOT NULL,
    PRIMARY KEY ("submissionId", kind)
  );
  CREATE INDEX timer_due ON timer ("dueAt");

  CREATE TABLE incident (
    id             uuid PRIMARY KEY,
    "submissionId" uuid REFERENCES submission ON DELETE CASCADE,
    kind           text NOT NULL,
    state          text NOT NULL CHECK (state IN ('open', 'resolved')),
    message        text NOT NULL,
    occurrences    integer NOT NULL DEFAULT 1,
    "openedAt"     timestamptz NOT NULL DEFAULT now(),
    "seenAt"       timestamptz NOT NULL DEFAULT now(),
    "resolvedAt"   timestamptz
  );
  CREATE UNIQUE INDEX incident_one_open ON incident ("submissionId", kind) WHERE state = 'open';
  CREATE INDEX incident_page ON incident (state, "openedAt", id);

  CREATE TABLE outbox_message (
    id          uuid PRIMARY KEY,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    topic       text NOT NULL,
    payload     jsonb NOT NULL,
    "createdAt" timestamptz NOT NULL DEFAULT now(),
    "relayedAt" timestamptz,
    -- For topics that notify: when its notifications were written.
    "handledAt" timestamptz
  );
  CREATE INDEX outbox_message_unhandled ON outbox_message ("relayedAt") WHERE "handledAt" IS NULL;
  CREATE INDEX outbox_message_age ON outbox_message USING brin ("createdAt");
  CREATE INDEX outbox_message_waiting ON outbox_message (seq) WHERE "relayedAt" IS NULL;
  CREATE INDEX outbox_message_run ON outbox_message ((payload ->> 'runId')) WHERE "relayedAt" IS NULL;
  CREATE FUNCTION outbox_message_calls() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
  CREATE TRIGGER outbox_message_calls AFTER INSERT ON outbox_message
    FOR EACH STATEMENT EXECUTE FUNCTION outbox_message_calls();`;

const FILES = `
  CREATE TABLE stored_object (
    sha256      text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size        bigint NOT NULL,
    "createdAt" timestamptz NOT NULL DEFAULT now(),
    "usedAt"    timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE submission_file (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    path           text NOT NULL,
    size           bigint NOT NULL,
    sha256         text NOT NULL REFERENCES stored_object,
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    UNIQUE ("submissionId", path)
  );
  CREATE UNIQUE INDEX submission_file_names_differ ON submission_file ("submissionId", (lower(path) COLLATE "C"));
  CREATE INDEX submission_file_page ON submission_file ("submissionId", path COLLATE "C", id);
  CREATE INDEX submission_file_object ON submission_file (sha256);
  CREATE TABLE upload (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    "personId"     uuid NOT NULL REFERENCES person,
    path           text NOT NULL,
    origin         text NOT NULL CHECK (origin IN ('upload', 'import')),
    url            text,
    etag           text,
    guessed        boolean NOT NULL DEFAULT false,
    size           bigint,
    received       bigint NOT NULL DEFAULT 0,
    sha256         text,
    state          text NOT NULL CHECK (state IN ('receiving', 'verifying', 'failed', 'done')),
    problem        text,
    attempt        integer NOT NULL DEFAULT 1,
    "leaseUntil"   timestamptz,
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    "updatedAt"    timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX upload_of_submission ON upload ("submissionId", state);
  CREATE INDEX upload_under_way ON upload ("updatedAt") WHERE state IN ('receiving', 'verifying');`;

const VALIDATION = `
  CREATE TABLE validation_run (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    revision       text NOT NULL,
    purpose        text NOT NULL,
    state          text NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'broken')),
    outcome        text CHECK (outcome IN ('passed', 'failed', 'errored', 'undecided')),
    attempt        integer NOT NULL DEFAULT 1,
    fence          bigint NOT NULL DEFAULT 0,
    "leaseUntil"   timestamptz,
    errors         integer NOT NULL DEFAULT 0,
    warnings       integer NOT NULL DEFAULT 0,
    total          integer NOT NULL DEFAULT 0,
    problem        text,
    "startedAt"    timestamptz NOT NULL DEFAULT now(),
    "finishedAt"   timestamptz
  );
  CREATE INDEX validation_run_of_submission ON validation_run ("submissionId", "startedAt", id);
  CREATE INDEX validation_run_done ON validation_run ("startedAt") WHERE state = 'done';
  CREATE INDEX validation_run_under_way ON validation_run ("leaseUntil") WHERE state = 'running';
  CREATE TABLE check_result (
    "runId"      uuid NOT NULL REFERENCES validation_run ON DELETE CASCADE,
    file         text NOT NULL,
    "check"      text NOT NULL,
    -- The edition of the check and of its rules: a result of another one is not used again.
    edition      text NOT NULL,
    sha256       text NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('passed', 'failed', 'errored', 'undecided')),
    findings     jsonb NOT NULL,
    undecided    jsonb NOT NULL,
    facts        jsonb NOT NULL,
    "durationMs" integer NOT NULL,
    "finishedAt" timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY ("runId", file, "check")
  );
  CREATE INDEX check_result_again ON check_result (sha256, "check", edition);
  CREATE TABLE finding (
    "runId"      uuid NOT NULL REFERENCES validation_run ON DELETE CASCADE,
    ordinal      integer NOT NULL,
    fingerprint  text NOT NULL,
    "check"      text NOT NULL,
    rule         text NOT NULL,
    severity     text NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    status       text NOT NULL CHECK (status IN ('new', 'open', 'fixed')),
    message      text NOT NULL,
    file         text NOT NULL,
    location     text,
    found        text,
    expected     text,
    fix          text NOT NULL,
    docs         text,
    count        bigint NOT NULL,
    samples      jsonb NOT NULL,
    PRIMARY KEY ("runId", ordinal)
  );
  CREATE INDEX finding_fingerprint ON finding ("runId", fingerprint);`;

const REVIEW = `
  CREATE TABLE change_request (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    round          integer NOT NULL,
    anchor         jsonb,
    text           text NOT NULL,
    severity       text NOT NULL CHECK (severity IN ('must', 'should')),
    state          text NOT NULL CHECK (state IN ('open', 'answered', 'resolved', 'declined')),
    answer         text,
    reason         text,
    "createdBy"    uuid NOT NULL REFERENCES person,
    seq            integer NOT NULL DEFAULT 1,
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    "updatedAt"    timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX change_request_of_submission ON change_request ("submissionId", "createdAt", id);
  CREATE TABLE checklist_tick (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    item           text NOT NULL,
    -- The hash of what the tick stands on: it holds as long as that is unchanged.
    basis          text NOT NULL,
    done           boolean NOT NULL,
    note           text,
    "personId"     uuid NOT NULL REFERENCES person,
    "tickedAt"     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY ("submissionId", item, basis)
  );
  CREATE TABLE waiver (
    id             uuid PRIMARY KEY,
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    revision       text NOT NULL,
    fingerprint    text NOT NULL,
    -- The digest of the file that the finding is about: the waiver holds as long as that is unchanged.
    basis          text NOT NULL,
    reason         text NOT NULL CHECK (length(trim(reason)) > 0),
    "personId"     uuid NOT NULL REFERENCES person,
    "createdAt"    timestamptz NOT NULL DEFAULT now(),
    UNIQUE ("submissionId", fingerprint, basis)
  );`;

const TELLING = `
  CREATE TABLE notification (
    id             uuid PRIMARY KEY,
    "messageId"    uuid NOT NULL,
    "personId"     uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    "submissionId" uuid,
    topic          text NOT NULL,
    title          text NOT NULL,
    -- The blocks that text and HTML are made of.
    body           jsonb NOT NULL,
    link           text NOT NULL,
    -- As precise as a client shows it and sends it back: what it has seen is what it marks.
    "createdAt"    timestamptz(3) NOT NULL DEFAULT now(),
    "readAt"       timestamptz,
    UNIQUE ("messageId", "personId")
  );
  CREATE INDEX notification_page ON notification ("personId", "createdAt" DESC, id DESC);
  CREATE INDEX notification_unread ON notification ("personId", "createdAt" DESC, id DESC) WHERE "readAt" IS NULL;
  CREATE TABLE delivery (
    id               uuid PRIMARY KEY,
    "notificationId" uuid NOT NULL REFERENCES notification ON DELETE CASCADE,
    channel          text NOT NULL,
    state            text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed')),
    attempts         integer NOT NULL DEFAULT 0,
    "dueAt"          timestamptz NOT NULL DEFAULT now(),
    "leaseUntil"     timestamptz,
    problem          text,
    "sentAt"         timestamptz,
    UNIQUE ("notificationId", channel)
  );
  CREATE INDEX delivery_due ON delivery ("dueAt") WHERE state IN ('pending', 'sending');

  CREATE TABLE publication_step (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    step           text NOT NULL,
    ordinal        integer NOT NULL,
    state          text NOT NULL CHECK (state IN ('todo', 'done', 'failed')),
    attempts       integer NOT NULL DEFAULT 0,
    problem        text,
    "finishedAt"   timestamptz,
    PRIMARY KEY ("submissionId", step)
  );
  CREATE TABLE publication (
    "submissionId" uuid PRIMARY KEY REFERENCES submission ON DELETE CASCADE,
    goal           text NOT NULL CHECK (goal IN ('public', 'private')),
    fence          bigint NOT NULL DEFAULT 0,
    attempt        integer NOT NULL DEFAULT 1,
    -- When it may be tried again.
    "dueAt"        timestamptz NOT NULL DEFAULT now(),
    "leaseUntil"   timestamptz,
    "startedAt"    timestamptz NOT NULL DEFAULT now(),
    "finishedAt"   timestamptz
  );
  CREATE INDEX publication_under_way ON publication ("dueAt") WHERE "finishedAt" IS NULL;`;

export class CreateAccession1700000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [PEOPLE, SUBMISSIONS, FILES, VALIDATION, REVIEW, TELLING]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE publication, publication_step, delivery, notification, waiver, checklist_tick, change_request, finding,
        check_result, validation_run, upload, submission_file, stored_object, outbox_message, incident, timer,
        submission_transition, submission, record, idempotency_key, access_token, session, person;
      DROP SEQUENCE accession_number;
      DROP FUNCTION outbox_message_calls, append_only, submission_counts_its_steps`);
  }
}
