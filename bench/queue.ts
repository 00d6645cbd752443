/** How long does a curator wait for the queue? A page and its counts, together and alone, by many filters, over HTTP. */
import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import type { House } from './house.js';
import { ask } from './http.js';
import type { Row } from './row.js';

/** By the number of submissions. */
const GOALS: Readonly<Record<number, number>> = { 100000: 50, 1000000: 100 };
const ASKED = 100;
/** Of each, before any is measured. */
const WARMED = 10;
/** So many curators look at once. */
const AT_ONCE = 2;

/** What they look at; `%label` is the id of a label. */
const MIXES: Readonly<Record<string, string>> = {
  'the queue': 'state=curator_review&sort=since',
  'all there are': 'sort=-updatedAt',
  'what is mine': 'assignee=me&sort=-updatedAt',
  'unclaimed, of one profile': 'state=curator_review.unassigned&profile=single-cell&sort=since',
  'urgent and resubmitted': 'state=curator_review&priority=urgent&resubmitted=true&sort=-priority',
  overdue: 'overdue=true&sort=since',
  'of a label': 'label=%label&sort=-priority,since',
  'a rare text': 'q=12345&sort=-updatedAt',
  'a common text, in review': 'q=ribosomes&state=curator_review&sort=since',
  'six filters':
    'state=curator_review&profile=single-cell&priority=urgent,high&label=%label&severity=warning&resubmitted=true&sort=dueAt',
};

/** What the team has set, as after some years; the counts are made anew, for the seed writes past the triggers. */
const TRIAGED = `
  UPDATE submission SET round = CASE WHEN round = 1 AND random() < 0.15 THEN 2 ELSE round END,
         urgency = CASE WHEN random() < 0.06 THEN (ARRAY[0, 1, 3])[1 + floor(random() * 3)::int] ELSE 2 END,
         "hasWarnings" = coalesce((SELECT r.warnings > 0 FROM validation_run r WHERE r.id = "lastRunId"), false),
         "hasErrors" = coalesce((SELECT r.errors > 0 FROM validation_run r WHERE r.id = "lastRunId"), false)`;
const LABELS = `
  INSERT INTO label (id, name, "createdBy")
  SELECT gen_random_uuid(), 'label ' || i, (SELECT id FROM person LIMIT 1) FROM generate_series(1, 20) i`;
const LABELLED = `
  INSERT INTO submission_label
  SELECT s.id, l.ids[1 + floor(20 * power(random(), 2))::int] FROM submission s
   CROSS JOIN (SELECT array_agg(id ORDER BY name) AS ids FROM label) l WHERE random() < 0.15`;
const FOUND = `INSERT INTO submission_text SELECT id, lower(title || ' ' || accession) FROM submission ON CONFLICT DO NOTHING`;

/** @param houses the smallest first */
export async function queue(houses: readonly House[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const house of houses) rows.push(...(await queueOf(house)));
  return rows;
}

async function queueOf(house: House): Promise<Row[]> {
  await triage(house);
  const curator = await house.person('curator');
  const [{ id: label }] = await house.db.query(`SELECT id FROM label WHERE name = 'label 9'`);
  const { address } = await house.process('api');
  const asked = Object.entries(MIXES).map(([what, mix]) => {
    const query = mix.replaceAll('%label', label);
    const page = () => ask(`${address}/api/v1/submissions?${query}&limit=50`, curator, 'GET');
    const counts = () => ask(`${address}/api/v1/submissions/facets?${filtersOf(query)}`, curator, 'GET');
    return { what, page, counts, both: () => Promise.all([page(), counts()]) };
  });
  // A process that has run for a while: the first would else be measured while it is compiled.
  for (const { both } of asked) for (let i = 0; i < WARMED; i++) await both();
  const rows: Row[] = [];
  for (const { what, page, counts, both } of asked) {
    for (const [part, work] of Object.entries({ 'page and counts': both, page, counts }))
      rows.push({
        what: `${what}: ${part}, p95 of ${house.size.toLocaleString('en')}`,
        unit: 'ms',
        ours: await p95(work),
        ...(part === 'page and counts' && { goal: { atMost: GOALS[house.size] ?? 100 } }),
      });
  }
  return rows;
}

const filtersOf = (query: string): string => query.replace(/&?sort=[^&]*/, '');

async function p95(work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  const look = async () => {
    while (took.length < ASKED) {
      const begun = performance.now();
      await work();
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  return took.sort((a, b) => a - b)[Math.ceil(took.length * 0.95) - 1] ?? Number.NaN;
}

/** Once for each house; as the owner of its tables, and past the triggers. */
async function triage({ db }: House): Promise<void> {
  const [{ done }] = await db.query('SELECT EXISTS (SELECT FROM label) AS done');
  if (done) return;
  await db.transaction(async (tx) => {
    await tx.query(
      'SET LOCAL ROLE NONE; SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off',
    );
    const indexes: { name: string; definition: string }[] = await tx.query(
      `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
        WHERE i.indrelid = 'submission'::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
    );
    for (const { name } of indexes) await tx.query(`DROP INDEX ${name}`);
    for (const sql of [TRIAGED, LABELS, LABELLED, FOUND, 'SELECT queue_recount()']) await tx.query(sql);
    for (const { definition } of indexes) await tx.query(definition);
  });
  await asOwner(db, 'VACUUM ANALYZE');
}

async function asOwner(db: DataSource, sql: string): Promise<void> {
  const runner = db.createQueryRunner();
  await runner.query('SET ROLE NONE');
  await runner.query(sql);
  await runner.query('RESET ROLE').finally(() => runner.release());
}
