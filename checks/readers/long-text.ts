/** Which lines does a text of any length have? They come in blocks, so that hundreds of megabytes take the memory of one. */
import type { SourceFile } from '../check.js';
import { contentOf, isZeroFilled } from './content.js';
import { wholeLines } from './whole-lines.js';

/** Why there are no lines. `content`: it is something else, by how it begins. */
export type NoLongText =
  | { readonly why: 'empty_file' }
  | { readonly why: 'too_large'; readonly found: number; readonly expected: number }
  | { readonly why: 'content'; readonly what: string; readonly fix?: string }
  | { readonly why: 'encoding' }
  | { readonly why: 'binary'; readonly at: number; readonly byte: number };

/** Few enough lines that none outlives the next: they are gone before anyone has to look for them. */
const PIECE = 1 << 16;
const HEAD = 64 << 10;

/** A line of more bytes is no line of a table of points or of a surface. */
export const LONGEST_LINE = 1 << 20;

/** What speaks against reading the file as a text, by its size and its beginning; null where nothing does. */
export async function noLongText(file: SourceFile, most: number): Promise<NoLongText | null> {
  if (file.size === 0) return { why: 'empty_file' };
  if (file.size > most) return { why: 'too_large', found: file.size, expected: most };
  const head = await file.read(0, HEAD);
  const content = contentOf(head);
  if (content) return { why: 'content', what: content.name, fix: content.fix };
  if (isZeroFilled(head)) return { why: 'content', what: 'nothing but zeros' };
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return { why: 'encoding' };

  const at = head.findIndex(isNoCharacter);
  if (at === -1) return null;
  const zeros = head.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0);
  return zeros > 0.4 * head.length ? { why: 'encoding' } : { why: 'binary', at, byte: head[at] ?? 0 };
}

/** Control characters, but for blanks and line ends. */
export const isNoCharacter = (byte: number) => byte === 0x7f || (byte < 0x20 && (byte < 9 || byte > 13));

/**
 * Its lines, some thousands at a time.
 * @throws EndlessLine
 */
export async function* linesOf(file: SourceFile): AsyncGenerator<string[], void> {
  // Each block is decoded by itself, and a mark of byte order that stands before the first line falls away.
  const decoder = new TextDecoder();
  for await (const block of wholeLines(piecesOf(file), LONGEST_LINE)) {
    const lines = decoder.decode(block).split(/\r\n?|\n/);
    if (lines.at(-1) === '') lines.pop();
    yield lines;
  }
}

/** The bytes from `from` on, in pieces. */
export async function* piecesOf(file: SourceFile, from = 0, end = file.size): AsyncGenerator<Buffer, void> {
  for (let at = from; at < end; ) {
    const bytes = await file.read(at, Math.min(PIECE, end - at));
    if (bytes.length === 0) return;
    at += bytes.length;
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
