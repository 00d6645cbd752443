/** How long does the check of a large h5ad file take? Beside inflating the same chunks, the reference validator and h5py. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { penOf } from '../checks/check.js';
import { h5adCheck } from '../checks/formats/h5ad.check.js';
import { isolate } from '../checks/isolate.js';
import { withLocalFile } from '../checks/local-file.js';
import { SIZES, type Size, writeLargeH5ad } from './h5ad-file.js';
import { inflateAll } from './h5ad-inflate.js';
import { byTurns, secondsOf } from './rounds.js';
import type { Row } from './row.js';

/** What the reference validator took for `large`, and h5py to read it: measured once, on two free cores. */
const REFERENCE_SECONDS = 84.7;
const OPTIONS = { schema: '7.0.0', full: true };
const LIMITS = { memoryMb: 1_024, deadlineMs: 600_000 };
const LOOK_MS = 10;
/** Exit status of `accession validate`. */
const UNDECIDED = 6;
const run = promisify(execFile);

export async function h5ad(folder: string, rounds = 3): Promise<Row[]> {
  // First, while the disk is not busy with gigabytes.
  const rows = [await smallFile(await written(folder, 'small', SIZES.small), rounds)];
  for (const name of ['medium', 'large'] as const) {
    const local = await written(folder, name, SIZES[name]);
    rows.push(...(await wholeFile(name, local, rounds)), await metadataFault(folder, name, local));
  }
  return rows;
}

async function written(folder: string, name: string, size: Size): Promise<string> {
  const local = join(folder, `${name}.h5ad`);
  const seconds = await secondsOf(() => writeLargeH5ad(local, size));
  const megabytes = Math.round((await stat(local)).size / 1e6);
  process.stdout.write(`  ${name}: ${megabytes} MB written in ${seconds.toFixed(0)} s\n`);
  return local;
}

async function wholeFile(name: string, local: string, rounds: number): Promise<Row[]> {
  let peak = 0;
  const checked = async () => {
    const { seconds, peakMb } = await check(local);
    peak = Math.max(peak, peakMb);
    return seconds;
  };
  const h5py = await h5pySeconds(local);
  const { ours, inflate } = await byTurns({ ours: checked, inflate: () => inflateAll(local) }, rounds);
  const row = { what: `check of ${name}.h5ad`, unit: 's', ours } as const;
  return [
    {
      ...row,
      against: { what: 'its chunks inflated by two threads', value: inflate },
      goal: { atMost: 1.5 * inflate },
    },
    h5py === null
      ? { ...row, what: `${row.what} (python3-h5py is not installed)` }
      : { ...row, against: { what: 'h5py reading the same arrays', value: h5py } },
    ...(name === 'large'
      ? [
          {
            ...row,
            against: { what: 'the reference validator', value: REFERENCE_SECONDS },
            goal: { atMost: REFERENCE_SECONDS / 15 },
          },
        ]
      : []),
    { what: `check of ${name}.h5ad, at its peak`, unit: 'MB', ours: peak, goal: { atMost: 250 } },
  ];
}

/** Debian's own may stand behind another Python. */
async function pythonWithH5py(): Promise<string> {
  const has = (python: string) => run(python, ['-c', 'import h5py']);
  return has('python3').then(
    () => 'python3',
    () => '/usr/bin/python3',
  );
}

/** A process from its start to its end, as the worker has it. */
async function check(local: string): Promise<{ seconds: number; peakMb: number }> {
  let peakMb = 0;
  const look = setInterval(() => {
    peakMb = Math.max(peakMb, ...childrenOf(process.pid).map(peakOf));
  }, LOOK_MS);
  try {
    const seconds = await secondsOf(async () => {
      const { outcome, cause } = await isolate('h5ad', { path: 'bench.h5ad', local }, OPTIONS, LIMITS);
      if (outcome === 'errored') throw cause;
    });
    return { seconds, peakMb };
  } finally {
    clearInterval(look);
  }
}

/** Linux tells both; elsewhere the peak is not known, and 0. */
function childrenOf(pid: number): number[] {
  return told(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
}

const peakOf = (pid: number): number => Number(/VmHWM:\s+(\d+)/.exec(told(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

function told(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** From the start of the check in a process that runs already: what the file's size might change. */
async function metadataFault(folder: string, name: keyof typeof SIZES, sound: string): Promise<Row> {
  const local = join(folder, `${name}-fault.h5ad`);
  await spoilt(sound, local);
  const begun = performance.now();
  const seconds = await withLocalFile({ path: 'bench.h5ad', local }, async (file) => {
    for await (const said of h5adCheck.run(file, penOf(h5adCheck, file), OPTIONS)) {
      if ('finding' in said && said.finding.severity === 'error') return (performance.now() - begun) / 1_000;
    }
    throw new Error('The fault was not found.');
  });
  return { what: `${name}.h5ad: until a wrong organism is told`, unit: 's', ours: seconds, goal: { atMost: 0.5 } };
}

/** The sound file, of another organism than there is. */
async function spoilt(sound: string, local: string): Promise<void> {
  await copyFile(sound, local);
  const file = await open(local, 'r+');
  try {
    const end = (await file.stat()).size;
    const old = Buffer.from('NCBITaxon:9606');
    const window = Buffer.alloc(2 ** 22);
    for (let at = 0; at < end; at += window.length - old.length) {
      const { bytesRead } = await file.read(window, 0, window.length, at);
      const found = window.subarray(0, bytesRead).indexOf(old);
      if (found === -1) continue;
      await file.write(Buffer.from('NCBITaxon:0000'), 0, old.length, at + found);
      return;
    }
    throw new Error('There is no organism to be spoilt.');
  } finally {
    await file.close();
  }
}

async function smallFile(local: string, rounds: number): Promise<Row> {
  const command = new URL('../cli/main.js', import.meta.url).pathname;
  const validate = () =>
    secondsOf(() =>
      run(process.execPath, [command, 'validate', local]).catch((error) => {
        // Genes that the starter set lacks are not decided: any other end is no measurement.
        if (error.code !== UNDECIDED || !error.stdout.includes('0 errors')) throw error;
      }),
    );
  const { ours } = await byTurns({ ours: validate }, 3 * rounds);
  return { what: 'accession validate small.h5ad', unit: 's', ours, goal: { atMost: 0.6 } };
}

const H5PY = `
import sys, time, h5py
begun = time.time()
with h5py.File(sys.argv[1]) as file:
    for path in ("X/data", "X/indices", "raw/X/data", "raw/X/indices"):
        file[path][...]
print(time.time() - begun)`;

async function h5pySeconds(local: string): Promise<number | null> {
  try {
    const { stdout } = await run(await pythonWithH5py(), ['-c', H5PY, local]);
    return Number(stdout);
  } catch {
    return null;
  }
}
