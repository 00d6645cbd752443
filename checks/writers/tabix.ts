/**
 * Where in a BGZF file do the lines of a region lie? The index that tabix reads (.tbi), of a table whose first three columns
 * are the chromosome, the start counted from 0, and the stop, in this order. It is built as the lines are written.
 *
 * https://samtools.github.io/hts-specs/tabix.pdf
 */
import { PLACES } from './bgzf-file.js';

/** Its bins end here: no line may stop beyond. */
export const END_OF_BINS = 2 ** 29;

/** From the smallest: bits of a position that lie within a bin, and the number of the first bin. */
const LEVELS = [
  { shift: 14, first: 4681 },
  { shift: 17, first: 585 },
  { shift: 20, first: 73 },
  { shift: 23, first: 9 },
  { shift: 26, first: 1 },
] as const;
const WINDOW_SHIFT = 14;

const MAGIC = 'TBI\u0001';
const GENERIC_FROM_0 = 0x10000;
const COLUMNS = { chromosome: 1, start: 2, stop: 3 };
const COMMENT = 0x23;
const SKIPPED_LINES = 0;

/** What comes before the chromosomes, one `TabixChromosome` for each of these, in their order. */
export function tabixHead(names: readonly string[]): Buffer {
  const text = Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
  const { chromosome, start, stop } = COLUMNS;
  const numbers = [GENERIC_FROM_0, chromosome, start, stop, COMMENT, SKIPPED_LINES, text.length];
  return Buffer.concat([Buffer.from(MAGIC, 'latin1'), int32s([names.length, ...numbers]), text]);
}

/** The smallest bin that holds all of it. */
export function binOf(start: number, stop: number): number {
  const last = stop - 1;
  const level = LEVELS.find(({ shift }) => start >> shift === last >> shift);
  return level ? level.first + (start >> level.shift) : 0;
}

/** Lines of one chromosome, by where they lie. */
export class TabixChromosome {
  /** By bin, stretches of the file: where each begins and ends. */
  private readonly bins = new Map<number, number[]>();
  /** By window, where the first line lies that reaches into it or begins after it. */
  private readonly windows: number[] = [];

  /** A line from the place `from` to the place `to`; none before began to the right of it. */
  add(start: number, stop: number, from: number, to: number): void {
    const last = (stop - 1) >> WINDOW_SHIFT;
    while (this.windows.length <= last) this.windows.push(from);

    const bin = binOf(start, stop);
    const stretches = this.bins.get(bin);
    if (!stretches) {
      this.bins.set(bin, [from, to]);
      return;
    }
    // A block is inflated as a whole: stretches that lie in one are read as one.
    const end = stretches.at(-1) ?? 0;
    if (Math.floor(end / PLACES) === Math.floor(from / PLACES)) stretches[stretches.length - 1] = to;
    else stretches.push(from, to);
  }

  bytes(virtualOffset: (place: number) => number): Buffer {
    const parts: Buffer[] = [int32s([this.bins.size])];
    for (const [bin, stretches] of this.bins) {
      parts.push(int32s([bin, stretches.length / 2]), uint64s(stretches.map(virtualOffset)));
    }
    parts.push(int32s([this.windows.length]), uint64s(this.windows.map(virtualOffset)));
    return Buffer.concat(parts);
  }
}

function int32s(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => void bytes.writeInt32LE(number, 4 * i));
  return bytes;
}

function uint64s(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, i) => void bytes.writeBigUInt64LE(BigInt(number), 8 * i));
  return bytes;
}
