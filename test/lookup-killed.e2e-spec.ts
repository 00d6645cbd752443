import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LookupServer, orcid, person, startLookups } from './lookup-server.js';
import { inTurn } from './remote-server.js';
import { beginWorld, QUICK, type World } from './world.js';

const [HELD, NEXT] = [orcid(1), orcid(2)];
const at = (id: string) => `/orcid/${id}/person`;
const held: ServerResponse[] = [];

let lookups: LookupServer;
let world: World;
let settings: Record<string, string>;
beforeAll(async () => {
  lookups = await startLookups({
    [at(HELD)]: inTurn((_, response) => void held.push(response), person('Held', 'Up')),
    [at(NEXT)]: person('Next', 'One'),
  });
  settings = { ...lookups.settings, LOOKUP_TIMEOUT: '1s', LOOKUP_EVERY: '20ms', OUTBOUND_ALLOW: lookups.pair };
  world = await beginWorld(settings);
  await world.workers.close();
});
afterAll(async () => {
  for (const response of held) response.destroy();
  await world?.end();
  await lookups?.close();
});

/** A worker process like any other. */
const startWorkers = () =>
  spawn(process.execPath, [resolve('dist/workers/main.js')], {
    env: {
      ...{ PATH: process.env.PATH, ...QUICK, ...settings },
      ...{ DATABASE_URL: world.config.DATABASE_URL, DATA_DIR: world.config.DATA_DIR },
      ...{ QUEUE_PREFIX: world.config.QUEUE_PREFIX, REDIS_URL: world.config.REDIS_URL },
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });

describe('a worker process that is killed in the middle of a look-up', () => {
  it('leaves it, and those behind it, to the next', async () => {
    const owner = await world.person('submitter');
    const begun = await owner.post('/submissions', {
      ...{ profile: 'cryoet-dataset', title: 'Yeast in situ' },
      metadata: { authors: [{ orcid: HELD }, { orcid: NEXT }] },
    });
    const workers = startWorkers();
    await vi.waitFor(() => expect(held).toHaveLength(1), { timeout: 25_000, interval: 20 });
    workers.kill('SIGKILL');
    await once(workers, 'exit');
    expect(lookups.times(at(NEXT))).toBe(0);

    await world.moreWorkers();

    await vi.waitFor(
      async () => {
        const { body } = await owner.get(`/submissions/${begun.body.id}/lookups`);
        expect(body.items).toMatchObject([
          { state: 'verified', label: 'Held Up' },
          { state: 'verified', label: 'Next One' },
        ]);
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(lookups.times(at(HELD))).toBe(2);
  }, 60_000);
});
