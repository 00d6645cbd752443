/** How are sorted fragments written? As BGZF, with the index of tabix beside it, a chromosome at a time. */
import { BgzfFile } from './bgzf-file.js';
import { type FragmentRecords, HEAD, LONGEST_LINE } from './fragment-records.js';
import type { Taker } from './fragment-runs.js';
import { TabixChromosome, tabixHead } from './tabix.js';

export class FragmentTable implements Taker {
  /** Lines that were left out, each the same as the one before. */
  repeats = 0;
  private readonly before = { line: Buffer.alloc(LONGEST_LINE), length: 0 };
  private rank = 0;
  private chromosome = new TabixChromosome();
  /** Those that are over, and not in the index yet. */
  private readonly over: TabixChromosome[] = [];

  private constructor(
    private readonly table: BgzfFile,
    private readonly index: BgzfFile,
    private readonly isDeduped: boolean,
  ) {}

  /** Give a new table to `use`, at these two paths. `names`: of all chromosomes that it will have, in order. */
  static async with(
    { table, index }: { readonly table: string; readonly index: string },
    options: { readonly names: readonly string[]; readonly isDeduped: boolean },
    use: (table: FragmentTable) => Promise<void>,
  ): Promise<FragmentTable> {
    const files: BgzfFile[] = [];
    try {
      for (const path of [table, index]) files.push(await BgzfFile.create(path));
      const [tableFile, indexFile] = files;
      if (!tableFile || !indexFile) throw new RangeError('There are two files.');
      const made = new FragmentTable(tableFile, indexFile, options.isDeduped);
      indexFile.write(tabixHead(options.names));
      await use(made);
      await made.end();
      return made;
    } finally {
      for (const file of files) await file.close();
    }
  }

  take(records: FragmentRecords, at: number): void {
    const from = at + HEAD;
    const end = from + records.lineLengthAt(at);
    if (this.isDeduped && this.isRepeat(records.bytes, from, end)) {
      this.repeats++;
      return;
    }
    if (records.rankAt(at) !== this.rank) this.beginChromosome(records.rankAt(at));
    const place = this.table.write(records.bytes, from, end);
    this.chromosome.add(records.startAt(at), records.stopAt(at), place, this.table.place);
  }

  get isBusy(): boolean {
    return this.table.isBusy || this.over.length > 0;
  }

  async rest(): Promise<void> {
    await this.table.rest();
    if (this.over.length === 0) return;
    await this.table.settle();
    for (const chromosome of this.over.splice(0)) {
      this.index.write(chromosome.bytes((place) => this.table.virtualOffset(place)));
      await this.index.rest();
    }
  }

  private async end(): Promise<void> {
    this.beginChromosome(this.rank + 1);
    await this.table.end();
    await this.rest();
    await this.index.end();
  }

  private beginChromosome(rank: number): void {
    this.over.push(this.chromosome);
    this.chromosome = new TabixChromosome();
    this.rank = rank;
  }

  private isRepeat(bytes: Buffer, from: number, end: number): boolean {
    const { before } = this;
    if (bytes.compare(before.line, 0, before.length, from, end) === 0) return true;
    before.length = bytes.copy(before.line, 0, from, end);
    return false;
  }
}
