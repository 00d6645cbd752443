/** Are these fragments of open chromatin: five columns, within their chromosomes, none twice? */
import { defineCheck, type Pen, type Said, type SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { contentOf } from '../readers/content.js';
import { compressionOf, endsAsBgzf, GzipFault, gunzipped } from '../readers/gunzip.js';
import { EndlessLine, wholeLines } from '../readers/whole-lines.js';
import { FRAGMENT_SCHEMA } from '../schemas/fragments.js';
import type { Misshape } from './fragments/fragment-row.js';
import { Table } from './fragments/table.js';

const DOCS =
  'https://github.com/chanzuckerberg/single-cell-curation/blob/main/schema/7.0.0/schema.md#scatac-seq-assays';
const AWK = (keep: string) => `zcat IN.tsv.gz | awk -F'\\t' '${keep}' | bgzip > OUT.tsv.bgz`;
const { firstStart } = FRAGMENT_SCHEMA;

const RULES = {
  A00: {
    severity: 'error',
    message: 'The file cannot be read as fragments: {why}.',
    fix: 'Compress the table of fragments with gzip or bgzip, and upload it again: `bgzip -c fragments.tsv > fragments.tsv.bgz`.',
    docs: DOCS,
  },
  A12: {
    severity: 'error',
    message: '{count} lines are not a fragment of five columns: {why}.',
    fix: 'Keep chromosome, start, stop, barcode and read support, parted by tabs, and nothing else.',
    docs: DOCS,
  },
  A06: {
    severity: 'error',
    message: `{count} fragments start before ${firstStart}.`,
    fix: `Remove them: \`${AWK(`$2 >= ${firstStart}`)}\`.`,
    docs: DOCS,
  },
  A09: {
    severity: 'error',
    message: '{count} fragments lie on chromosomes that neither the human nor the mouse genome has: {found}.',
    fix: 'Name the chromosomes as the schema does (chr1, chrX, chrM, GL000009.2), and remove fragments on others.',
    docs: DOCS,
  },
  A08: {
    severity: 'error',
    message: '{count} fragments stop beyond the end of their chromosome.',
    fix: 'Align to GRCh38 or GRCm39, as the schema asks, or remove the fragments that lie beyond the end.',
    docs: DOCS,
  },
  A07: {
    severity: 'error',
    message: '{count} fragments stop where they start, or before.',
    fix: `Remove them: \`${AWK('$3 > $2')}\`.`,
    docs: DOCS,
  },
  A10: {
    severity: 'error',
    message: '{count} fragments have a read support of less than 1.',
    fix: `Remove what no read supports: \`${AWK('$5 >= 1')}\`.`,
    docs: DOCS,
  },
  A11: {
    severity: 'error',
    message: '{count} lines come more than once.',
    fix: 'Keep one of each: `zcat IN.tsv.gz | LC_ALL=C sort -u -k1,1 -k2,2n -k3,3n -k4,4 -k5,5 | bgzip > OUT.tsv.bgz`.',
    docs: DOCS,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type Code = keyof typeof RULES;
type FragmentPen = Pen<Code>;

/** In bytes: a fragment takes some fifty. */
const LONGEST_LINE = 4096;
const MOST_SAMPLES = 5;

export const fragmentsCheck = defineCheck<Code>({
  id: 'fragments',
  version: 1,
  title: 'Fragments of open chromatin (ATAC)',
  // Other tables are compressed, too: of a .tsv.gz, the rest of the name says what it is.
  extensions: ['fragments.tsv.gz', 'fragment.tsv.gz', '.tsv.bgz', 'fragments.tsv'],
  rules: RULES,

  async *run(file, pen) {
    const otherwise = await otherThanGzip(file, pen);
    if (otherwise) return yield otherwise;
    const table = new Table();
    try {
      for await (const lines of wholeLines(gunzipped(file), LONGEST_LINE)) table.read(lines);
      for (const reading of table.rows.readings()) {
        table.rows.begin(reading);
        for await (const lines of wholeLines(gunzipped(file), LONGEST_LINE)) table.readAgain(lines);
        table.rows.end();
      }
    } catch (error) {
      if (!(error instanceof GzipFault || error instanceof EndlessLine)) throw error;
      return yield pen.report('A00', { why: error.message, found: `after ${table.lines} lines` });
    }
    if (table.lines === 0) return yield pen.report('A00', { why: 'it is empty', found: 'no line' });
    yield* judge(table, pen);
    yield pen.learn({ format: 'fragments', compression: await compressionOf(file), ...table.facts() });
  },
});

/** What it is where it is no gzip, or not all of it. */
async function otherThanGzip(file: SourceFile, pen: FragmentPen): Promise<Said | null> {
  if (file.size === 0) return pen.report('A00', { why: 'it is empty', found: '0 bytes' });
  const compression = await compressionOf(file);
  if (compression === null) {
    const name = contentOf(await file.read(0, 4096))?.name ?? 'not compressed with gzip or bgzip';
    return pen.report('A00', { why: `it is ${name}`, found: name, expected: 'gzip or bgzip' });
  }
  if (compression === 'gzip' || (await endsAsBgzf(file))) return null;
  const why = 'it is cut off: the empty block with which bgzip ends a file is missing';
  return pen.report('A00', { why, found: `${file.size} bytes` });
}

const MISSHAPES: Readonly<Record<Misshape, { readonly why: string; readonly fix: string }>> = {
  comment: {
    why: 'they are comments, which begin with #',
    fix: "Leave them out: `zcat IN.tsv.gz | grep -v '^#' | bgzip > OUT.tsv.bgz`.",
  },
  columns: {
    why: 'they have more columns, or fewer',
    fix: 'Keep chromosome, start, stop, barcode and read support, parted by tabs: `cut -f 1-5`.',
  },
  numbers: {
    why: 'start, stop or read support is no integer',
    fix: 'Write them in digits alone, and end lines as Unix does, with no carriage return and no header.',
  },
};

function* judge(table: Table, pen: FragmentPen): Generator<Said, void> {
  for (const [kind, { why, fix }] of Object.entries(MISSHAPES)) {
    const tally = table.misshapen[kind as Misshape];
    if (tally.count > 0) yield pen.report('A12', { ...tally.told, key: kind, why, fix, expected: 'five columns' });
  }
  const strange = table.chromosomes.all.filter(({ isKnown }) => !isKnown).map(({ name }) => name);
  const { A06, A07, A08, A09, A10 } = table.broken;
  if (A06.count > 0) yield pen.report('A06', { ...A06.told, expected: `at least ${firstStart}` });
  if (A09.count > 0) yield pen.report('A09', { ...A09.told, found: strange.slice(0, 10).join(', ') });
  if (A08.count > 0) yield pen.report('A08', A08.told);
  if (A07.count > 0) yield pen.report('A07', A07.told);
  if (A10.count > 0) yield pen.report('A10', A10.told);
  yield* judgeRepeats(table, pen);
}

function* judgeRepeats(table: Table, pen: FragmentPen): Generator<Said, void> {
  const repeated = table.chromosomes.all.flatMap(({ name, number }) => {
    const { count, repeats } = table.rows.tally(number);
    return repeats > 0 ? [{ repeats, told: `${name}: ${count} rows, ${count - repeats} unique` }] : [];
  });
  const count = repeated.reduce((sum, { repeats }) => sum + repeats, 0);
  const samples = repeated.slice(0, MOST_SAMPLES).map(({ told }) => told);
  if (count > 0) yield pen.report('A11', { count, samples });
}
