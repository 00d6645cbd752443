import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeUpload } from '../src/files/upload-lease.js';
import { takePublication } from '../src/records/publication-lease.js';
import { takeRun } from '../src/validation/run-lease.js';
import { beginDesk, type Desk } from './publication-desk.js';

let desk: Desk;
beforeAll(async () => {
  desk = await beginDesk();
});
afterAll(() => desk?.end());

interface Leased {
  readonly table: string;
  take(db: DataSource): Promise<{ release(): Promise<void> } | null>;
  /** Nothing is left that ought to be under way. */
  end(): Promise<unknown>;
}

/** What a worker may hold, each begun and in nobody's hands. */
const LEASED: Readonly<Record<string, (leaseMs: number) => Promise<Leased>>> = {
  publication: async (leaseMs) => {
    const { id } = await desk.begin();
    await desk.approve(id);
    await desk.move(id, 'admin.publish');
    const take = (db: DataSource) => takePublication(db, { submissionId: id, attempt: 1 }, leaseMs);
    return { table: 'publication', take, end: () => desk.work() };
  },
  'validation run': async (leaseMs) => {
    const id = randomUUID();
    const { id: submission } = await desk.begin();
    await desk.db.query(
      `INSERT INTO validation_run (id, "submissionId", revision, purpose, state) VALUES ($1, $2, '', 'submission', 'running')`,
      [id, submission],
    );
    const end = () => desk.db.query('DELETE FROM validation_run WHERE id = $1', [id]);
    return { table: 'validation_run', take: (db) => takeRun(db, id, leaseMs), end };
  },
  upload: async (leaseMs) => {
    const id = randomUUID();
    const { id: submission } = await desk.begin();
    await desk.db.query(
      `INSERT INTO upload (id, "submissionId", "personId", path, origin, state) VALUES ($1, $2, $3, 'late.mrc', 'import', 'receiving')`,
      [id, submission, desk.people.submitter.id],
    );
    const end = () => desk.db.query('DELETE FROM upload WHERE id = $1', [id]);
    return { table: 'upload', take: (db) => takeUpload(db, { id, attempt: 1 }, leaseMs), end };
  },
};

/** The database, but its answers to what renews a lease come when they are let. */
function slowRenewals(table: string) {
  const [asked, goOn, answered] = [gate(), gate(), gate()];
  let calls = 0; // The first of them takes the lease, and may look the same.
  const query = async (sql: string, values: unknown[]) => {
    const renews = calls++ > 0 && sql.startsWith(`UPDATE ${table} SET "leaseUntil" = now()`);
    if (!renews || asked.isOpen()) return desk.db.query(sql, values);
    asked.open();
    await goOn.opened;
    return desk.db.query(sql, values).finally(answered.open);
  };
  return { db: { query } as unknown as DataSource, asked: asked.opened, goOn: goOn.open, answered: answered.opened };
}

function gate() {
  let open = () => {};
  let isOpen = false;
  const opened = new Promise<void>((settle) => {
    open = () => {
      isOpen = true;
      settle();
    };
  });
  return { open: () => open(), opened, isOpen: () => isOpen };
}

describe('a lease', () => {
  it.each(Object.keys(LEASED))('is over when it is let go, though it was just being renewed: %s', async (name) => {
    const leased = await LEASED[name]?.(600);
    if (!leased) throw new Error(`There is no ${name}.`);
    const slow = slowRenewals(leased.table);
    const lease = await leased.take(slow.db);
    expect(await leased.take(desk.db), 'while it is held').toBeNull();

    await slow.asked;
    const released = lease?.release();
    slow.goOn();
    await Promise.all([released, slow.answered]);

    const next = await leased.take(desk.db);
    expect(next).not.toBeNull();
    await next?.release();
    await leased.end();
  });
});
