import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CreateAccession1700000000000 } from '../migrations/1700000000000-create-accession.js';
import { CreateDataset1795200000000 } from '../migrations/1795200000000-create-dataset.js';

const SHA = 'a'.repeat(64);
const name = `migrated_${randomUUID().replaceAll('-', '')}`;
let server: DataSource;
let db: DataSource;

/** A database as the release before has left it. */
beforeAll(async () => {
  const url = inject('postgresUrl');
  server = await new DataSource({ type: 'postgres', url }).initialize();
  await server.query(`CREATE DATABASE ${name}`);
  const { href } = new URL(`/${name}`, url);
  db = await new DataSource({ type: 'postgres', url: href }).initialize();
  await new CreateAccession1700000000000().up(db.createQueryRunner());
});
afterAll(async () => {
  await db?.destroy();
  await server?.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await server?.destroy();
});

async function version(
  accession: string,
  n: number,
  state: string,
  profile: string,
  doi: string | null,
  files: string[],
) {
  const [owner, id] = [randomUUID(), randomUUID()];
  await db.query(`INSERT INTO person (id, email, name, roles) VALUES ($1, $2, 'Somebody', '{submitter}')`, [
    owner,
    owner,
  ]);
  await db.query('INSERT INTO record (accession) VALUES ($1) ON CONFLICT DO NOTHING', [accession]);
  await db.query(`INSERT INTO stored_object (sha256, size) VALUES ($1, 1) ON CONFLICT DO NOTHING`, [SHA]);
  await db.query(
    `INSERT INTO submission (id, accession, version, "ownerId", profile, "profileVersion", title, metadata, seq, state, purpose,
                             sealed, checked, approved, round, "touchedAt", reminders, retries, superseded)
     VALUES ($1, $2, $3, $4, $5, '1.0', 'Cells', $6, 0, $7, 'submission', 'r', 'r', 'r', 1, now(), 0, 0, false)`,
    [id, accession, n, owner, profile, JSON.stringify({ ...(doi && { doi }) }), state],
  );
  for (const path of files)
    await db.query('INSERT INTO submission_file VALUES ($1, $2, $3, 1, $4)', [randomUUID(), id, path, SHA]);
  return id;
}
const datasets = (id: string) =>
  db.query('SELECT id, path, title, ordinal FROM dataset WHERE "submissionId" = $1 ORDER BY path', [id]);

describe('a database of the release before', () => {
  it('has the same data sets in each version of a record, and looks up the DOIs of what is not public yet', async () => {
    const first = await version('ACC-000001', 1, 'published.current', 'single-cell', '10.5555/a', [
      'a.h5ad',
      'notes.txt',
    ]);
    const second = await version('ACC-000001', 2, 'draft.editing', 'single-cell', '10.5555/a', ['a.h5ad', 'B.H5AD']);
    const other = await version('ACC-000002', 1, 'draft.editing', 'single-cell', 'soon', ['a.h5ad']);
    const volume = await version('ACC-000003', 1, 'draft.editing', 'cryoet-dataset', null, ['a.mrc', 'odd.h5ad']);

    await new CreateDataset1795200000000().up(db.createQueryRunner());

    const [[a], [b, again], [elsewhere]] = [await datasets(first), await datasets(second), await datasets(other)];
    expect(a).toMatchObject({ path: 'a.h5ad', title: null, ordinal: null });
    expect([b.path, again.path]).toEqual(['B.H5AD', 'a.h5ad']);
    expect(again.id).toBe(a.id);
    expect(new Set([a.id, b.id, elsewhere.id]).size).toBe(3);
    expect(await datasets(volume)).toEqual([]);
    expect(await db.query('SELECT "submissionId", doi, state FROM doi_lookup')).toEqual([
      { submissionId: second, doi: '10.5555/a', state: 'unverified' },
    ]);
  });

  it('can go back', async () => {
    await new CreateDataset1795200000000().down(db.createQueryRunner());

    expect(await db.query(`SELECT FROM pg_tables WHERE tablename IN ('dataset', 'doi_lookup')`)).toEqual([]);
  });
});
