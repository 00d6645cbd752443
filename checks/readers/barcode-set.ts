/**
 * Which barcodes are there, and are they those of another file? Their number, a digest that no order changes, and a few
 * that both files would choose: small enough to be kept as facts of a file.
 */
import { createHash } from 'node:crypto';
import { type Hash64, hashInto } from './hash64.js';

export interface Barcodes {
  /** Different ones. */
  readonly count: number;
  /** False where there were more than are told apart: the rest is then not in `digest`. */
  readonly isWhole: boolean;
  /** 128 bits, in hexadecimal: the same for the same set. */
  readonly digest: string;
  /** Those whose keys come first, in the order of keys. */
  readonly sketch: readonly { readonly key: string; readonly barcode: string }[];
}

/** More are not told apart: a data set has a tenth of it at most. */
const MOST = 2 ** 22;
const SKETCHED = 64;
const LONGEST = 80;

export class BarcodeSet {
  private slots = new Uint32Array(2 ** 13);
  private count = 0;
  private isWhole = true;
  private readonly sums = new Uint32Array(4);
  private readonly sketch: { key: string; barcode: string }[] = [];
  private readonly hash: Hash64 = { high: 0, low: 0 };

  constructor(private readonly most = MOST) {}

  /** Of a barcode that is there already, nothing comes. */
  add(bytes: Uint8Array, from = 0, end = bytes.length): void {
    hashInto(this.hash, bytes, from, end);
    const at = this.slotOf(this.hash);
    if (at === -1) return;
    if (this.count === this.most) {
      this.isWhole = false;
      return;
    }
    this.occupy(at, this.hash);
    if (++this.count * 4 > this.slots.length) this.grow();
    this.digest(bytes.subarray(from, end));
  }

  facts(): Barcodes {
    const digest = Buffer.alloc(16);
    this.sums.forEach((sum, i) => {
      digest.writeUInt32BE(sum, 4 * i);
    });
    return { count: this.count, isWhole: this.isWhole, digest: digest.toString('hex'), sketch: this.sketch };
  }

  private digest(barcode: Uint8Array): void {
    const hash = createHash('sha256').update(barcode).digest();
    this.sums.forEach((sum, i) => {
      this.sums[i] = sum + hash.readUInt32BE(4 * i);
    });
    const key = hash.toString('hex', 16, 24);
    const last = this.sketch.at(-1);
    if (last && this.sketch.length === SKETCHED && key >= last.key) return;
    const text = Buffer.from(barcode.subarray(0, LONGEST)).toString('utf8');
    const place = this.sketch.findIndex((other) => other.key > key);
    this.sketch.splice(place === -1 ? this.sketch.length : place, 0, { key, barcode: text });
    if (this.sketch.length > SKETCHED) this.sketch.pop();
  }

  /** Where `hash` is to lie; -1 where it lies already. Two zeros mean that a slot is free. */
  private slotOf({ high, low }: Hash64): number {
    const { slots } = this;
    const mask = slots.length - 2;
    for (let at = (low * 2) & mask; ; at = (at + 2) & mask) {
      if (slots[at] === high && slots[at + 1] === low) return -1;
      if (slots[at] === 0 && slots[at + 1] === 0) return at;
    }
  }

  private occupy(at: number, { high, low }: Hash64): void {
    this.slots[at] = high;
    this.slots[at + 1] = low;
  }

  private grow(): void {
    const { slots } = this;
    this.slots = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 2) {
      const hash = { high: slots[at] ?? 0, low: slots[at + 1] ?? 0 };
      if (hash.high !== 0 || hash.low !== 0) this.occupy(this.slotOf(hash), hash);
    }
  }
}

export interface Comparison {
  /** Null where there are too many to say. */
  readonly areSame: boolean | null;
  /** How many of the few that were compared one by one are in the first and not in the second, and the first of them. */
  readonly compared: number;
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
}

export function compareBarcodes(first: Barcodes, second: Barcodes): Comparison {
  const onlyInFirst = lackedBy(second, first);
  const onlyInSecond = lackedBy(first, second);
  const areWhole = first.isWhole && second.isWhole;
  const areOther = first.count !== second.count || first.digest !== second.digest;
  // One that could be told whole has fewer than one that could not.
  const areSame = areWhole ? !areOther : first.isWhole !== second.isWhole ? false : null;
  return { areSame, compared: Math.max(first.sketch.length, second.sketch.length), onlyInFirst, onlyInSecond };
}

/** What `other` would have among its sketched ones, had it these barcodes at all. */
function lackedBy(other: Barcodes, { sketch }: Barcodes): string[] {
  const keys = new Set(other.sketch.map(({ key }) => key));
  const reach = other.count > other.sketch.length ? (other.sketch.at(-1)?.key ?? '') : '~';
  return sketch.filter(({ key }) => key <= reach && !keys.has(key)).map(({ barcode }) => barcode);
}
