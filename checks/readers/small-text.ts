/** Which lines does a small text file have? It is read whole, once it is known to be small; or it is said why it has none. */
import type { SourceFile } from '../check.js';
import { contentOf, isZeroFilled } from './content.js';

export interface TextLimits {
  readonly bytes: number;
  readonly lines: number;
}

export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Without the blanks around it. */
  readonly text: string;
}

export interface SmallText {
  /** Those that are not blank. */
  readonly lines: readonly TextLine[];
  /** UTF-8's byte order mark stood before the first line. */
  readonly isMarked: boolean;
}

/** Why there are no lines. `content`: it is something else, by how it begins. */
export type NoText =
  | { readonly why: 'empty_file' }
  | { readonly why: 'too_large' | 'too_many_lines'; readonly found: number; readonly expected: number }
  | { readonly why: 'content'; readonly what: string; readonly fix?: string }
  | { readonly why: 'encoding'; readonly found: string }
  | { readonly why: 'binary'; readonly at: number; readonly byte: number };

export async function readSmallText(file: SourceFile, limits: TextLimits): Promise<SmallText | NoText> {
  if (file.size > limits.bytes) return { why: 'too_large', found: file.size, expected: limits.bytes };
  const bytes = await file.read(0, file.size);
  if (bytes.length === 0) return { why: 'empty_file' };
  const content = contentOf(bytes);
  if (content) return { why: 'content', what: content.name, fix: content.fix };
  if (isZeroFilled(bytes)) return { why: 'content', what: 'nothing but zeros' };
  const encoding = wideEncodingOf(bytes);
  if (encoding) return { why: 'encoding', found: encoding };

  const { count, strange } = surveyed(bytes);
  if (strange !== null) return { why: 'binary', at: strange, byte: bytes[strange] ?? 0 };
  if (count > limits.lines) return { why: 'too_many_lines', found: count, expected: limits.lines };
  return { lines: linesOf(textOf(bytes)), isMarked: bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf };
}

/** UTF-16, by its mark or by every other byte of its beginning being zero. */
function wideEncodingOf(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'UTF-16, little-endian';
  if (first === 0xfe && second === 0xff) return 'UTF-16, big-endian';
  const begin = bytes.subarray(0, 512);
  const zeros = [0, 0];
  for (const [i, byte] of begin.entries()) if (byte === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) < 0.4 * begin.length || Math.min(even, odd) > 0.05 * begin.length) return null;
  return `UTF-16, ${odd > even ? 'little' : 'big'}-endian`;
}

/** How many lines there are, and the first byte that no text has: control characters but for blanks and line ends. */
function surveyed(bytes: Uint8Array): { count: number; strange: number | null } {
  let count = 1;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x20 && byte !== 0x7f) continue;
    if (byte < 9 || byte > 13) return { count, strange: i };
    if (byte === 10 || (byte === 13 && bytes[i + 1] !== 10)) count++;
  }
  return { count, strange: null };
}

/** UTF-8 or, where it cannot be, Latin-1. */
function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  return text.includes('\ufffd') ? new TextDecoder('latin1').decode(bytes) : text;
}

function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = [];
  for (const [i, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim();
    if (line !== '') lines.push({ number: i + 1, text: line });
  }
  return lines;
}
