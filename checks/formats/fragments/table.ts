/** What does a table of fragments hold? Read line by line, whatever its length: counts, and the first lines of each fault. */
import { BarcodeSet } from '../../readers/barcode-set.js';
import { type Hash64, hashInto } from '../../readers/hash64.js';
import { FRAGMENT_SCHEMA } from '../../schemas/fragments.js';
import { type Chromosome, Chromosomes } from './chromosomes.js';
import { type FragmentRow, readRow } from './fragment-row.js';
import { RepeatedRows } from './repeated-rows.js';

const MOST_SAMPLES = 5;
const { firstStart } = FRAGMENT_SCHEMA;

/** What a rule says of lines: how many, and the first. */
export class Tally {
  count = 0;
  readonly samples: string[] = [];

  add(line: number, text: Buffer): void {
    if (++this.count > MOST_SAMPLES) return;
    this.samples.push(`line ${line}: ${text.toString('utf8', 0, 100).replaceAll('\t', ' ')}`);
  }

  get told() {
    return { count: this.count, samples: this.samples };
  }
}

/** What has been read of the file, line by line. */
export class Table {
  lines = 0;
  readonly rows = new RepeatedRows();
  readonly chromosomes = new Chromosomes();
  private readonly barcodes = new BarcodeSet();
  readonly broken = {
    A06: new Tally(),
    A07: new Tally(),
    A08: new Tally(),
    A09: new Tally(),
    A10: new Tally(),
  };
  readonly misshapen = { comment: new Tally(), columns: new Tally(), numbers: new Tally() };
  private readonly row: FragmentRow = {
    start: 0,
    stop: 0,
    support: 0,
    chromosomeEnd: 0,
    barcodeFrom: 0,
    barcodeEnd: 0,
  };
  private readonly hash: Hash64 = { high: 0, low: 0 };
  private isSorted = true;
  private before: { chromosome: Chromosome | null; start: number } = { chromosome: null, start: 0 };

  read(block: Buffer): void {
    for (let from = 0; from < block.length; ) {
      const end = endOf(block, from);
      this.lines++;
      const misshape = readRow(block, from, end, this.row);
      if (misshape) this.misshapen[misshape].add(this.lines, block.subarray(from, end));
      else this.judge(block, from, end);
      from = end + 1;
    }
  }

  /** For the sake of rows alone that are there more than once. */
  readAgain(block: Buffer): void {
    for (let from = 0; from < block.length; ) {
      const end = endOf(block, from);
      if (readRow(block, from, end, this.row) === null) this.keep(block, from, end);
      from = end + 1;
    }
  }

  private judge(block: Buffer, from: number, end: number): void {
    const { start, stop, support, barcodeFrom, barcodeEnd } = this.row;
    const chromosome = this.keep(block, from, end);
    chromosome.add(stop);
    this.barcodes.add(block, barcodeFrom, barcodeEnd);
    if (this.isSorted) this.compare(chromosome, start);

    const { broken, lines } = this;
    if (start < firstStart) broken.A06.add(lines, block.subarray(from, end));
    if (stop <= start) broken.A07.add(lines, block.subarray(from, end));
    if (support < 1) broken.A10.add(lines, block.subarray(from, end));
    if (!chromosome.isKnown) broken.A09.add(lines, block.subarray(from, end));
    else if (stop > chromosome.longest) broken.A08.add(lines, block.subarray(from, end));
  }

  private keep(block: Buffer, from: number, end: number): Chromosome {
    const chromosome = this.chromosomes.named(block, from, this.row.chromosomeEnd);
    hashInto(this.hash, block, from, end);
    this.rows.add(chromosome.number, this.hash);
    return chromosome;
  }

  /** As tabix needs it: chromosomes by their bytes, then starts. */
  private compare(chromosome: Chromosome, start: number): void {
    const { before } = this;
    if (before.chromosome === chromosome) this.isSorted = start >= before.start;
    else this.isSorted = before.chromosome === null || before.chromosome.name < chromosome.name;
    before.chromosome = chromosome;
    before.start = start;
  }

  facts() {
    const all = this.chromosomes.all.filter(({ fragments }) => fragments > 0);
    return {
      fragments: all.reduce((sum, { fragments }) => sum + fragments, 0),
      barcodes: this.barcodes.facts(),
      chromosomes: all.map((chromosome) => chromosome.facts()),
      isSorted: this.isSorted,
    };
  }
}

/** Where the line ends that begins at `from`. */
function endOf(block: Buffer, from: number): number {
  const end = block.indexOf(10, from);
  return end === -1 ? block.length : end;
}
