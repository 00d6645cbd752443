/**
 * How does a table of fragments become one that tabix reads by region? Sorted, in BGZF, with an index beside it: both come
 * into being whole or not at all, and only with as many lines as were read.
 */
import { rename, rm } from 'node:fs/promises';
import type { SourceFile } from '../check.js';
import { type FragmentRow, type Misshape, readRow } from '../formats/fragments/fragment-row.js';
import { withLocalFile } from '../local-file.js';
import { compressionOf, endsAsBgzf, GzipFault, gunzipped } from '../readers/gunzip.js';
import { EndlessLine, wholeLines } from '../readers/whole-lines.js';
import { FragmentRecords, LONGEST_LINE, NoFragment } from './fragment-records.js';
import { FragmentRuns } from './fragment-runs.js';
import { FragmentTable } from './fragment-table.js';

export interface Sorting {
  /** Of rows that come more than once, one is written. */
  readonly isDeduped: boolean;
  readonly signal?: AbortSignal;
  /** In bytes, for fragments alone. */
  readonly memory?: number;
  readonly mostRuns?: number;
}

/** How many lines there were, and how many of them are not written. */
export interface Sorted {
  readonly read: number;
  readonly repeats: number;
}

/** It is no table of fragments. `message` is a clause. */
export class NotSortable extends Error {}

/** Lines were lost on the way, or came to be (A13). */
export class LinesLost extends Error {}

const MEMORY = 48 * 2 ** 20;
const MOST_RUNS = 512;
const NEWLINE = 10;

export const indexOf = (table: string): string => `${table}.tbi`;

/** @throws NotSortable, LinesLost, and the signal's reason */
export async function sortFragments(input: string, output: string, sorting: Sorting): Promise<Sorted> {
  const { signal, memory = MEMORY, mostRuns: most = MOST_RUNS } = sorting;
  const [part, indexPart] = [`${output}.part`, `${indexOf(output)}.part`];
  const records = new FragmentRecords(memory);
  const runs = new FragmentRuns(records, `${output}.runs`, { most, signal });
  try {
    const read = await withLocalFile({ path: input, local: input }, (file) => take(file, records, runs, signal));
    const options = { names: records.chromosomes, isDeduped: sorting.isDeduped };
    const { repeats } = await FragmentTable.with({ table: part, index: indexPart }, options, (table) =>
      runs.give(table),
    );
    await proveLines(part, read - repeats, signal);
    await put(part, indexPart, output);
    return { read, repeats };
  } finally {
    await runs.close();
    await rm(part, { force: true });
    await rm(indexPart, { force: true });
  }
}

/** All lines of a file. Gives back how many there are. */
async function take(
  file: SourceFile,
  records: FragmentRecords,
  runs: FragmentRuns,
  signal: AbortSignal | undefined,
): Promise<number> {
  await refuseOtherThanGzip(file);
  const row: FragmentRow = { start: 0, stop: 0, support: 0, chromosomeEnd: 0, barcodeFrom: 0, barcodeEnd: 0 };
  let lines = 0;
  try {
    for await (const block of wholeLines(gunzipped(file), LONGEST_LINE)) {
      signal?.throwIfAborted();
      for (let from = 0; from < block.length; ) {
        const newline = block.indexOf(NEWLINE, from);
        const end = newline === -1 ? block.length : newline;
        lines++;
        addLine(records, block, from, end, row, lines);
        if (records.isFull) await runs.add();
        from = end + 1;
      }
    }
  } catch (error) {
    if (error instanceof GzipFault || error instanceof EndlessLine) throw new NotSortable(error.message);
    throw error;
  }
  if (lines === 0) throw new NotSortable('it is empty');
  return lines;
}

async function refuseOtherThanGzip(file: SourceFile): Promise<void> {
  if (file.size === 0) throw new NotSortable('it is empty');
  const compression = await compressionOf(file);
  if (compression === null) throw new NotSortable('it is not compressed with gzip or bgzip');
  if (compression === 'bgzf' && !(await endsAsBgzf(file)))
    throw new NotSortable('it is cut off: the empty block with which bgzip ends a file is missing');
}

const MISSHAPES: Readonly<Record<Misshape, string>> = {
  comment: 'it is a comment',
  columns: 'it has other than five columns',
  numbers: 'start, stop or read support is no integer',
};

function addLine(
  records: FragmentRecords,
  block: Buffer,
  from: number,
  end: number,
  row: FragmentRow,
  number: number,
): void {
  const misshape = readRow(block, from, end, row);
  try {
    if (misshape) throw new NoFragment(MISSHAPES[misshape]);
    if (end - from >= LONGEST_LINE) throw new NoFragment(`it has more than ${LONGEST_LINE - 1} bytes`);
    records.add(block, from, end, row);
  } catch (error) {
    if (!(error instanceof NoFragment)) throw error;
    const text = block.toString('utf8', from, Math.min(end, from + 100)).replaceAll(/\p{Cc}/gu, ' ');
    throw new NotSortable(`line ${number} is no fragment: ${error.message} ("${text}")`);
  }
}

/** As many lines as there must be, read again from what was written. @throws LinesLost */
export async function proveLines(table: string, expected: number, signal?: AbortSignal): Promise<void> {
  let lines = 0;
  await withLocalFile({ path: table, local: table }, async (file) => {
    for await (const piece of gunzipped(file)) {
      signal?.throwIfAborted();
      for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, at + 1)) lines++;
    }
  });
  if (lines !== expected) throw new LinesLost(`${expected} lines were to be written, and ${lines} were.`);
}

/** In place of what is there. An index never stands beside a table that it is not of. */
async function put(part: string, indexPart: string, output: string): Promise<void> {
  await rm(indexOf(output), { force: true });
  await rename(part, output);
  try {
    await rename(indexPart, indexOf(output));
  } catch (error) {
    await rm(output, { force: true });
    throw error;
  }
}
