/** Statements that come with values are planned once by a connection, and stay good when the tables change. */
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadConfig } from '../src/config.js';
import { database } from '../src/database.js';
import { BY_ITS_VALUES } from '../src/platform/prepared-statements.js';
import { TEMPLATE } from './template-database.js';

const name = `prepared_${randomUUID().replaceAll('-', '')}`;
let server: DataSource;
let db: DataSource;
beforeAll(async () => {
  server = await new DataSource({ type: 'postgres', url: inject('postgresUrl') }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const url = new URL(`/${name}`, inject('postgresUrl')).href;
  db = await new DataSource(database(loadConfig({ DATABASE_URL: url, DATABASE_POOL: '1' }), 'owner')).initialize();
});
afterAll(async () => {
  await db.destroy();
  await server.query(`DROP DATABASE ${name}`);
  await server.destroy();
});

const prepared = async (part: string): Promise<number> => {
  const [{ n }] = await db.query(
    `SELECT count(*)::int AS n FROM pg_prepared_statements WHERE position('${part}' IN statement) > 0`,
  );
  return n;
};

describe('a statement', () => {
  it('is prepared when it comes with values, once', async () => {
    for (const id of [randomUUID(), randomUUID()])
      await db.query('SELECT name FROM person WHERE id = $1 -- once', [id]);

    expect(await prepared('-- once')).toBe(1);
  });

  it('is not when it has none, or asks for whatever columns there are', async () => {
    await db.query('SELECT name FROM person -- none');
    await db.query('SELECT * FROM person WHERE id = $1 -- all', [randomUUID()]);
    await db.query('SELECT p.* FROM person p WHERE id = $1 -- all', [randomUUID()]);
    await db.query('UPDATE person SET name = name WHERE id = $1 RETURNING * -- all', [randomUUID()]);

    expect(await prepared('-- none')).toBe(0);
    expect(await prepared('-- all')).toBe(0);
  });

  it('that searches is planned for what it is asked for, each time', async () => {
    for (let i = 0; i < 10; i++)
      await db.query(`${BY_ITS_VALUES}SELECT name FROM person WHERE name LIKE $1 -- search`, ['nobody%']);

    expect(await prepared('-- search')).toBe(0);
  });

  it('that counts all is prepared: its columns are its own', async () => {
    await db.query('SELECT count(*) FROM person WHERE id = $1 -- count', [randomUUID()]);

    expect(await prepared('-- count')).toBe(1);
  });

  it('goes on when a migration adds a column and an index to its table', async () => {
    const columns = (which: string) => db.query(`SELECT ${which} FROM person WHERE email = $1`, ['nobody@example.org']);
    const ask = async () => [...(await columns('name')), ...(await columns('*'))];
    for (let i = 0; i < 10; i++) await ask();

    await db.query('ALTER TABLE person ADD COLUMN later text');
    await db.query('CREATE INDEX person_later ON person (email)');

    expect(await ask()).toEqual([]);
  });

  it('that fails is no hindrance to the same statement with other values', async () => {
    const ask = (id: string) => db.query('SELECT name FROM person WHERE id = $1::uuid -- fails', [id]);

    await expect(ask('no uuid')).rejects.toThrow('invalid input syntax');
    expect(await ask(randomUUID())).toEqual([]);
  });
});
