/** What can be wrong with any long text, before and while its lines are read? */
import type { Pen, Said, SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { LONGEST_LINE, linesOf, type NoLongText, noLongText } from '../readers/long-text.js';
import { EndlessLine } from '../readers/whole-lines.js';

export type LongTextRule = NoLongText['why'] | 'endless_line';

export const MOST_TEXT_BYTES = 512 << 20;

/** @param kind reads on after "This is no": `list of particles` */
export const longTextRules = (kind: string, fix: string): Readonly<Record<LongTextRule, Rule>> => ({
  empty_file: { severity: 'error', message: `There is nothing in the file; a ${kind} was expected.`, fix },
  too_large: {
    severity: 'error',
    message: `The file has {found} bytes; a ${kind} of more than {expected} is not read.`,
    fix: 'Divide it: a file for each tomogram, for one.',
  },
  content: { severity: 'error', message: `This is {what}, and no ${kind}.`, fix },
  encoding: {
    severity: 'error',
    message: 'The text is written as UTF-16; programs that read it expect one byte a character.',
    fix: 'Save the file as UTF-8; Windows programs call that "UTF-8" or "ANSI".',
  },
  binary: {
    severity: 'error',
    message: `Byte {at} is {found}, which is no character: this is no ${kind}, or it was damaged on its way.`,
    fix,
  },
  endless_line: {
    severity: 'error',
    message: 'A line has more than {expected} bytes.',
    fix: 'Write the file again with line ends, and look whether it is the right one.',
  },
});

/** Hand its lines to `take`, in blocks; false where it is no such text, which is then said. */
export async function* readLines(
  file: SourceFile,
  pen: Pen<LongTextRule>,
  take: (lines: readonly string[]) => void,
): AsyncGenerator<Said, boolean> {
  const otherwise = await noLongText(file, MOST_TEXT_BYTES);
  if (otherwise) {
    yield pen.report(otherwise.why, toldOf(otherwise));
    return false;
  }
  try {
    for await (const lines of linesOf(file)) take(lines);
  } catch (error) {
    if (!(error instanceof EndlessLine)) throw error;
    yield pen.report('endless_line', { expected: String(LONGEST_LINE) });
    return false;
  }
  return true;
}

export function toldOf(fault: NoLongText) {
  switch (fault.why) {
    case 'content':
      return { what: fault.what, fix: fault.fix };
    case 'too_large':
      return { found: String(fault.found), expected: String(fault.expected) };
    case 'binary':
      return { location: `byte ${fault.at}`, at: fault.at, found: `0x${fault.byte.toString(16).padStart(2, '0')}` };
    default:
      return {};
  }
}
