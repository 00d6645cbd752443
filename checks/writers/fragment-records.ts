/**
 * In which order do fragments stand? By chromosome, start, stop and barcode, and then by the whole line: as `sort` has them
 * in the C locale. Each lies in one stretch of memory behind a head of numbers, so that few bytes are compared.
 *
 * The head: start, stop (32 bits each), number of the chromosome, length of the line with its newline, and where in it the
 * barcode begins and ends (16 bits each).
 */
import type { FragmentRow } from '../formats/fragments/fragment-row.js';
import { END_OF_BINS } from './tabix.js';

/** With its newline. */
export const LONGEST_LINE = 4096;
const NEWLINE = 10;
export const HEAD = 16;
/** Where a record may begin. */
const STEP = 8;
export const LONGEST_RECORD = HEAD + LONGEST_LINE;
/** One base, one digit each, no barcode. */
const SHORTEST_RECORD = 32;

/** A key is the rank of a chromosome, the start, and the place in memory in steps: together 64 bits. */
const PLACE_BITS = 23;
const START_BITS = Math.log2(END_OF_BINS);
const MOST_CHROMOSOMES = 2 ** (64 - START_BITS - PLACE_BITS);
const PLACES = 2 ** PLACE_BITS;
const LONGEST_NAME = 255;

/** It cannot be in a sorted table. `message` is a clause. */
export class NoFragment extends Error {}

export class FragmentRecords {
  readonly bytes: Buffer;
  private readonly shorts: Uint16Array;
  private readonly words: Uint32Array;
  private readonly keys: BigUint64Array;
  private readonly offsets: Uint32Array;
  private end = 0;
  private count = 0;

  private readonly numbers = new Map<string, number>();
  private last = { name: Buffer.alloc(0), number: -1 };
  private ranked = Uint16Array.of();

  /** @param size in bytes, no more than 64 MiB */
  constructor(readonly size: number) {
    if (size > PLACES * STEP) throw new RangeError(`There is no place for ${size} bytes.`);
    const memory = new ArrayBuffer(size);
    this.bytes = Buffer.from(memory);
    this.shorts = new Uint16Array(memory);
    this.words = new Uint32Array(memory);
    this.keys = new BigUint64Array(Math.ceil(size / SHORTEST_RECORD));
    this.offsets = new Uint32Array(this.keys.length);
  }

  /** Of all that were ever added, in their order. */
  get chromosomes(): string[] {
    return [...this.numbers.keys()].sort(byBytes);
  }

  get isFull(): boolean {
    return this.end + LONGEST_RECORD > this.size;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /**
   * The line that `row` was read from; its newline is added.
   * @throws NoFragment where no index can hold it
   */
  add(block: Buffer, from: number, end: number, row: FragmentRow): void {
    const { start, stop, chromosomeEnd, barcodeFrom, barcodeEnd } = row;
    if (start < 0) throw new NoFragment('it starts before the chromosome does');
    if (stop <= start) throw new NoFragment('it stops where it starts, or before');
    if (stop > END_OF_BINS) throw new NoFragment(`it stops beyond ${END_OF_BINS}, where an index ends`);
    const at = this.end;
    this.words[at / 4] = start;
    this.words[at / 4 + 1] = stop;
    this.shorts[at / 2 + 4] = this.numberOf(block, from, chromosomeEnd);
    this.shorts[at / 2 + 5] = end - from + 1;
    this.shorts[at / 2 + 6] = barcodeFrom - from;
    this.shorts[at / 2 + 7] = barcodeEnd - from;
    block.copy(this.bytes, at + HEAD, from, end);
    this.bytes[at + HEAD + end - from] = NEWLINE;
    this.end = at + this.lengthAt(at);
    this.count++;
  }

  /** Where each that was added lies, in order; room is made for others. */
  take(): Uint32Array {
    const { words, shorts, count } = this;
    const ranks = this.ranks();
    const keys = this.keys.subarray(0, count);
    // The lower half of a key comes first, as in all machines that Node is built for but IBM's.
    const halves = new Uint32Array(keys.buffer, 0, 2 * count);
    for (let at = 0, i = 0; i < count; at += this.lengthAt(at), i++) {
      const start = words[at / 4] ?? 0;
      const rank = ranks[shorts[at / 2 + 4] ?? 0] ?? 0;
      halves[2 * i] = ((start << PLACE_BITS) | (at / STEP)) >>> 0;
      halves[2 * i + 1] = ((rank << (START_BITS + PLACE_BITS - 32)) | (start >>> (32 - PLACE_BITS))) >>> 0;
    }
    // Without a function that compares, it is sorted by native code.
    keys.sort();
    const offsets = this.offsets.subarray(0, count);
    for (let i = 0; i < count; i++) offsets[i] = ((halves[2 * i] ?? 0) % PLACES) * STEP;
    this.sortEqualStarts(offsets);
    this.end = 0;
    this.count = 0;
    return offsets;
  }

  /** Of the records at two offsets. */
  compare(one: number, other: number): number {
    const { words } = this;
    return (
      this.rankAt(one) - this.rankAt(other) ||
      (words[one / 4] ?? 0) - (words[other / 4] ?? 0) ||
      (words[one / 4 + 1] ?? 0) - (words[other / 4 + 1] ?? 0) ||
      this.compareTexts(one, other)
    );
  }

  /** From one record to the next. */
  lengthAt(at: number): number {
    return (HEAD + this.lineLengthAt(at) + STEP - 1) & -STEP;
  }

  lineLengthAt(at: number): number {
    return this.shorts[at / 2 + 5] ?? 0;
  }

  /** Place of its chromosome among all that were added. */
  rankAt(at: number): number {
    return this.ranks()[this.shorts[at / 2 + 4] ?? 0] ?? 0;
  }

  startAt(at: number): number {
    return this.words[at / 4] ?? 0;
  }

  stopAt(at: number): number {
    return this.words[at / 4 + 1] ?? 0;
  }

  private sortEqualStarts(offsets: Uint32Array): void {
    let from = 0;
    for (let i = 1; i <= offsets.length; i++) {
      const [first, next] = [offsets[from] ?? 0, offsets[i] ?? 0];
      if (i < offsets.length && this.startAt(first) === this.startAt(next) && this.rankAt(first) === this.rankAt(next))
        continue;
      if (i - from > 1) offsets.subarray(from, i).sort((one, other) => this.compare(one, other));
      from = i;
    }
  }

  private compareTexts(one: number, other: number): number {
    const { bytes, shorts } = this;
    const [a, b] = [one + HEAD, other + HEAD];
    return (
      bytes.compare(
        bytes,
        ...[b + (shorts[other / 2 + 6] ?? 0), b + (shorts[other / 2 + 7] ?? 0)],
        ...[a + (shorts[one / 2 + 6] ?? 0), a + (shorts[one / 2 + 7] ?? 0)],
      ) || bytes.compare(bytes, b, b + this.lineLengthAt(other), a, a + this.lineLengthAt(one))
    );
  }

  private numberOf(block: Buffer, from: number, end: number): number {
    const { last } = this;
    if (last.number >= 0 && last.name.compare(block, from, end) === 0) return last.number;
    if (end === from) throw new NoFragment('it has no chromosome');
    if (end - from > LONGEST_NAME) throw new NoFragment(`its chromosome has a name of more than ${LONGEST_NAME} bytes`);
    const name = block.toString('latin1', from, end);
    if (name.includes('\0')) throw new NoFragment('the name of its chromosome has a byte of zero');
    const number = this.numbers.get(name) ?? this.numbers.size;
    if (number === MOST_CHROMOSOMES)
      throw new NoFragment(`its chromosome is one of more than ${MOST_CHROMOSOMES}, which no genome here has`);
    this.numbers.set(name, number);
    this.last = { name: Buffer.from(block.subarray(from, end)), number };
    return number;
  }

  /** By the number of a chromosome. A chromosome that is new moves others, and none past another. */
  private ranks(): Uint16Array {
    if (this.ranked.length !== this.numbers.size) {
      this.ranked = new Uint16Array(this.numbers.size);
      this.chromosomes.forEach((name, rank) => {
        this.ranked[this.numbers.get(name) ?? 0] = rank;
      });
    }
    return this.ranked;
  }
}

/** Names hold a character for each byte. */
const byBytes = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
