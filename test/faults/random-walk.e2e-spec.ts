import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATES } from '../../src/submissions/lifecycle.js';
import { PublicationWorker } from '../../workers/publication.worker.js';
import { Reconciler } from '../../workers/reconciler.js';
import { ValidationWorker } from '../../workers/validation/validation.worker.js';
import { beginWorld, type World } from '../world.js';
import { castOf, randomsOf } from './cast.js';
import { Walker } from './walker.js';

/** `WALK_SEED=1 npm test` walks the same way again; `WALK_STEPS` says how far. */
const SEED = Number(process.env.WALK_SEED ?? randomInt(2 ** 31));
const STEPS = Number(process.env.WALK_STEPS ?? 300);
const EACH = 30;
/** Until every state was seen. */
const MOST = 20 * STEPS;

let world: World;
beforeAll(async () => {
  // Nothing happens but what the walker does: its hand is the validator's, the clock's and the publisher's too.
  world = await beginWorld({ CLOCK_EVERY: '1d', RECONCILE_EVERY: '1d', AUTO_RETRY: '9d', SUBMITTER_MAY_PUBLISH: 'on' });
  for (const taker of [ValidationWorker, PublicationWorker])
    await world.workers.get<ValidationWorker>(taker).worker?.pause();
});
afterAll(async () => {
  // Whoever wandered off has left things under way: now they are done.
  for (const taker of [ValidationWorker, PublicationWorker])
    void world.workers.get<ValidationWorker>(taker).worker?.resume();
  const reconcile = setInterval(() => void world.workers.get(Reconciler).tick(), 300);
  await world.settles();
  clearInterval(reconcile);
  await world.end();
}, 60_000);

describe('a wanderer through the service', () => {
  it(`finds each step as the chart foretold it, and in every state what the chart does not draw refused with a reason (WALK_SEED=${SEED})`, {
    timeout: 300_000,
  }, async () => {
    const walker = new Walker(world, await castOf(world), randomsOf(SEED));
    await walker.goStraight();
    for (let steps = 0; steps < STEPS || (walker.seen.size < STATES.length && steps < MOST); steps += EACH)
      await walker.wander(EACH);

    expect([...walker.seen].sort()).toEqual([...STATES].sort());
  });
});
