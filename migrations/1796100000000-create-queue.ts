/** What does the team keep beside the lifecycle of its queue? Labels, priorities, views, templates, and work on many at once. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Of the team, and never of a step: a submission's place in the queue. What its last run found is kept in its row too, so that
 * a filter need not look at every run. Urgency: 0 urgent, 1 high, 2 normal, 3 low, in the order in which a queue is read.
 */
const TRIAGE = `
  ALTER TABLE submission
    ADD urgency smallint NOT NULL DEFAULT 2 CHECK (urgency BETWEEN 0 AND 3),
    ADD "triageDueAt" timestamptz,
    ADD "decideBy" timestamptz NOT NULL
      GENERATED ALWAYS AS (coalesce("triageDueAt", "dueAt", '9999-12-31 00:00:00+00'::timestamptz)) STORED,
    ADD "hasErrors" boolean NOT NULL DEFAULT false,
    ADD "hasWarnings" boolean NOT NULL DEFAULT false;
  CREATE FUNCTION submission_knows_its_findings() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    SELECT r.errors > 0, r.warnings > 0 INTO NEW."hasErrors", NEW."hasWarnings"
      FROM (SELECT NEW."lastRunId" AS id) l LEFT JOIN validation_run r USING (id);
    NEW."hasErrors" := coalesce(NEW."hasErrors", false);
    NEW."hasWarnings" := coalesce(NEW."hasWarnings", false);
    RETURN NEW;
  END $$;
  CREATE TRIGGER submission_knows_its_findings BEFORE UPDATE ON submission FOR EACH ROW
    WHEN (OLD."lastRunId" IS DISTINCT FROM NEW."lastRunId") EXECUTE FUNCTION submission_knows_its_findings();
  UPDATE submission s SET "hasErrors" = r.errors > 0, "hasWarnings" = r.warnings > 0
    FROM validation_run r WHERE r.id = s."lastRunId" AND (r.errors > 0 OR r.warnings > 0);

  CREATE TABLE label (
    id          uuid PRIMARY KEY,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    color       text CHECK (color ~ '^#[0-9a-f]{6}$'),
    "createdBy" uuid NOT NULL REFERENCES person,
    "createdAt" timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX label_name ON label (lower(name));
  CREATE TABLE submission_label (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    "labelId"      uuid NOT NULL REFERENCES label ON DELETE CASCADE,
    PRIMARY KEY ("submissionId", "labelId")
  );
  CREATE INDEX submission_label_of ON submission_label ("labelId", "submissionId");`;

/** What a filter looks at stands in the index that it walks: the rows themselves are wide. */
const SEEN = `INCLUDE (profile, assignee, urgency, round, "hasErrors", "hasWarnings")`;
const INDEXES = `
  DROP INDEX submission_by_age, submission_by_update, submission_by_creation, submission_of_assignee;
  CREATE INDEX submission_by_age ON submission (state, since, id) ${SEEN};
  CREATE INDEX submission_by_update ON submission (state, "updatedAt", id) ${SEEN};
  CREATE INDEX submission_by_creation ON submission (state, "createdAt", id) ${SEEN};
  CREATE INDEX submission_by_urgency ON submission (state, urgency, since, id) ${SEEN};
  CREATE INDEX submission_by_decision ON submission (state, "decideBy", id) ${SEEN};
  CREATE INDEX submission_of_assignee ON submission (assignee, state, since, id)
    INCLUDE (profile, urgency, round, "hasErrors", "hasWarnings", "updatedAt", "createdAt", "decideBy") WHERE assignee IS NOT NULL;
  CREATE INDEX submission_of_profile ON submission (profile, state, since, id) ${SEEN};
  CREATE INDEX submission_resubmitted ON submission (state, since, id) ${SEEN} WHERE round > 1;
  CREATE INDEX submission_with_errors ON submission (state, since, id) ${SEEN} WHERE "hasErrors";`;

const DIMENSIONS = `state, profile, assignee, urgency, resubmitted, "hasErrors", "hasWarnings"`;
const COUNTED = `
    label         uuid,
    state         text NOT NULL,
    profile       text NOT NULL,
    assignee      uuid,
    urgency       smallint NOT NULL,
    resubmitted   boolean NOT NULL,
    "hasErrors"   boolean NOT NULL,
    "hasWarnings" boolean NOT NULL`;
/** The cells that a submission is counted in: that of all, and those of its labels. */
const cellsOf = (row: string, n: -1 | 1) => `
    INSERT INTO queue_change (label, ${DIMENSIONS}, n)
    SELECT l.id, ${row}.state, ${row}.profile, ${row}.assignee, ${row}.urgency, ${row}.round > 1,
           ${row}."hasErrors", ${row}."hasWarnings", ${n}
      FROM (SELECT NULL::uuid AS id UNION ALL SELECT "labelId" FROM submission_label WHERE "submissionId" = ${row}.id) l;`;
const changed = [
  'OLD.state, OLD.profile, OLD.assignee, OLD.urgency, OLD.round > 1, OLD."hasErrors", OLD."hasWarnings"',
  'NEW.state, NEW.profile, NEW.assignee, NEW.urgency, NEW.round > 1, NEW."hasErrors", NEW."hasWarnings"',
].map((row) => `(${row})`);

/**
 * How many submissions have the same values of what the queue counts by: the counts of a filter are sums over these cells, and cost
 * the same however many submissions there are. Label: null for all, or those that have it. A change is a row of its own, so that
 * no step waits for another; `queue_settle` adds them up.
 */
const CELLS = `
  CREATE TABLE queue_cell (${COUNTED},
    n bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (label, ${DIMENSIONS})
  );
  CREATE INDEX queue_cell_of_state ON queue_cell (state);
  CREATE TABLE queue_change (${COUNTED},
    n smallint NOT NULL
  );
  CREATE FUNCTION submission_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP <> 'INSERT' THEN ${cellsOf('OLD', -1)}
    END IF;
    IF TG_OP <> 'DELETE' THEN ${cellsOf('NEW', 1)}
    END IF;
    RETURN coalesce(NEW, OLD);
  END $$;
  CREATE TRIGGER submission_begins_to_count AFTER INSERT ON submission
    FOR EACH ROW EXECUTE FUNCTION submission_is_counted();
  CREATE TRIGGER submission_counts_elsewhere AFTER UPDATE ON submission
    FOR EACH ROW WHEN (${changed.join(' IS DISTINCT FROM ')}) EXECUTE FUNCTION submission_is_counted();
  -- Before: its labels are still there.
  CREATE TRIGGER submission_counts_no_more BEFORE DELETE ON submission
    FOR EACH ROW EXECUTE FUNCTION submission_is_counted();

  CREATE FUNCTION label_is_counted() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO queue_change (label, ${DIMENSIONS}, n)
    SELECT c."labelId", s.state, s.profile, s.assignee, s.urgency, s.round > 1, s."hasErrors", s."hasWarnings",
           CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END
      FROM (SELECT (coalesce(NEW, OLD)).*) c JOIN submission s ON s.id = c."submissionId";
    RETURN NULL;
  END $$;
  CREATE TRIGGER label_is_counted AFTER INSERT OR DELETE ON submission_label
    FOR EACH ROW EXECUTE FUNCTION label_is_counted();

  CREATE FUNCTION queue_settle() RETURNS integer LANGUAGE plpgsql AS $$
  DECLARE settled integer;
  BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('queue_settle')) THEN RETURN 0; END IF;
    WITH gone AS (DELETE FROM queue_change RETURNING *),
         summed AS (SELECT label, ${DIMENSIONS}, sum(n) AS n FROM gone GROUP BY label, ${DIMENSIONS} HAVING sum(n) <> 0),
         added AS (INSERT INTO queue_cell AS c SELECT * FROM summed
                   ON CONFLICT (label, ${DIMENSIONS}) DO UPDATE SET n = c.n + excluded.n)
    SELECT count(*) INTO settled FROM gone;
    IF settled > 0 THEN DELETE FROM queue_cell WHERE n = 0; END IF;
    RETURN settled;
  END $$;
  -- All anew: after rows were written past the triggers.
  CREATE FUNCTION queue_recount() RETURNS void LANGUAGE sql AS $$
    LOCK TABLE submission, submission_label, queue_change IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM queue_change;
    DELETE FROM queue_cell;
    INSERT INTO queue_cell
    SELECT l."labelId", s.state, s.profile, s.assignee, s.urgency, s.round > 1, s."hasErrors", s."hasWarnings", count(*)
      FROM submission s
      JOIN (SELECT id AS "submissionId", NULL::uuid AS "labelId" FROM submission
            UNION ALL SELECT "submissionId", "labelId" FROM submission_label) l ON l."submissionId" = s.id
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
  $$;
  SELECT queue_recount();`;

/** By trigrams, so that any part of a word is found. A table of its own: a step of the lifecycle need not write this index. */
const TEXT = `
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE TABLE submission_text (
    "submissionId" uuid PRIMARY KEY REFERENCES submission ON DELETE CASCADE,
    text           text NOT NULL
  );
  INSERT INTO submission_text SELECT id, lower(title || ' ' || accession) FROM submission;
  CREATE INDEX submission_text_trigrams ON submission_text USING gin (text gin_trgm_ops);
  CREATE FUNCTION submission_is_found_by_text() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO submission_text VALUES (NEW.id, lower(NEW.title || ' ' || NEW.accession))
    ON CONFLICT ("submissionId") DO UPDATE SET text = excluded.text;
    RETURN NULL;
  END $$;
  CREATE TRIGGER submission_begins_to_be_found AFTER INSERT ON submission FOR EACH ROW
    EXECUTE FUNCTION submission_is_found_by_text();
  CREATE TRIGGER submission_stays_found AFTER UPDATE ON submission FOR EACH ROW
    WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION submission_is_found_by_text();`;

const DESK = `
  CREATE TABLE saved_view (
    id          uuid PRIMARY KEY,
    "ownerId"   uuid NOT NULL REFERENCES person,
    slug        text NOT NULL,
    name        text NOT NULL,
    -- As it stands in an address: it is read anew each time.
    query       jsonb NOT NULL,
    "isShared"  boolean NOT NULL,
    "isPinned"  boolean NOT NULL,
    "createdAt" timestamptz NOT NULL DEFAULT now(),
    "updatedAt" timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX saved_view_own_slug ON saved_view ("ownerId", slug) WHERE NOT "isShared";
  CREATE UNIQUE INDEX saved_view_team_slug ON saved_view (slug) WHERE "isShared";
  CREATE TABLE review_template (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    text        text NOT NULL,
    "createdBy" uuid NOT NULL REFERENCES person,
    "createdAt" timestamptz NOT NULL DEFAULT now(),
    "updatedAt" timestamptz NOT NULL DEFAULT now()
  );
  CREATE UNIQUE INDEX review_template_name ON review_template (lower(name));`;

const OPERATIONS = `
  CREATE TABLE operation (
    id           uuid PRIMARY KEY,
    action       text NOT NULL,
    params       jsonb NOT NULL,
    "actorId"    uuid NOT NULL REFERENCES person,
    -- Those of the token that asked for it; null: it was a session.
    scopes       text[],
    "undoOf"     uuid UNIQUE REFERENCES operation,
    state        text NOT NULL CHECK (state IN ('queued', 'running', 'done')),
    attempt      integer NOT NULL DEFAULT 1,
    fence        bigint NOT NULL DEFAULT 0,
    "leaseUntil" timestamptz,
    "createdAt"  timestamptz NOT NULL DEFAULT now(),
    "finishedAt" timestamptz
  );
  CREATE INDEX operation_under_way ON operation ("leaseUntil") WHERE state <> 'done';
  CREATE TABLE operation_item (
    "operationId"  uuid NOT NULL REFERENCES operation ON DELETE CASCADE,
    ordinal        integer NOT NULL,
    -- It may be gone by then, and the item says so.
    "submissionId" uuid NOT NULL,
    result         text NOT NULL CHECK (result IN ('waiting', 'done', 'refused', 'failed')),
    code           text,
    message        text,
    -- What it was, and the step that changed it: for whoever undoes it.
    before         jsonb,
    seq            integer,
    "finishedAt"   timestamptz,
    PRIMARY KEY ("operationId", ordinal)
  );`;

export class CreateQueue1796100000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const tables of [TRIAGE, INDEXES, CELLS, TEXT, DESK, OPERATIONS]) await db.query(tables);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE operation_item, operation, review_template, saved_view, submission_text, submission_label, label,
        queue_cell, queue_change;
      DROP TRIGGER submission_begins_to_be_found ON submission;
      DROP TRIGGER submission_stays_found ON submission;
      DROP TRIGGER submission_knows_its_findings ON submission;
      DROP TRIGGER submission_begins_to_count ON submission;
      DROP TRIGGER submission_counts_elsewhere ON submission;
      DROP TRIGGER submission_counts_no_more ON submission;
      DROP FUNCTION submission_is_found_by_text, submission_knows_its_findings, submission_is_counted, label_is_counted,
        queue_settle, queue_recount;
      ALTER TABLE submission DROP "decideBy", DROP urgency, DROP "triageDueAt", DROP "hasErrors", DROP "hasWarnings";
      CREATE INDEX submission_by_age ON submission (state, since, id);
      CREATE INDEX submission_by_update ON submission (state, "updatedAt", id);
      CREATE INDEX submission_by_creation ON submission (state, "createdAt", id);
      CREATE INDEX submission_of_assignee ON submission (assignee, state, since, id) WHERE assignee IS NOT NULL`);
  }
}
