/** Which rows does a table have whose cells are parted by a character? Told one by one, so that its length does not matter. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import type { SourceFile } from '../check.js';
import { LONGEST_LINE, piecesOf } from './long-text.js';

export type Delimiter = ',' | ';' | '\t' | '|';

/** A comma comes last: it stands within numbers, too, where they are written with a decimal comma. */
const DELIMITERS: readonly Delimiter[] = ['\t', ';', '|', ','];
const SAMPLED_LINES = 20;
const HEAD = 64 << 10;

/** Its quotation marks are not closed, or stand where none may, or a row has no end. */
export class BrokenRow extends Error {
  constructor(
    readonly line: number,
    readonly why: string,
  ) {
    super(why);
  }
}

/** Which character parts the cells: the one by which all of the first lines have the same number of them. */
export async function delimiterOf(file: SourceFile): Promise<Delimiter> {
  const head = new TextDecoder().decode(await file.read(0, HEAD));
  const lines = head.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
  // The last may be cut off.
  const sample = lines.slice(0, lines.length > 1 && file.size > HEAD ? -1 : undefined).slice(0, SAMPLED_LINES);
  const counts = DELIMITERS.map((delimiter) => ({
    delimiter,
    cells: sample.map((line) => line.split(delimiter).length),
  }));
  const isEven = ({ cells }: { cells: readonly number[] }) => cells.every((count) => count > 1 && count === cells[0]);
  const [most] = [...counts].sort((a, b) => (b.cells[0] ?? 0) - (a.cells[0] ?? 0));
  return (counts.find(isEven) ?? most)?.delimiter ?? ',';
}

const WHYS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is not closed',
  CSV_MAX_RECORD_SIZE: `a row takes more than ${LONGEST_LINE} characters`,
  INVALID_OPENING_QUOTE: 'a quotation mark stands within a cell',
  CSV_INVALID_CLOSING_QUOTE: 'characters follow a closing quotation mark',
};

/**
 * Rows that are not blank, with the line in which each ends, from 1.
 * @throws BrokenRow
 */
export async function eachRow(
  file: SourceFile,
  delimiter: Delimiter,
  take: (cells: readonly string[], line: number) => void,
): Promise<void> {
  let line = 0;
  const parser = parse({
    ...{ delimiter, bom: true, trim: true, skip_empty_lines: true, max_record_size: LONGEST_LINE },
    record_delimiter: ['\r\n', '\n', '\r'],
    // Rows of other lengths are faults, which are all counted.
    relax_column_count: true,
    on_record: (cells: string[], { lines }) => {
      line = lines;
      take(cells, lines);
      return null;
    },
  });
  parser.resume();
  try {
    await pipeline(Readable.from(piecesOf(file)), parser);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new BrokenRow(line + 1, WHYS[error.code] ?? 'it cannot be told where its cells end');
  }
}
