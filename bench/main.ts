/** What does the house cost? Every benchmark in turn, and one table of what they found; names choose among them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { events } from './events.js';
import { growth } from './growth.js';
import { h5ad } from './h5ad.js';
import { House } from './house.js';
import { memory } from './memory.js';
import { mrc } from './mrc.js';
import { pickup } from './pickup.js';
import { plans } from './plans.js';
import { queue } from './queue.js';
import { reading } from './reading.js';
import { isMet, type Row, tableOf } from './row.js';
import { stepping } from './stepping.js';
import { submitting } from './submitting.js';
import { uploading } from './uploading.js';
import { webhooks } from './webhooks.js';

const SIZES = [10_000, 100_000, 1_000_000] as const;
type Size = (typeof SIZES)[number];

type Build = (size: Size) => Promise<House>;

const BENCHMARKS: Readonly<Record<string, (build: Build, folder: string) => Promise<Row[]>>> = {
  reading: async (build) => reading(await build(100_000)),
  stepping: async (build) => stepping(await build(100_000)),
  uploading: async (build) => uploading(await build(100_000)),
  pickup: async (build) => pickup(await build(100_000)),
  events: async (build) => events(await build(10_000)),
  submitting: async (build) => submitting(await build(100_000)),
  webhooks: async (build) => webhooks(await build(10_000)),
  memory: async (build) => memory(await build(100_000)),
  growth: async (build) => growth(await inTurn(SIZES, build)),
  queue: async (build) => queue(await inTurn([100_000, 1_000_000], build)),
  h5ad: async (_, folder) => h5ad(folder),
  mrc: async (_, folder) => mrc(folder),
  plans: async (build) => plans(await build(1_000_000)),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  say(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}
process.once('disconnect', () => process.exit(1)); // the launcher is gone, and the database with it
await measure(asked.length > 0 ? asked : Object.keys(BENCHMARKS));
process.exit();

async function measure(names: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'accession-bench-'));
  const houses = new Map<Size, House>();
  const build: Build = async (size) => {
    const house = houses.get(size) ?? (await built(folder, size));
    houses.set(size, house);
    return house;
  };
  const rows: Row[] = [];
  for (const name of names) {
    say(`${name} …`);
    rows.push(...(await found(name, build, folder)));
    for (const house of houses.values()) await house.quiet();
  }
  for (const house of houses.values()) await house.end();
  rmSync(folder, { recursive: true, force: true });

  say(`\n${tableOf(rows)}\n`);
  const missed = rows.filter((row) => !isMet(row)).length;
  say(`${rows.length} lines, ${missed} goals missed, ${Math.round(performance.now() / 1_000)} s`);
}

/** One that fails says why, and the others are measured. */
async function found(name: string, build: Build, folder: string): Promise<Row[]> {
  try {
    return (await BENCHMARKS[name]?.(build, folder)) ?? [];
  } catch (error) {
    say(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = 1;
    return [];
  }
}

async function built(folder: string, size: Size): Promise<House> {
  const begun = performance.now();
  const house = await House.build(process.env.POSTGRES_URL ?? '', folder, size);
  say(`  ${size.toLocaleString('en')} submissions seeded in ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  return house;
}

async function inTurn<From, To>(from: readonly From[], make: (each: From) => Promise<To>): Promise<To[]> {
  const made: To[] = [];
  for (const each of from) made.push(await make(each));
  return made;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
