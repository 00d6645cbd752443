/**
 * How many rows of each chromosome come more than once? 64 bits of each row are kept until its chromosome seems over, and
 * no more than `most` rows at a time. Chromosomes that come back after that, or are larger, are left for further readings
 * of the file, each of some of them or of a part of one: a sorted file is read once, and memory has its bound in any case.
 */
import type { Hash64 } from '../../readers/hash64.js';

interface Rows {
  count: number;
  repeats: number;
  /** `left`: not decided in the reading before. */
  state: 'held' | 'settled' | 'left';
  blocks: Uint32Array[];
  held: number;
}

/** The rows of some chromosomes, of which `part` of `parts`. */
export interface Reading {
  readonly chromosomes: ReadonlySet<number>;
  readonly part: number;
  readonly parts: number;
}

const MOST = 2 ** 23;
/** Rows of a block, of two numbers each. */
const BLOCK = 2 ** 14;

export class RepeatedRows {
  private readonly of: Rows[] = [];
  private held = 0;
  private reading: Reading | null = null;

  constructor(private readonly most = MOST) {}

  /** A row of the chromosome of that number. */
  add(chromosome: number, { high, low }: Hash64): void {
    const rows = this.rowsOf(chromosome);
    if (this.reading) {
      const { chromosomes, part, parts } = this.reading;
      if (!chromosomes.has(chromosome) || high % parts !== part) return;
    } else {
      rows.count++;
      if (rows.state === 'settled') rows.state = 'left';
      if (rows.state === 'left') return;
    }
    const place = rows.held % BLOCK;
    if (place === 0) rows.blocks.push(new Uint32Array(2 * BLOCK));
    const block = rows.blocks.at(-1);
    if (!block) return;
    block[2 * place] = low;
    block[2 * place + 1] = high;
    rows.held++;
    if (++this.held > this.most && !this.reading) this.relieve(rows);
  }

  /** After the reading in which all rows were added: what further readings are needed. */
  readings(): Reading[] {
    for (const rows of this.of) if (rows?.state === 'held') this.settle(rows);
    const readings: Reading[] = [];
    let group: number[] = [];
    let size = 0;
    const close = () => {
      if (group.length > 0) readings.push({ chromosomes: new Set(group), part: 0, parts: 1 });
      [group, size] = [[], 0];
    };
    this.of.forEach(({ state, count }, chromosome) => {
      if (state !== 'left') return;
      const parts = Math.ceil(count / this.most);
      if (parts > 1) {
        const chromosomes = new Set([chromosome]);
        for (let part = 0; part < parts; part++) readings.push({ chromosomes, part, parts });
        return;
      }
      if (size + count > this.most) close();
      group.push(chromosome);
      size += count;
    });
    close();
    for (const rows of this.of) if (rows?.state === 'left') rows.repeats = 0;
    return readings;
  }

  begin(reading: Reading): void {
    this.reading = reading;
  }

  end(): void {
    for (const chromosome of this.reading?.chromosomes ?? []) this.settle(this.rowsOf(chromosome));
  }

  /** Rows of a chromosome, and how many of them are a repetition of another. */
  tally(chromosome: number): { readonly count: number; readonly repeats: number } {
    return this.rowsOf(chromosome);
  }

  private rowsOf(chromosome: number): Rows {
    let rows = this.of[chromosome];
    if (!rows) {
      rows = { count: 0, repeats: 0, state: 'held', blocks: [], held: 0 };
      this.of[chromosome] = rows;
    }
    return rows;
  }

  /** Decide all chromosomes but the one that is being read; where that is too large itself, leave it. */
  private relieve(current: Rows): void {
    for (const rows of this.of) if (rows && rows !== current && rows.state === 'held') this.settle(rows);
    if (current.held <= this.most / 2) return;
    this.drop(current);
    current.state = 'left';
  }

  private settle(rows: Rows): void {
    const all = new Uint32Array(2 * rows.held);
    rows.blocks.forEach((block, i) => {
      const first = 2 * BLOCK * i;
      all.set(block.subarray(0, Math.min(block.length, all.length - first)), first);
    });
    this.drop(rows);
    rows.state = 'settled';
    new BigUint64Array(all.buffer).sort();
    for (let i = 2; i < all.length; i += 2) {
      if (all[i] === all[i - 2] && all[i + 1] === all[i - 1]) rows.repeats++;
    }
  }

  private drop(rows: Rows): void {
    this.held -= rows.held;
    rows.blocks = [];
    rows.held = 0;
  }
}
