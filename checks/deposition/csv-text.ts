/** How is a table of texts written as CSV (RFC 4180), and read from what spreadsheets make of it? */
import { CsvError, parse } from 'csv-parse/sync';

/** A cell that begins like this is computed by spreadsheets; an apostrophe before it says that it is text. */
const FORMULA = /^[=+\-@\t\r']/;
const DEFUSED = /^'(?=[=+\-@\t\r'])/;

/** Text that somebody has typed: nothing in it may be run. */
export const cellOfText = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

export const csvOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');

const quoted = (cell: string): string => (/[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export interface CsvRead {
  readonly rows: readonly (readonly string[])[];
  /** Why the rest could not be read, and in which row. */
  readonly broken: { readonly row: number; readonly message: string } | null;
}

const MOST_IN_ROW = 100_000;

/** With commas, semicolons or tabs, whichever the first line has most of; cells without the apostrophe of `cellOfText`. */
export function readCsv(text: string, mostRows: number): CsvRead {
  const rows: string[][] = [];
  try {
    parse(text, {
      ...{
        bom: true,
        relax_column_count: true,
        delimiter: delimiterOf(text),
        max_record_size: MOST_IN_ROW,
        to: mostRows,
      },
      on_record: (record: string[]) => {
        rows.push(record.map((cell) => cell.trim().replace(DEFUSED, '')));
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows, broken: { row: rows.length + 1, message: MESSAGES[error.code] ?? 'a row that can be read' } };
  }
  return { rows, broken: null };
}

const MESSAGES: Readonly<Partial<Record<string, string>>> = {
  CSV_QUOTE_NOT_CLOSED: 'a second quotation mark after the first one',
  INVALID_OPENING_QUOTE: 'quotation marks around the whole cell, and doubled within it',
  CSV_INVALID_CLOSING_QUOTE: 'quotation marks around the whole cell, and doubled within it',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'quotation marks around the whole cell, and doubled within it',
  CSV_MAX_RECORD_SIZE: `at most ${MOST_IN_ROW} characters in a row`,
};

function delimiterOf(text: string): string {
  const [head = ''] = text.slice(0, MOST_IN_ROW).split(/[\r\n]/, 1);
  const many = (delimiter: string) => head.split(delimiter).length;
  return [',', ';', '\t'].toSorted((a, b) => many(b) - many(a))[0] ?? ',';
}
