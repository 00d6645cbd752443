/**
 * What does a database look like after some years? Submissions in every state, most of them published, a few owners with
 * many and many with few; each with the steps that led there, a file, a run and its timers. Written in SQL, by the table
 * of paths below: to bring them there through the service would take hours.
 */
import { DataSource, type EntityManager } from 'typeorm';
import { PROFILES } from '../checks/profiles/index.js';
import type { EventName } from '../src/submissions/events.js';
import type { State } from '../src/submissions/lifecycle.js';

const BEGUN = ['system.files_complete:uploaded'] as const;
const CHECKED = [...BEGUN, 'submitter.submit:validating.running'] as const;
const QUEUED = [...CHECKED, 'validator.pass:curator_review.unassigned'] as const;
const CLAIMED = [...QUEUED, 'curator.claim:curator_review.claimed'] as const;
const APPROVED = [...CLAIMED, 'curator.approve:private.approved'] as const;
const PUBLISHED = [...APPROVED, 'admin.publish:private.publishing', 'system.publish_done:published.current'] as const;

interface Path {
  /** Of a hundred submissions. */
  readonly share: number;
  readonly steps: readonly `${EventName}:${State}`[];
  /** How many days ago it came to its state, at most. */
  readonly days: number;
}

/** The states in which nothing is under way, so that workers find nothing to do. */
const PATHS: Readonly<Partial<Record<State, Path>>> = {
  'draft.editing': { share: 12, steps: [], days: 55 },
  'draft.checks_failed': { share: 3, steps: [...CHECKED, 'validator.fail:draft.checks_failed'], days: 55 },
  'draft.changes_requested': {
    share: 3,
    steps: [...CLAIMED, 'curator.request_changes:draft.changes_requested'],
    days: 55,
  },
  uploaded: { share: 2, steps: BEGUN, days: 55 },
  'curator_review.unassigned': { share: 3, steps: QUEUED, days: 30 },
  'curator_review.claimed': { share: 4, steps: CLAIMED, days: 4 },
  'curator_review.on_hold': { share: 1, steps: [...CLAIMED, 'curator.hold:curator_review.on_hold'], days: 30 },
  'private.approved': { share: 4, steps: APPROVED, days: 300 },
  'private.scheduled': { share: 2, steps: [...APPROVED, 'curator.set_release:private.scheduled'], days: 300 },
  'published.superseded': { share: 4, steps: [...PUBLISHED, 'system.supersede:published.superseded'], days: 1_000 },
  'published.current': { share: 48, steps: PUBLISHED, days: 1_000 },
  withdrawn: { share: 5, steps: [...CHECKED, 'submitter.withdraw:withdrawn'], days: 1_000 },
  rejected: { share: 4, steps: [...CLAIMED, 'curator.reject:rejected'], days: 1_000 },
  tombstoned: { share: 1, steps: [...PUBLISHED, 'admin.tombstone:tombstoned'], days: 1_000 },
};

/** A hundred states in a row; behind every superseded version stands the one of its record that is current. */
const SLOTS = Object.entries(PATHS).flatMap(([state, { share }]) =>
  Array.from({ length: share }, () =>
    state === 'published.superseded' ? [state, 'published.current'] : [state],
  ).flat(),
);

const STEPS = Object.entries(PATHS).flatMap(([state, { steps }]) =>
  steps.map((step, i) => {
    const [event, to] = step.split(':');
    return { state, seq: i + 1, event, from: i === 0 ? 'draft.editing' : steps[i - 1]?.split(':')[1], to };
  }),
);

/** The messages that a step had sent; those of the last days are still there. */
const TOPICS: Readonly<Partial<Record<EventName, string>>> = {
  'submitter.submit': 'submission.received',
  'validator.pass': 'review.requested',
  'validator.fail': 'checks.failed',
  'curator.approve': 'submission.approved',
  'curator.request_changes': 'changes.requested',
  'curator.reject': 'submission.rejected',
  'submitter.withdraw': 'submission.withdrawn',
  'system.publish_done': 'submission.published',
};

export const CURATORS = 20;
const ADMINS = 3;
const PER_OWNER = 50;

/** Nobody waits for the triggers of a million rows, nor for their indexes one by one: these are made anew at the end. */
const BULK = `SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off;
  SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '128MB'`;

const PEOPLE = `
  INSERT INTO person (id, email, name, handle, roles)
  SELECT gen_random_uuid(), 'person-' || i || '@example.org', 'Person ' || i, 'person-' || i,
         CASE WHEN i <= ${CURATORS} THEN '{submitter,curator}' WHEN i <= ${CURATORS + ADMINS} THEN '{admin}'
              ELSE '{submitter}' END::text[]
    FROM generate_series(1, $1::int / ${PER_OWNER} + ${CURATORS + ADMINS}) i`;

/** $1 how many, $2 the slots, $3 by state how old and how far it is, $4 the profiles. Indexes grow fastest in their order. */
const PLAN = `
  CREATE UNLOGGED TABLE seeded AS WITH plan AS MATERIALIZED (
  SELECT i, gen_random_uuid() AS id, s.state, s.steps, gen_random_uuid() AS run,
         gen_random_uuid() AS file,
         'ACC-' || lpad(record.n, greatest(6, length(record.n)), '0') AS accession,
         CASE WHEN i > 1 AND ($2::text[])[(i - 2) % 100 + 1] = 'published.superseded' THEN 2 ELSE 1 END AS version,
         p.ids[1 + floor(cardinality(p.ids) * power(random(), 3))::int] AS owner,
         c.ids[1 + floor(${CURATORS} * random())::int] AS curator,
         f.profile, f.version AS "profileVersion", f.title || ' ' || i AS title, f.metadata, f.extension,
         encode(sha256(int8send(i)), 'hex') AS sha, (1000000 + random() * 1e9)::bigint AS size,
         date_trunc('milliseconds', now() - random() * s.days * interval '1 day') AS since
    FROM generate_series(1, $1::int) i
    CROSS JOIN (SELECT array_agg(id) AS ids FROM person WHERE roles = '{submitter}') p
    CROSS JOIN (SELECT array_agg(id) AS ids FROM person WHERE 'curator' = ANY (roles)) c
    JOIN jsonb_to_recordset($3::jsonb) s (state text, steps int, days int) ON s.state = ($2::text[])[(i - 1) % 100 + 1]
    JOIN jsonb_to_recordset($4::jsonb) f (n int, profile text, version text, title text, metadata jsonb, extension text)
      ON f.n = i % jsonb_array_length($4::jsonb)
    CROSS JOIN LATERAL (SELECT (CASE WHEN s.state = 'published.superseded' THEN i + 1 ELSE i END)::text) record (n))
  SELECT * FROM plan ORDER BY id`;

const SUBMISSIONS = `
  INSERT INTO submission (id, accession, version, "ownerId", profile, "profileVersion", title, metadata, "policyAcceptedAt",
    seq, state, since, purpose, sealed, checked, approved, assignee, round, "dueAt", "pausedAt", "holdUntil", "touchedAt",
    "releaseAt", reminders, retries, superseded, "fileCount", "fileBytes", "lastRunId", "publishedAt", tombstone,
    "createdAt", "updatedAt")
  SELECT id, accession, version, owner, profile, "profileVersion", title, metadata, CASE WHEN steps > 1 THEN since END,
    steps, state, since, 'submission', CASE WHEN steps > 1 THEN sha END, CASE WHEN steps > 2 THEN sha END,
    CASE WHEN state ~ '^(private|published|tombstoned)' THEN sha END, CASE WHEN steps > 3 THEN curator END,
    CASE WHEN steps > 2 THEN 1 ELSE 0 END, CASE WHEN state LIKE 'curator_review.%' THEN since + interval '3 days' END,
    CASE WHEN state = 'curator_review.on_hold' THEN since END,
    CASE WHEN state = 'curator_review.on_hold' THEN now() + interval '30 days' END, since,
    CASE WHEN state = 'private.scheduled' THEN now() + interval '30 days' END, 0, 0, state = 'published.superseded',
    1, size, CASE WHEN steps > 2 THEN run END, CASE WHEN state ~ '^(published|tombstoned)' THEN since END,
    CASE WHEN state = 'tombstoned' THEN '{"reason":"erroneous","note":"","at":"2020-01-01T00:00:00.000Z"}'::jsonb END,
    since - steps * interval '1 day', since
   FROM seeded`;

/** What there is beside the submissions. $1 the steps, $2 the topics. */
const REST: Readonly<Record<string, string>> = {
  record: `
    INSERT INTO record (accession)
    SELECT accession FROM seeded WHERE state <> 'published.superseded' ORDER BY accession`,
  submission_transition: `
    INSERT INTO submission_transition ("submissionId", seq, event, "fromState", "toState", "actorId", details, "createdAt")
    SELECT id, p.seq, p.event, p."from", p."to",
           CASE split_part(p.event, '.', 1) WHEN 'submitter' THEN owner WHEN 'curator' THEN curator END,
           CASE WHEN p.seq IN (2, 3) THEN jsonb_build_object('runId', run) ELSE '{}' END,
           since - (steps - p.seq) * interval '1 day'
      FROM seeded JOIN jsonb_to_recordset($1::jsonb) p (state text, seq int, event text, "from" text, "to" text) USING (state)`,
  outbox_message: `
    INSERT INTO outbox_message (id, topic, payload, "createdAt", "relayedAt", "handledAt")
    SELECT gen_random_uuid(), t.value, jsonb_build_object('submissionId', s."submissionId", 'seq', s.seq),
           s."createdAt", s."createdAt", s."createdAt"
      FROM submission_transition s JOIN jsonb_each_text($2::jsonb) t ON t.key = s.event
     WHERE s."createdAt" > now() - interval '29 days' ORDER BY s."createdAt"`,
  timer: `
    INSERT INTO timer ("submissionId", kind, "dueAt")
    SELECT id, kind, due FROM seeded CROSS JOIN LATERAL (VALUES
      ('remind', CASE WHEN state ~ '^(draft|uploaded)' THEN since + interval '60 days' END),
      ('expire', CASE WHEN state ~ '^(draft|uploaded)' THEN since + interval '180 days' END),
      ('claim_idle', CASE WHEN state = 'curator_review.claimed' THEN since + interval '5 days' END),
      ('hold_over', CASE WHEN state = 'curator_review.on_hold' THEN now() + interval '30 days' END),
      ('release_due', CASE WHEN state = 'private.scheduled' THEN now() + interval '30 days' END)) t (kind, due)
     WHERE due IS NOT NULL`,
  stored_object: `
    INSERT INTO stored_object (sha256, size, "createdAt", "usedAt")
    SELECT sha, size, since, since FROM seeded ORDER BY sha`,
  submission_file: `
    INSERT INTO submission_file (id, "submissionId", path, size, sha256, "createdAt")
    SELECT file, id, 'data/file' || extension, size, sha, since FROM seeded`,
  validation_run: `
    INSERT INTO validation_run (id, "submissionId", revision, purpose, state, outcome, warnings, total, "startedAt", "finishedAt")
    SELECT run, id, sha, 'submission', 'done', CASE WHEN state = 'draft.checks_failed' THEN 'failed' ELSE 'passed' END,
           i % 3, i % 3, since, since FROM seeded WHERE steps > 2 ORDER BY run`,
  finding: `
    INSERT INTO finding ("runId", ordinal, fingerprint, "check", rule, severity, status, message, file, fix, count, samples)
    SELECT run, n, md5(run::text || n), 'h5ad', 'O01', 'warning', 'new', 'A message about what was found.',
           'data/file' || extension, 'What to do about it.', 1, '[]'
      FROM seeded CROSS JOIN LATERAL generate_series(1, i % 3) n WHERE steps > 2 ORDER BY run`,
  checklist_tick: `
    INSERT INTO checklist_tick ("submissionId", item, basis, done, "personId", "tickedAt")
    SELECT id, 'item-' || n, sha, true, curator, since FROM seeded CROSS JOIN generate_series(1, 3) n
     WHERE state ~ '^(curator_review.claimed|private)'`,
};

/** Fill an empty, migrated database with `size` submissions. */
export async function seed(db: DataSource, size: number): Promise<void> {
  const statesOf = Object.entries(PATHS).map(([state, { steps, days }]) => ({ state, steps: steps.length, days }));
  await db.transaction(async (tx) => {
    await tx.query(BULK);
    await tx.query(PEOPLE, [size]);
    await tx.query(PLAN, [size, SLOTS, JSON.stringify(statesOf), JSON.stringify(profiles())]);
    await filling(tx, 'submission', () => tx.query(SUBMISSIONS));
    for (const [table, sql] of Object.entries(REST)) {
      const given = [JSON.stringify(STEPS), JSON.stringify(TOPICS)].filter((_, i) => sql.includes(`$${i + 1}`));
      await filling(tx, table, () => tx.query(sql.replace('$2', given.length === 1 ? '$1' : '$2'), given));
    }
    await tx.query(`SELECT setval('accession_number', $1)`, [size]);
    await tx.query('DROP TABLE seeded');
  });
  await db.query('VACUUM ANALYZE');
  await db.query('CHECKPOINT');
}

/** Fill a table while its indexes are away, but for those of its constraints. */
async function filling(tx: EntityManager, table: string, fill: () => Promise<unknown>): Promise<void> {
  const indexes: { name: string; definition: string }[] = await tx.query(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
      WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
    [table],
  );
  for (const { name } of indexes) await tx.query(`DROP INDEX ${name}`);
  await fill();
  for (const { definition } of indexes) await tx.query(definition);
}

const profiles = () =>
  [...PROFILES.values()].map(({ id, version, example, files }, n) => ({
    ...{ n, profile: id, version, ...example },
    extension: files[0]?.extensions[0] ?? '',
  }));
