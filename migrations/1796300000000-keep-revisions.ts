/** What was sealed when, what was seen of it by whom, and from what the figures are made. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const REVISIONS = `
  -- By the hash of all paths and digests: revisions with the same files have one list of them.
  CREATE TABLE file_manifest (
    hash  text PRIMARY KEY,
    -- [path, size, sha256], by path.
    files jsonb NOT NULL
  );
  CREATE TABLE sealed_revision (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    -- Of the step that sealed it.
    seq            integer NOT NULL,
    hash           text NOT NULL,
    version        integer NOT NULL,
    round          integer NOT NULL,
    title          text NOT NULL,
    metadata       jsonb NOT NULL,
    -- Data sets with a file, in their order: {id, path, title}.
    datasets       jsonb NOT NULL,
    manifest       text NOT NULL REFERENCES file_manifest,
    "fileCount"    integer NOT NULL,
    "fileBytes"    bigint NOT NULL,
    -- That it was sealed for; a later one may have judged it again.
    "runId"        uuid,
    "sealedAt"     timestamptz NOT NULL,
    PRIMARY KEY ("submissionId", seq)
  );
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON file_manifest FOR EACH ROW EXECUTE FUNCTION append_only();
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sealed_revision FOR EACH ROW EXECUTE FUNCTION append_only();`;

/** Of what was sealed before there was this table, that which is still here as it was sealed. */
const SEALED_BEFORE = `
  CREATE TEMPORARY TABLE sealed_now ON COMMIT DROP AS
  SELECT s.id, s.sealed, d.titled, d.datasets, f.hash AS manifest, f.files, f.count, f.bytes
    FROM submission s
   CROSS JOIN LATERAL (
     SELECT coalesce(jsonb_agg(jsonb_build_array(d.path, d.title, d.ordinal) ORDER BY d.path COLLATE "C")
                       FILTER (WHERE d.title IS NOT NULL OR d.ordinal IS NOT NULL), '[]') AS titled,
            coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'path', d.path, 'title', d.title)
                       ORDER BY d.ordinal, d.path COLLATE "C"), '[]') AS datasets
       FROM dataset d JOIN submission_file x ON x."submissionId" = d."submissionId" AND x.path = d.path
      WHERE d."submissionId" = s.id) d
   CROSS JOIN LATERAL (
     SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes,
            encode(sha256(convert_to(
              coalesce(string_agg(path || E'\\t' || sha256, E'\\n' ORDER BY path COLLATE "C"), ''), 'UTF8')), 'hex') AS hash,
            coalesce(jsonb_agg(jsonb_build_array(path, size, sha256) ORDER BY path COLLATE "C"), '[]') AS files
       FROM submission_file WHERE "submissionId" = s.id) f
   WHERE s.sealed = encode(sha256(convert_to(
           encode(sha256(convert_to(
             (jsonb_build_array(s.profile, s."profileVersion", s.title, s.metadata) || d.titled)::text, 'UTF8')), 'hex')
           || ' ' || f.hash, 'UTF8')), 'hex');
  INSERT INTO file_manifest (hash, files)
  SELECT DISTINCT ON (manifest) manifest, files FROM sealed_now ORDER BY manifest;
  INSERT INTO sealed_revision ("submissionId", seq, hash, version, round, title, metadata, datasets, manifest, "fileCount",
                               "fileBytes", "runId", "sealedAt")
  SELECT s.id, coalesce(t.seq, s.seq), s.sealed, s.version,
         CASE WHEN s.state LIKE 'validating.%' AND s.purpose = 'submission' THEN s.round + 1 ELSE greatest(s.round, 1) END,
         s.title, s.metadata, n.datasets, n.manifest, n.count, n.bytes, (t.details ->> 'runId')::uuid,
         coalesce(t."createdAt", s."updatedAt")
    FROM sealed_now n JOIN submission s ON s.id = n.id
    LEFT JOIN LATERAL (
      SELECT seq, details, "createdAt" FROM submission_transition
       WHERE "submissionId" = s.id AND details ->> 'revision' = s.sealed ORDER BY seq DESC LIMIT 1) t ON true`;

const SEEN = `
  CREATE TABLE viewed_mark (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    "personId"     uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    section        text NOT NULL,
    -- The hash of what was seen: the mark is shown as long as the section has it.
    basis          text NOT NULL,
    "viewedAt"     timestamptz NOT NULL,
    PRIMARY KEY ("submissionId", "personId", section)
  );`;

const AUTHORS = `
  CREATE INDEX person_by_orcid ON person (orcid) WHERE orcid IS NOT NULL;`;

const FIGURES = `
  -- How long a submission was in a state, and what ended it.
  CREATE TABLE stay (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    -- Of the step that ended it.
    seq            integer NOT NULL,
    profile        text NOT NULL,
    state          text NOT NULL,
    round          integer NOT NULL,
    event          text NOT NULL,
    -- Of what is sent in: whether it was for the first time.
    "isFirst"      boolean NOT NULL,
    "enteredAt"    timestamptz NOT NULL,
    "leftAt"       timestamptz NOT NULL,
    PRIMARY KEY ("submissionId", seq)
  );
  CREATE TABLE review_round (
    "submissionId" uuid NOT NULL REFERENCES submission ON DELETE CASCADE,
    round          integer NOT NULL,
    profile        text NOT NULL,
    "openedAt"     timestamptz NOT NULL,
    "respondedAt"  timestamptz,
    "decidedAt"    timestamptz,
    decision       text,
    PRIMARY KEY ("submissionId", round)
  );`;

/** What is known of the time before: a round begins whenever a submission comes into review from outside of it. */
const FIGURES_BEFORE = `
  CREATE TEMPORARY TABLE step_before ON COMMIT DROP AS
  SELECT t.*, s.profile,
         lag(t."createdAt", 1, s."createdAt") OVER w AS "enteredAt",
         (t."toState" LIKE 'curator_review.%' AND t."fromState" NOT LIKE 'curator_review.%'
          AND coalesce(lag(t."toState", 1) OVER runs, '') <> 'review') AS opens
    FROM (SELECT x."submissionId", x.seq, x.event, x."fromState", x."createdAt",
                 CASE WHEN x."toState" = 'validating.running' AND x."fromState" LIKE 'curator_review.%' THEN 'review'
                      ELSE x."toState" END AS "toState"
            FROM submission_transition x
           WHERE x."fromState" <> x."toState"
             AND NOT (x."fromState" LIKE 'validating.%' AND x."toState" LIKE 'validating.%')) t
    JOIN submission s ON s.id = t."submissionId"
  WINDOW w AS (PARTITION BY t."submissionId" ORDER BY t.seq), runs AS (PARTITION BY t."submissionId" ORDER BY t.seq);
  CREATE TEMPORARY TABLE round_before ON COMMIT DROP AS
  SELECT b.*, count(*) FILTER (WHERE opens) OVER (PARTITION BY "submissionId" ORDER BY seq) AS "roundAfter" FROM step_before b;
  INSERT INTO stay ("submissionId", seq, profile, state, round, event, "isFirst", "enteredAt", "leftAt")
  SELECT "submissionId", seq, profile, "fromState", "roundAfter" - opens::int, event,
         event = 'submitter.submit' AND NOT EXISTS (
           SELECT FROM submission_transition e
            WHERE e."submissionId" = b."submissionId" AND e.seq < b.seq AND e.event = 'submitter.submit'),
         "enteredAt", "createdAt"
    FROM round_before b;
  INSERT INTO review_round ("submissionId", round, profile, "openedAt", "respondedAt", "decidedAt", decision)
  SELECT o."submissionId", o."roundAfter", o.profile, o."createdAt", min(r."createdAt"),
         min(r."createdAt") FILTER (WHERE r.event IN ('curator.approve', 'curator.request_changes', 'curator.reject')),
         min(r.event) FILTER (WHERE r.event IN ('curator.approve', 'curator.request_changes', 'curator.reject'))
    FROM round_before o
    LEFT JOIN round_before r ON r."submissionId" = o."submissionId" AND r."roundAfter" = o."roundAfter" AND r.seq > o.seq
      AND r.event IN ('curator.approve', 'curator.request_changes', 'curator.reject', 'curator.amend', 'curator.hold')
   WHERE o.opens GROUP BY 1, 2, 3, 4`;

const FIGURE_INDEXES = `
  CREATE INDEX stay_figures ON stay (state, round, "leftAt") INCLUDE ("enteredAt", profile);
  CREATE INDEX stay_counted ON stay ("leftAt") INCLUDE (event, "isFirst", profile)
    WHERE event IN ('submitter.submit', 'curator.approve', 'curator.request_changes', 'curator.reject', 'system.publish_done');
  CREATE INDEX review_round_opened ON review_round ("openedAt") INCLUDE ("respondedAt", profile);
  CREATE INDEX review_round_decided ON review_round ("decidedAt") INCLUDE (decision, profile) WHERE "decidedAt" IS NOT NULL;
  CREATE INDEX validation_run_judged ON validation_run ("finishedAt") INCLUDE (id, "submissionId") WHERE state = 'done';
  CREATE INDEX finding_by_rule ON finding ("runId") INCLUDE ("check", rule, severity) WHERE status = 'new';`;

export class KeepRevisions1796300000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const part of [REVISIONS, SEALED_BEFORE, SEEN, AUTHORS, FIGURES, FIGURES_BEFORE, FIGURE_INDEXES]) {
      await db.query(part);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX finding_by_rule, validation_run_judged, person_by_orcid;
      DROP TABLE review_round, stay, viewed_mark, sealed_revision, file_manifest`);
  }
}
