/** How is a file read that mixes lines, words and binary numbers? From its beginning to its end, through one window. */
import type { SourceFile } from '../check.js';

const WINDOW = 1 << 20;
const LONGEST_LINE = 4096;
const LONGEST_WORD = 100;
const NEWLINE = 10;

export interface Cursor {
  /** Where the next byte lies. */
  readonly at: number;
  readonly left: number;
  /** The next line without its end; null at the end of the file. One that is longer than any should be comes in parts. */
  line(): Promise<string | null>;
  /** Hand over up to `count` words, however they are parted; how many there were. `take` ends it with false. */
  words(count: number, take: (word: string) => boolean): Promise<number>;
  /** Up to `length` bytes from here on, which stay to be read. */
  peek(length: number): Promise<Uint8Array>;
  skip(length: number): void;
  /** Go on to the next such byte; false where there is none. */
  skipTo(byte: number): Promise<boolean>;
  /** Hand over the bytes of up to `count` values of `width` bytes, some thousands at a time; how many there were. */
  values(count: number, width: number, take: (view: DataView, count: number) => boolean): Promise<number>;
}

export function cursorOf(file: SourceFile, from = 0): Cursor {
  let window: Uint8Array = new Uint8Array();
  let begin = from;
  let at = from;

  /** The bytes from here on: as many as the window has, but for the end of the file `least` at least. */
  async function ahead(least: number): Promise<Uint8Array> {
    if (at - begin + least > window.length) {
      begin = at;
      window = await file.read(at, Math.max(WINDOW, least));
    }
    return window.subarray(at - begin);
  }

  async function line(): Promise<string | null> {
    const bytes = await ahead(LONGEST_LINE);
    if (bytes.length === 0) return null;
    const end = bytes.subarray(0, LONGEST_LINE).indexOf(NEWLINE);
    const length = end === -1 ? Math.min(bytes.length, LONGEST_LINE) : end;
    at += end === -1 ? length : length + 1;
    return new TextDecoder('latin1').decode(bytes.subarray(0, length)).replace(/\r$/, '');
  }

  async function words(count: number, take: (word: string) => boolean): Promise<number> {
    for (let taken = 0; ; ) {
      const bytes = await ahead(LONGEST_WORD + 1);
      let i = 0;
      // A word at the end of the window may go on behind it.
      const isLast = bytes.length <= LONGEST_WORD || begin + window.length >= file.size;
      while (taken < count) {
        while (i < bytes.length && isBlank(bytes[i])) i++;
        const start = i;
        while (i < bytes.length && !isBlank(bytes[i]) && i - start < LONGEST_WORD) i++;
        if (i === start || (i === bytes.length && !isLast)) {
          i = start;
          break;
        }
        taken++;
        if (!take(String.fromCharCode(...bytes.subarray(start, i)))) {
          at += i;
          return taken;
        }
      }
      at += i;
      if (taken === count || isLast) return taken;
    }
  }

  async function values(count: number, width: number, take: (view: DataView, count: number) => boolean) {
    let taken = 0;
    while (taken < count) {
      const bytes = await ahead(width);
      const whole = Math.min(count - taken, Math.floor(bytes.length / width));
      if (whole === 0) break;
      at += whole * width;
      taken += whole;
      if (!take(new DataView(bytes.buffer, bytes.byteOffset, whole * width), whole)) break;
    }
    return taken;
  }

  async function skipTo(byte: number): Promise<boolean> {
    for (let bytes = await ahead(1); bytes.length > 0; bytes = await ahead(1)) {
      const found = bytes.indexOf(byte);
      at += found === -1 ? bytes.length : found;
      if (found !== -1) return true;
    }
    return false;
  }

  return {
    ...{ line, words, values, skipTo },
    peek: async (length) => (await ahead(length)).subarray(0, length),
    skip(length) {
      at += length;
    },
    get at() {
      return at;
    },
    get left() {
      return Math.max(0, file.size - at);
    },
  };
}

const isBlank = (byte: number | undefined) => byte !== undefined && (byte === 32 || (byte >= 9 && byte <= 13));
