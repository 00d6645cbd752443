/** What must hold after whatever has happened? The pack of invariants that every test of faults ends with. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { DataSource } from 'typeorm';
import { expect } from 'vitest';
import { type ObjectStore, objectKey } from '../src/files/object-store.js';
import type { EventName } from '../src/submissions/events.js';
import type { State } from '../src/submissions/lifecycle.js';
import { edgesBetween } from './chart.js';

interface Step {
  readonly submissionId: string;
  readonly seq: number;
  readonly event: EventName;
  readonly fromState: State;
  readonly toState: State;
}

/** Each is a query that finds what breaks it. */
const QUERIES = {
  'I1 each step has one audit record, without a gap': `
    SELECT s.id, s.seq, count(t.seq), max(t.seq) FROM submission s
      LEFT JOIN submission_transition t ON t."submissionId" = s.id
     GROUP BY s.id HAVING count(t.seq) <> s.seq OR coalesce(max(t.seq), 0) <> s.seq`,
  'I2 the audit trail ends where the submission is': `
    SELECT s.id, s.state, t."toState" FROM submission s
      JOIN submission_transition t ON t."submissionId" = s.id AND t.seq = s.seq WHERE t."toState" <> s.state`,
  'I3 what the system is to do is under way, or an incident is open': `
    SELECT s.id, s.state FROM submission s
     WHERE (s.state IN ('validating.broken', 'private.publish_failed')
            AND NOT EXISTS (SELECT FROM incident i WHERE i."submissionId" = s.id AND i.state = 'open'))
        OR (s.state = 'validating.running'
            AND NOT EXISTS (SELECT FROM validation_run r WHERE r.id = s."runId" AND r.state = 'running'))
        OR (s.state = 'private.publishing'
            AND NOT EXISTS (SELECT FROM publication p WHERE p."submissionId" = s.id AND p.goal = 'public'))`,
  'I3 a run that is under way belongs to its submission': `
    SELECT r.id FROM validation_run r JOIN submission s ON s.id = r."submissionId"
     WHERE r.state = 'running' AND s."runId" IS DISTINCT FROM r.id`,
  'I4 what is published was approved and checked as it is': `
    SELECT id FROM submission WHERE state LIKE 'published.%'
       AND (sealed IS NULL OR sealed <> checked OR sealed <> approved)`,
  'I5 no message waits for the relay': `
    SELECT id, topic FROM outbox_message WHERE "relayedAt" IS NULL AND "createdAt" < now() - interval '60 s'`,
  'I6 nobody is told the same thing twice': `
    SELECT "messageId", "personId" FROM notification GROUP BY 1, 2 HAVING count(*) > 1`,
  'I6 a message is one delivery a channel': `
    SELECT "notificationId", channel FROM delivery GROUP BY 1, 2 HAVING count(*) > 1`,
  'I6 a step is one message a topic': `
    SELECT payload ->> 'submissionId', topic, payload ->> 'runId', payload ->> 'attempt' FROM outbox_message
     WHERE topic = 'validation.requested' GROUP BY 1, 2, 3, 4 HAVING count(*) > 1`,
  'I8 a record has at most one open and one current version': `
    SELECT accession FROM submission GROUP BY accession
    HAVING count(*) FILTER (WHERE state = 'published.current') > 1
        OR count(*) FILTER (WHERE state NOT LIKE 'published.%' AND state NOT IN ('withdrawn', 'rejected', 'tombstoned')) > 1`,
  'I10 no review link is good for what is public or over': `
    SELECT l.id FROM share_link l JOIN submission s ON s.accession = l.accession AND s.version = l.version
     WHERE l."endedAt" IS NULL AND (s.state LIKE 'published.%' OR s.state IN ('withdrawn', 'rejected', 'tombstoned'))`,
} as const;

/** @param graceMs how long an object may lie there before a file names it */
export async function holdsAll(db: DataSource, store: ObjectStore, graceMs = 86_400_000): Promise<void> {
  for (const [invariant, query] of Object.entries(QUERIES)) expect(await db.query(query), invariant).toEqual([]);

  const steps: Step[] = await db.query('SELECT * FROM submission_transition ORDER BY "submissionId", seq');
  for (const [i, step] of steps.entries()) {
    const before = steps[i - 1];
    const from = before && before.submissionId === step.submissionId ? before.toState : 'draft.editing';
    expect(step.fromState, `I2 step ${step.seq} of ${step.submissionId} begins where the one before ended`).toBe(from);
    expect(edgesBetween(step.fromState, step.event), `I2 ${step.fromState} has ${step.event}`).toContain(step.toState);
  }

  const files = await db.query('SELECT DISTINCT f.sha256, f.size::float8 FROM submission_file f');
  for (const { sha256, size } of files) {
    const hash = createHash('sha256');
    await pipeline(await store.open(objectKey(sha256)), hash);
    expect(hash.digest('hex'), 'I7 a file’s object has its digest').toBe(sha256);
    expect((await store.stat(objectKey(sha256)))?.size, 'I7 a file’s object has its size').toBe(size);
  }
  const named = new Set(
    (await db.query('SELECT sha256 FROM stored_object')).map(({ sha256 }: { sha256: string }) => objectKey(sha256)),
  );
  for await (const { key, modifiedAt } of store.list('objects/')) {
    if (Date.now() - modifiedAt.getTime() > graceMs) expect(named, `I7 ${key} is named by a row`).toContain(key);
  }
}
