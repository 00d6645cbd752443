/**
 * How is a table sorted that is larger than memory? In runs, each sorted in memory and written behind the one before to a
 * file that has no name any more: the system removes it however this process ends. All runs are then read at once, each
 * through a part of the same memory.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { type FragmentRecords, HEAD, LONGEST_RECORD } from './fragment-records.js';

/** Is given records in order. `take` copies what it needs; whoever gives awaits `rest` where it is busy. */
export interface Taker {
  take(records: FragmentRecords, at: number): void;
  readonly isBusy: boolean;
  rest(): Promise<void>;
}

interface Run {
  readonly from: number;
  readonly end: number;
}

/** A run that is being read: `at` is its first record in memory, which is filled from `base` to `end`. */
interface Reader {
  readonly base: number;
  readonly room: number;
  at: number;
  end: number;
  /** What is still to be read of the file. */
  from: number;
  readonly until: number;
}

const PIECE = 2 ** 20;

/** Records that are written one behind the other to a file without a name. */
class Spill implements Taker {
  private readonly piece = Buffer.allocUnsafe(PIECE + LONGEST_RECORD);
  private filled = 0;
  private written = 0;

  private constructor(readonly handle: FileHandle) {}

  static async at(path: string): Promise<Spill> {
    const handle = await open(path, 'w+');
    await rm(path);
    return new Spill(handle);
  }

  get size(): number {
    return this.written + this.filled;
  }

  get isBusy(): boolean {
    return this.filled >= PIECE;
  }

  take(records: FragmentRecords, at: number): void {
    this.filled += records.bytes.copy(this.piece, this.filled, at, at + records.lengthAt(at));
  }

  async rest(): Promise<void> {
    let at = 0;
    while (at < this.filled) {
      const { bytesWritten } = await this.handle.write(this.piece, at, this.filled - at, this.written);
      at += bytesWritten;
      this.written += bytesWritten;
    }
    this.filled = 0;
  }
}

export interface RunLimits {
  /** Runs that are read at once. */
  readonly most: number;
  readonly signal: AbortSignal | undefined;
}

export class FragmentRuns {
  private spill: Spill | null = null;
  private runs: Run[] = [];

  /** @param path of the file, for as long as it has a name */
  constructor(
    private readonly records: FragmentRecords,
    private readonly path: string,
    private readonly limits: RunLimits,
  ) {}

  /** What lies in memory becomes a run, and leaves it. */
  async add(): Promise<void> {
    this.spill ??= await Spill.at(this.path);
    const from = this.spill.size;
    await this.giveSorted(this.spill);
    await this.spill.rest();
    this.runs.push({ from, end: this.spill.size });
    if (this.runs.length === this.limits.most) await this.join();
  }

  /** All of them in order. Where memory holds all, nothing is written. */
  async give(taker: Taker): Promise<void> {
    if (!this.spill) return this.giveSorted(taker);
    if (!this.records.isEmpty) await this.add();
    await this.merge(this.spill, taker);
  }

  async close(): Promise<void> {
    await this.spill?.handle.close();
  }

  private async giveSorted(taker: Taker): Promise<void> {
    for (const at of this.records.take()) {
      taker.take(this.records, at);
      if (taker.isBusy) await this.rest(taker);
    }
  }

  /** One run of all, in a file of its own. */
  private async join(): Promise<void> {
    const before = this.spill;
    if (!before) return;
    const joined = await Spill.at(this.path);
    this.spill = joined;
    try {
      await this.merge(before, joined);
      await joined.rest();
    } finally {
      await before.handle.close();
    }
    this.runs = [{ from: 0, end: joined.size }];
  }

  private async merge({ handle }: Spill, taker: Taker): Promise<void> {
    const { records } = this;
    const readers = this.readers();
    for (const reader of readers) await this.fill(reader, handle);
    const first = heapOf(readers, (one, other) => records.compare(one.at, other.at) < 0);
    for (let reader = first.top; reader; reader = first.top) {
      taker.take(records, reader.at);
      if (taker.isBusy) await this.rest(taker);
      reader.at += records.lengthAt(reader.at);
      if (!this.holdsRecord(reader)) await this.fill(reader, handle);
      first.sink(reader.at < reader.end);
    }
  }

  private readers(): Reader[] {
    const room = Math.floor(this.records.size / this.runs.length / HEAD) * HEAD;
    return this.runs.map(({ from, end }, i) => ({
      ...{ base: i * room, room, at: i * room, end: i * room },
      ...{ from, until: end },
    }));
  }

  private holdsRecord({ at, end }: Reader): boolean {
    return at + HEAD <= end && at + this.records.lengthAt(at) <= end;
  }

  private async fill(reader: Reader, handle: FileHandle): Promise<void> {
    const { bytes } = this.records;
    bytes.copyWithin(reader.base, reader.at, reader.end);
    reader.end -= reader.at - reader.base;
    reader.at = reader.base;
    while (reader.from < reader.until && reader.end < reader.base + reader.room) {
      const length = Math.min(reader.until - reader.from, reader.base + reader.room - reader.end);
      const { bytesRead } = await handle.read(bytes, reader.end, length, reader.from);
      if (bytesRead === 0) throw new Error('What was written beside the output is no longer there.');
      reader.end += bytesRead;
      reader.from += bytesRead;
    }
  }

  private async rest(taker: Taker): Promise<void> {
    await taker.rest();
    this.limits.signal?.throwIfAborted();
  }
}

/** Of several, the first, again and again: a binary heap. */
function heapOf<T>(all: readonly T[], isBefore: (one: T, other: T) => boolean) {
  const heap = [...all].sort((one, other) => (isBefore(one, other) ? -1 : 1));
  return {
    get top(): T | undefined {
      return heap[0];
    },
    /** The top has changed, or is over. */
    sink(isThere: boolean): void {
      const last = isThere ? heap[0] : heap.pop();
      if (last === undefined || heap.length === 0) return;
      let at = 0;
      for (;;) {
        const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
        if (left === undefined) break;
        const isRight = right !== undefined && isBefore(right, left);
        const child = isRight ? right : left;
        if (!isBefore(child, last)) break;
        heap[at] = child;
        at = 2 * at + (isRight ? 2 : 1);
      }
      heap[at] = last;
    },
  };
}
