/**
 * Is everything there that the processes expect? The tables: ours, then those of the queues. With `--demo`, for a
 * database of the launcher's own, people and a file to begin with. Runs before the processes, and ends.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { writeH5ad } from '../checks/samples/h5ad.js';
import { type Config, loadConfig } from '../src/config.js';
import { database } from '../src/database.js';
import { addDemoPeople } from '../src/identity/demo-people.js';
import { PeopleService } from '../src/identity/people.service.js';
import { STATES } from '../src/submissions/lifecycle.js';
import { migrateQueues } from './job-queues.js';

try {
  await prepare(loadConfig(), process.argv.includes('--demo'));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
process.disconnect?.();

async function prepare(config: Config, demo: boolean): Promise<void> {
  const db = await new DataSource(database(config, 'owner')).initialize().catch((cause) => {
    throw new Error(`DATABASE_URL cannot be reached: ${cause.message}`, { cause });
  });
  try {
    await db.runMigrations();
    await refuseUnknownStates(db);
    await migrateQueues(config);
    if (demo) await addDemo(db, config);
  } finally {
    await db.destroy();
  }
}

/** A chart that has lost a state must come with a migration that moves its rows. */
async function refuseUnknownStates(db: DataSource): Promise<void> {
  const strange = await db.query(
    'SELECT state, count(*)::int AS n FROM submission WHERE state <> ALL ($1) GROUP BY state',
    [STATES],
  );
  if (strange.length === 0) return;
  const told = strange.map(({ state, n }: { state: string; n: number }) => `${n} in "${state}"`).join(', ');
  throw new Error(
    `There are submissions in states that this version does not know: ${told}. Run the version that wrote them.`,
  );
}

async function addDemo(db: DataSource, config: Config): Promise<void> {
  await addDemoPeople(new PeopleService(db));
  const folder = join(config.DATA_DIR, 'sample');
  const sample = join(folder, 'sample.h5ad');
  if (existsSync(sample)) return;
  mkdirSync(folder, { recursive: true });
  await writeH5ad(sample);
}
