/**
 * Which elements does an XML file have, and where does the text within them lie? Only its tags are read, and handed to a
 * parser: the numbers between them may take gigabytes. What a document type could define is refused.
 */
import { SaxesParser } from 'saxes';
import type { SourceFile } from '../check.js';
import { type Cursor, cursorOf } from './vtk-cursor.js';

export type XmlFault = 'doctype' | 'not_well_formed' | 'too_many_tags';

export interface XmlListener {
  /** Its tag ends before byte `end`. False ends the reading: what follows is no XML. */
  open(name: string, attributes: Readonly<Record<string, string>>, end: number): boolean;
  /** Its tag begins at byte `at`. */
  close(name: string, at: number): void;
}

const SHORT_TAG = 1024;
const LONGEST_TAG = 64 << 10;
const MOST_TAGS = 100_000;
const LESS = 0x3c;

export async function readMarkup(
  file: SourceFile,
  hear: XmlListener,
): Promise<{ fault: XmlFault; what: string } | null> {
  const cursor = cursorOf(file);
  const parser = new SaxesParser();
  let broken: string | null = null;
  let isOver = false;
  let tag = { at: 0, end: 0 };
  parser.on('error', ({ message }) => {
    broken ??= message;
  });
  parser.on('opentag', ({ name, attributes }) => {
    isOver ||= !hear.open(name, attributes, tag.end);
  });
  parser.on('closetag', ({ name, isSelfClosing }) => hear.close(name, isSelfClosing ? tag.end : tag.at));

  for (let tags = 0; await cursor.skipTo(LESS); tags++) {
    if (tags === MOST_TAGS) return { fault: 'too_many_tags', what: String(tags) };
    const { at } = cursor;
    const text = await tagText(cursor);
    if (/^<!(DOCTYPE|ENTITY)/i.test(text)) return { fault: 'doctype', what: text.slice(0, 40) };
    const length = tagLength(text);
    if (length === null) return { fault: 'not_well_formed', what: `the tag at byte ${at} does not end` };
    cursor.skip(length);
    tag = { at, end: at + length };
    if (!text.startsWith('<!--')) parser.write(text.slice(0, length));
    if (isOver) return null;
    if (broken !== null) return { fault: 'not_well_formed', what: `${broken}, at byte ${at}` };
  }
  parser.close();
  return broken === null ? null : { fault: 'not_well_formed', what: broken };
}

/** As much from here on as has its end: most tags are short. */
async function tagText(cursor: Cursor): Promise<string> {
  const decoder = new TextDecoder('latin1');
  const short = decoder.decode(await cursor.peek(SHORT_TAG));
  return tagLength(short) === null ? decoder.decode(await cursor.peek(LONGEST_TAG)) : short;
}

/** Up to its end; null where there is none. */
function tagLength(text: string): number | null {
  if (text.startsWith('<!--')) return after(text, '-->');
  if (text.startsWith('<?')) return after(text, '?>');
  if (text.startsWith('<!')) return null;
  const [tag] = /^<(?:[^"'<>]|"[^"<]*"|'[^'<]*')*>/.exec(text) ?? [];
  return tag?.length ?? null;
}

function after(text: string, mark: string): number | null {
  const at = text.indexOf(mark);
  return at === -1 ? null : at + mark.length;
}
