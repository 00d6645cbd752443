/**
 * What does a STAR file hold? Blocks of `_label value` lines and of tables: `loop_`, then labels, then rows. Read line by
 * line, so that a file of any size takes the memory of one line and of its labels.
 */

export interface StarTable {
  /** Of `data_particles`: `particles`. */
  readonly block: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly isLoop: boolean;
  /** Without the underscore before them. */
  readonly labels: readonly string[];
  /** Of labels with one value each, in their order; nothing where it is a loop. */
  readonly values: readonly string[];
  readonly rows: number;
}

export type StarFault =
  | 'no_block'
  | 'row_arity'
  | 'quote'
  | 'label_repeated'
  | 'label_without_value'
  | 'stray_line'
  | 'rows_after_blank'
  | 'too_many_tables';

export interface StarListener {
  row(table: StarTable, values: readonly string[], line: number): void;
  fault(fault: StarFault, line: number, value: string): void;
}

export interface StarReader {
  take(lines: readonly string[]): void;
  readonly tables: readonly StarTable[];
}

type Growing = { -readonly [Key in keyof StarTable]: StarTable[Key] } & { labels: string[]; values: string[] };

/** Real files have a dozen tables and some fifty labels. */
const MOST_TABLES = 1000;
const MOST_LABELS = 1000;
const LONGEST_NAME = 200;

const BLANKS = /\s+/;

export function starReader(hear: StarListener): StarReader {
  const tables: Growing[] = [];
  let block: string | null = null;
  let table: Growing | null = null;
  /** A blank line ends a table for most programs. */
  let isEnded = false;
  /** So many that the rest is not read. */
  let isOver = false;
  let number = 0;

  function begin(isLoop: boolean): Growing | null {
    if (block === null) hear.fault('no_block', number, '');
    block ??= '';
    isEnded = false;
    if (tables.length === MOST_TABLES) {
      hear.fault('too_many_tables', number, '');
      isOver = true;
      return null;
    }
    table = { block, line: number, isLoop, labels: [], values: [], rows: 0 };
    tables.push(table);
    return table;
  }

  function takeLabel(text: string): void {
    const tokens = tokensOf(text);
    const of = table ?? begin(false);
    if (!of) return;
    const label = (tokens?.[0] ?? '').slice(1, LONGEST_NAME);
    if (!tokens) hear.fault('quote', number, text);
    if (of.labels.includes(label)) hear.fault('label_repeated', number, label);
    if (of.labels.length === MOST_LABELS) {
      hear.fault('too_many_tables', number, '');
      isOver = true;
      return;
    }
    of.labels.push(label);
    if (of.isLoop) return;
    of.values.push((tokens?.[1] ?? '').slice(0, LONGEST_NAME));
    if (tokens && tokens.length < 2) hear.fault('label_without_value', number, label);
  }

  function takeRow(of: Growing, text: string): void {
    const tokens = tokensOf(text);
    of.rows++;
    if (isEnded) hear.fault('rows_after_blank', number, '');
    if (!tokens) hear.fault('quote', number, text);
    else if (tokens.length === of.labels.length) hear.row(of, tokens, number);
    else hear.fault('row_arity', number, `${tokens.length} values for ${of.labels.length} labels`);
  }

  function takeLine(text: string): void {
    if (text === '') {
      isEnded = table?.isLoop === true && table.rows > 0;
      return;
    }
    if (text.startsWith('#')) return;
    const [first = ''] = text.split(BLANKS, 1);
    if (/^data_/i.test(first)) {
      block = first.slice(5, LONGEST_NAME);
      table = null;
    } else if (/^loop_$/i.test(first)) begin(true);
    // Behind the first row, a value may begin as a label does.
    else if (text.startsWith('_') && !(table?.isLoop && table.rows > 0)) takeLabel(text);
    else if (table?.isLoop) takeRow(table, text);
    else hear.fault('stray_line', number, text);
  }

  return {
    tables,
    take(lines) {
      for (const line of lines) {
        number++;
        if (!isOver) takeLine(line.trim());
      }
    },
  };
}

/** Values of a line; null where a quote is not closed. */
export function tokensOf(text: string): string[] | null {
  if (!/["'#]/.test(text)) return text.split(BLANKS);
  const tokens: string[] = [];
  for (let at = 0; at < text.length && text[at] !== '#'; at = skipBlanks(text, at)) {
    const quote = text[at];
    const isQuoted = quote === '"' || quote === "'";
    const end = isQuoted ? closingQuote(text, quote, at + 1) : wordEnd(text, at);
    if (end === -1) return null;
    tokens.push(text.slice(isQuoted ? at + 1 : at, end));
    at = isQuoted ? end + 1 : end;
  }
  return tokens;
}

/** A quote ends a value only where a blank follows, or nothing; -1 where none does. */
function closingQuote(text: string, quote: string, from: number): number {
  let end = text.indexOf(quote, from);
  while (end !== -1 && end + 1 < text.length && !isBlank(text, end + 1)) end = text.indexOf(quote, end + 1);
  return end;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBlank(text, at)) at++;
  return at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text, at)) at++;
  return at;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code > SPACE && code < NO_BREAK_SPACE) return false;
  return code === SPACE || /\s/.test(text[at] ?? '');
}
const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;
