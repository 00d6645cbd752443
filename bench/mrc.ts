/** How long does it take to look at every voxel of a large MRC file, and at the headers of ten thousand? Beside a plain pass, and mrcfile-validate. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isolate } from '../checks/isolate.js';
import { mrcBytes } from '../checks/samples/mrc.js';
import { VOLUMES, type VolumeSize, writeVolume } from './mrc-file.js';
import { byTurns, secondsOf } from './rounds.js';
import type { Row } from './row.js';

/** What mrcfile-validate 1.5.4 took, and how much faster we want to be: measured once, on two free cores. */
const REFERENCE: Readonly<Record<VolumeSize['dtype'], { seconds: number; faster: number }>> = {
  float32: { seconds: 0.77, faster: 1.5 },
  int16: { seconds: 2.5, faster: 4 },
};
const OPTIONS = { schema: null, full: true };
const LIMITS = { memoryMb: 1_024, deadlineMs: 600_000 };
const LOOK_MS = 10;
const FILES = 10_000;
const run = promisify(execFile);

export async function mrc(folder: string, rounds = 5): Promise<Row[]> {
  const rows: Row[] = [];
  for (const volume of VOLUMES) rows.push(...(await wholeVolume(folder, volume, rounds)));
  return [...rows, ...(await manyHeaders(folder))];
}

async function wholeVolume(folder: string, volume: VolumeSize, rounds: number): Promise<Row[]> {
  const { name, dtype } = volume;
  const local = join(folder, `${dtype}.mrc`);
  writeVolume(local, volume);
  const plainPass = new URL('mrc-plain.js', import.meta.url).pathname;
  let peak = 0;
  const { ours, plain } = await byTurns(
    {
      ours: async () => {
        const { seconds, peakMb } = await watched(() => check(local));
        peak = Math.max(peak, peakMb);
        return seconds;
      },
      plain: () => secondsOf(() => run(process.execPath, [plainPass, local, dtype])),
    },
    rounds,
  );
  const { seconds, faster } = REFERENCE[dtype];
  const row = { what: `check of ${name}, whole`, unit: 's', ours } as const;
  return [
    {
      ...row,
      against: { what: 'read and summed by two workers', value: plain },
      goal: { atMost: rounded(1.3 * plain) },
    },
    { ...row, against: { what: 'mrcfile-validate', value: seconds }, goal: { atMost: rounded(seconds / faster) } },
    { what: `check of ${name}, at its peak`, unit: 'MB', ours: peak, goal: { atMost: 150 } },
  ];
}

const rounded = (seconds: number): number => Number(seconds.toPrecision(3));

async function check(local: string): Promise<void> {
  const { outcome, findings, cause } = await isolate('mrc', { path: 'bench.mrc', local }, OPTIONS, LIMITS);
  if (outcome === 'errored') throw cause;
  if (findings.length > 0) throw new Error(`The volume is not sound: ${findings[0]?.message}`);
}

/** Frames, tilt series and tomograms, small enough that their headers are most of them. */
async function manyHeaders(folder: string): Promise<Row[]> {
  const many = join(folder, 'many');
  await mkdir(many);
  const bytes = mrcBytes({ nx: 64, ny: 64, nz: 4 });
  for (let i = 0; i < FILES; i++) await writeFile(join(many, `TS_${String(i).padStart(5, '0')}.mrc`), bytes);
  const command = new URL('../cli/main.js', import.meta.url).pathname;
  const validate = () => run(process.execPath, [command, 'validate', many], { maxBuffer: 2 ** 26 });
  await validate();
  const { seconds, peakMb } = await watched(validate);
  const what = `accession validate, ${FILES.toLocaleString('en')} MRC files`;
  return [
    { what, unit: 's', ours: seconds, goal: { atMost: 5 } },
    { what: `${what}, all processes at their peak`, unit: 'MB', ours: peakMb, goal: { atMost: 200 } },
  ];
}

/** How long it takes, and the most that all processes below this one held at once: pages that they share are counted once. */
async function watched(work: () => Promise<unknown>): Promise<{ seconds: number; peakMb: number }> {
  let peakMb = 0;
  const look = setInterval(() => {
    peakMb = Math.max(peakMb, heldBy(childrenOf(process.pid)));
  }, LOOK_MS);
  try {
    return { seconds: await secondsOf(work), peakMb };
  } finally {
    clearInterval(look);
  }
}

/** Linux tells both; elsewhere the peak is not known, and 0. */
function childrenOf(pid: number): number[] {
  const children = told(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
  return [...children, ...children.flatMap(childrenOf)];
}

/** One process: what it holds, with the pages that it shares with this one. Several: each its part of what they share. */
function heldBy(pids: readonly number[]): number {
  const [only, ...others] = pids;
  if (only !== undefined && others.length === 0) return mebibytes(told(`/proc/${only}/status`), 'VmHWM');
  return pids.reduce((sum, pid) => sum + mebibytes(told(`/proc/${pid}/smaps_rollup`), 'Pss'), 0);
}

const mebibytes = (text: string, key: string): number =>
  Number(new RegExp(`${key}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1_024;

function told(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
