/**
 * What does a compact file look like? Named lists of numbers and texts, one after another behind a line that says where
 * each begins: it is read whole, and nothing in it is parsed before it is asked for.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ReferenceFault } from './reference-fault.js';

/** Where each list begins and how long it is, in bytes behind the first line. */
type Header = Readonly<Record<string, readonly [start: number, length: number]>>;

/** Lists of numbers begin where an Uint32Array may. */
const ALIGNMENT = 8;
const aligned = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

export type Lists = Readonly<Record<string, Uint32Array | Uint8Array | readonly string[]>>;

export function pack(lists: Lists): Buffer {
  const parts = Object.entries(lists).flatMap(([name, list]): [string, Uint8Array][] => {
    if (list instanceof Uint8Array) return [[name, list]];
    if (list instanceof Uint32Array) return [[name, new Uint8Array(list.buffer, list.byteOffset, list.byteLength)]];
    const texts = list.map((text) => Buffer.from(text));
    const starts = new Uint32Array(texts.length + 1);
    texts.forEach((text, i) => {
      starts[i + 1] = (starts[i] ?? 0) + text.length;
    });
    return [
      [`${name}.starts`, new Uint8Array(starts.buffer)],
      [name, Buffer.concat(texts)],
    ];
  });

  const header: Record<string, [number, number]> = {};
  let end = 0;
  for (const [name, { length }] of parts) {
    header[name] = [end, length];
    end += aligned(length);
  }
  const line = JSON.stringify(header);
  const first = `${line.padEnd(aligned(line.length + 1) - 1)}\n`;
  const padded = parts.map(([, bytes]) => Buffer.concat([bytes], aligned(bytes.length)));
  return Buffer.concat([Buffer.from(first), ...padded]);
}

/** Texts one after another; of those that are sorted by their bytes, one is found by halving. */
export class Texts {
  constructor(
    private readonly bytes: Buffer,
    private readonly starts: Uint32Array,
  ) {}

  get length(): number {
    return this.starts.length - 1;
  }

  at(index: number): string {
    return this.bytes.toString('utf8', this.starts[index], this.starts[index + 1]);
  }

  bytesAt(index: number): Uint8Array {
    return this.bytes.subarray(this.starts[index], this.starts[index + 1]);
  }

  /** Where `text` stands among sorted texts; -1 where it does not. */
  indexOf(text: string): number {
    const isPlain = PLAIN.test(text);
    const wanted = isPlain ? null : Buffer.from(text);
    let low = 0;
    let high = this.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const start = this.starts[middle] ?? 0;
      const end = this.starts[middle + 1] ?? 0;
      const order = wanted?.compare(this.bytes, start, end) ?? this.orderOf(text, start, end);
      if (order === 0) return middle;
      if (order < 0) high = middle - 1;
      else low = middle + 1;
    }
    return -1;
  }

  /** As `compare` of buffers, for a text that takes a byte for each letter: ids do, and are looked up by ten thousands. */
  private orderOf(text: string, start: number, end: number): number {
    const { bytes } = this;
    const length = Math.min(text.length, end - start);
    for (let i = 0; i < length; i++) {
      const order = text.charCodeAt(i) - (bytes[start + i] ?? 0);
      if (order !== 0) return order;
    }
    return text.length - (end - start);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const PLAIN = /^[\x00-\x7f]*$/;

export class PackedFile {
  private readonly header: Header;
  private readonly body: Buffer;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, length } = bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes);
    const whole = Buffer.from(buffer, byteOffset, length);
    const end = whole.indexOf('\n') + 1;
    this.header = JSON.parse(whole.toString('utf8', 0, end));
    this.body = whole.subarray(end);
  }

  bytes(name: string): Buffer {
    const [start, length] = this.header[name] ?? [0, 0];
    return this.body.subarray(start, start + length);
  }

  numbers(name: string): Uint32Array {
    const bytes = this.bytes(name);
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }

  texts(name: string): Texts {
    return new Texts(this.bytes(name), this.numbers(`${name}.starts`));
  }
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @throws ReferenceFault, which names the file, where it is not there or not as it was written */
export function readPacked(path: string, sha256: string, fix: string): PackedFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new ReferenceFault('damaged', `The reference file ${path} cannot be read: ${reasonOf(error)}. ${fix}`);
  }
  if (sha256Of(bytes) !== sha256) {
    throw new ReferenceFault('damaged', `The reference file ${path} is damaged: it is not as it was written. ${fix}`);
  }
  return new PackedFile(bytes);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
