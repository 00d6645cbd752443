import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockLimiter, type Consume } from './block-limiter.js';

/** A common count, as a store keeps it. */
function store(ms: number, clock: { now: number }) {
  const counts = new Map<string, { points: number; until: number }>();
  let asked = 0;
  const consume: Consume = async (key, points) => {
    asked += 1;
    const known = counts.get(key);
    const count = known && known.until > clock.now ? known : { points: 0, until: clock.now + ms };
    count.points += points;
    counts.set(key, count);
    return { consumed: count.points, ms: count.until - clock.now };
  };
  return { consume, asked: () => asked };
}

async function allowed(limiter: BlockLimiter, key: string, times: number): Promise<number> {
  const taken = await Promise.all(Array.from({ length: times }, () => limiter.take(key)));
  return taken.filter(({ isAllowed }) => isAllowed).length;
}

describe('a limit that processes share', () => {
  it('lets through what is allowed, and no more, until its window ends', async () => {
    const clock = { now: 0 };
    const { consume } = store(60_000, clock);
    const limiter = new BlockLimiter(100, consume, () => clock.now);

    expect(await allowed(limiter, 'a', 150)).toBe(100);
    expect(await limiter.take('a')).toEqual({ isAllowed: false, remaining: 0, ms: 60_000 });
    expect(await allowed(limiter, 'b', 1)).toBe(1);
    clock.now = 60_000;
    expect(await allowed(limiter, 'a', 1)).toBe(1);
  });

  it('asks once for many requests, and not at all once it is spent', async () => {
    const clock = { now: 0 };
    const { consume, asked } = store(60_000, clock);
    const limiter = new BlockLimiter(1_000, consume, () => clock.now);

    await allowed(limiter, 'a', 1_000);
    expect(asked()).toBe(20);
    await allowed(limiter, 'a', 500);
    expect(asked()).toBeLessThanOrEqual(21);
  });

  it('tells what is left, less with each request', async () => {
    const clock = { now: 0 };
    const limiter = new BlockLimiter(3, store(1_000, clock).consume, () => clock.now);

    const left = [await limiter.take('a'), await limiter.take('a'), await limiter.take('a'), await limiter.take('a')];

    expect(left.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
    expect(left.map(({ isAllowed }) => isAllowed)).toEqual([true, true, true, false]);
  });

  it('is never exceeded by several processes, and wastes a block of each at most', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.nat(4), { minLength: 300, maxLength: 600 }),
        async (points, turns) => {
          const clock = { now: 0 };
          const { consume } = store(60_000, clock);
          const processes = Array.from({ length: 5 }, () => new BlockLimiter(points, consume, () => clock.now));
          let through = 0;
          for (const turn of turns) through += (await processes[turn]?.take('a'))?.isAllowed ? 1 : 0;

          expect(through).toBeLessThanOrEqual(points);
          expect(through).toBeGreaterThanOrEqual(
            Math.min(points, turns.length) - 5 * Math.max(1, Math.floor(points / 20)),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});
