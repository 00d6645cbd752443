/** What can be wrong with any small text file, before anybody looks at what it says? */
import type { Pen, Said, SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { type NoText, readSmallText, type TextLimits, type TextLine } from '../readers/small-text.js';

export type TextRule = NoText['why'] | 'byte_order_mark';

/** @param kind reads on after "This is no": `list of tilt angles` */
export const textRules = (kind: string, fix: string): Readonly<Record<TextRule, Rule>> => ({
  empty_file: { severity: 'error', message: `There is nothing in the file; a ${kind} was expected.`, fix },
  too_large: {
    severity: 'error',
    message: `The file has {found} bytes; no ${kind} takes more than {expected}.`,
    fix: 'Look whether this is the right file, or an image under its name.',
  },
  too_many_lines: {
    severity: 'error',
    message: `The file has {found} lines; no ${kind} takes more than {expected}.`,
    fix: 'Look whether this is the right file.',
  },
  content: { severity: 'error', message: `This is {what}, and no ${kind}.`, fix },
  encoding: {
    severity: 'error',
    message: 'The text is written as {found}; programs that read it expect one byte a character.',
    fix: 'Save the file as UTF-8 without a byte order mark; Windows programs call that "UTF-8" or "ANSI".',
  },
  binary: {
    severity: 'error',
    message: `Byte {at} is {found}, which is no character: this is no ${kind}, or it was damaged on its way.`,
    fix,
  },
  byte_order_mark: {
    severity: 'info',
    message: 'A byte order mark stands before the first line; some programs take it for a part of the first value.',
    fix: 'Save the file as UTF-8 without a byte order mark.',
  },
});

/** Its lines that are not blank; null where there are none, which is then said. */
export async function* textLines(
  file: SourceFile,
  pen: Pen<TextRule>,
  limits: TextLimits,
): AsyncGenerator<Said, readonly TextLine[] | null> {
  const text = await readSmallText(file, limits);
  if ('why' in text) {
    yield pen.report(text.why, toldOf(text));
    return null;
  }
  if (text.isMarked) yield pen.report('byte_order_mark', { location: 'byte 0', found: 'EF BB BF' });
  return text.lines;
}

function toldOf(text: NoText) {
  switch (text.why) {
    case 'empty_file':
      return {};
    case 'content':
      return { what: text.what, fix: text.fix };
    case 'encoding':
      return { location: 'byte 0', found: text.found, expected: 'UTF-8' };
    case 'binary':
      return { location: `byte ${text.at}`, at: text.at, found: text.byte.toString(16).padStart(2, '0') };
    default:
      return { found: String(text.found), expected: String(text.expected) };
  }
}
