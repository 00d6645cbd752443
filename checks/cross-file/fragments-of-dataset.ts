/** Do the fragments of open chromatin belong to the cells beside them, and are they there where their assay asks for them? */
import type { Said } from '../check.js';
import type { Facts, Rule } from '../finding.js';
import type { ChromosomeFacts } from '../formats/fragments/chromosomes.js';
import type { AtacFacts } from '../formats/h5ad/barcodes.js';
import { type Barcodes, compareBarcodes } from '../readers/barcode-set.js';
import { FRAGMENT_SCHEMA } from '../schemas/fragments.js';
import { defineCrossFileCheck, type KnownFile, type PenFor } from './cross-file.js';

const DOCS =
  'https://github.com/chanzuckerberg/single-cell-curation/blob/main/schema/7.0.0/schema.md#scatac-seq-assays';
const error = (message: string, fix: string) => ({ severity: 'error', message, fix, docs: DOCS }) as const;

const RULES = {
  A01: error(
    'There are fragments for {dataset}, and not all of its cells are of an assay of open chromatin.',
    'Leave the fragments out, or correct assay_ontology_term_id: it must be EFO:0010891 or below for every cell.',
  ),
  A02: error(
    'Some cells are of an assay of open chromatin alone, and some of one with RNA beside it.',
    'Make a data set of each: fragments must come with the first, and may come with the second.',
  ),
  A03: error(
    '{count} cells are not primary data (is_primary_data is not True), and there are fragments of them.',
    'Submit fragments with the primary data: `adata.obs["is_primary_data"] = True` where it is so, or leave them out.',
  ),
  A04: error(
    'There are fragments, and the organism is {found}; fragments may be human or mouse.',
    'Leave the fragments out, or correct it: `adata.uns["organism_ontology_term_id"] = "NCBITaxon:9606"`.',
  ),
  A05: error(
    'The barcodes of the fragments are not the cells of {dataset}: {why}.',
    'Name both alike, with the same suffix, and keep the fragments of the cells alone: `adata.obs_names` are the barcodes.',
  ),
  A08: error(
    '{count} fragments stop beyond the end of their chromosome in the genome of {organism}.',
    'Align to the genome that the schema asks for, GRCh38 or GRCm39, and see whether the organism of {dataset} is right.',
  ),
  A09: error(
    '{count} fragments lie on chromosomes that the genome of {organism} does not have: {found}.',
    'Remove them, and see whether the organism of {dataset} is right.',
  ),
  A14: error(
    'There are no fragments for this file, and its assay, of open chromatin alone, asks for them.',
    'Add them, named after this file: `{stem}.fragments.tsv.bgz`.',
  ),
  A15: error(
    'It cannot be told which fragments belong to which data set: {why}.',
    'Name the one file of fragments of `x.h5ad` `x.fragments.tsv.bgz`.',
  ),
} as const satisfies Readonly<Record<string, Rule>>;

type Code = keyof typeof RULES;
type Judging = Generator<readonly [path: string, said: Said], void>;

/** What the check of fragments learns. */
interface FragmentFacts {
  readonly barcodes: Barcodes;
  readonly chromosomes: readonly ChromosomeFacts[];
}

export const fragmentsOfDataset = defineCrossFileCheck<Code>({
  id: 'fragments-of-dataset',
  version: 1,
  title: 'Fragments and the cells that they are of',
  rules: RULES,

  *judge(files, penFor) {
    const datasets = files.filter(({ path }) => /\.h5ad$/i.test(path));
    const tables = files.filter(({ path }) => FRAGMENTS.test(path));
    const pairs = new Map<KnownFile, KnownFile>();
    for (const table of tables) {
      const dataset = datasetOf(table, datasets);
      const other = dataset && pairs.get(dataset);
      if (dataset && !other) pairs.set(dataset, table);
      else yield* unpaired(table, dataset, other, datasets, penFor);
    }
    for (const dataset of datasets) yield* judgeDataset(dataset, pairs.get(dataset), penFor);
  },
});

/** As the check of fragments knows them: by their names. */
const FRAGMENTS = /(fragments?\.tsv\.gz|\.tsv\.bgz|fragments\.tsv)$/i;
const NAME_OF_FRAGMENTS = /([._-]?(atac[._-]?)?fragments?)?\.tsv(\.b?gz)?$/i;

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const stemOf = (path: string): string => nameOf(path).replace(/\.h5ad$/i, '');

/** That of the same stem, in the same folder first, or the only one there is. */
function datasetOf({ path }: KnownFile, datasets: readonly KnownFile[]): KnownFile | null {
  const stem = nameOf(path).replace(NAME_OF_FRAGMENTS, '').toLowerCase();
  const alike = datasets.filter((dataset) => stemOf(dataset.path).toLowerCase() === stem);
  const beside = (those: readonly KnownFile[]) => those.filter((one) => folderOf(one.path) === folderOf(path));
  for (const those of [beside(alike), alike, datasets]) if (those.length === 1) return those[0] ?? null;
  return null;
}

function* unpaired(
  table: KnownFile,
  dataset: KnownFile | null,
  other: KnownFile | null | undefined,
  datasets: readonly KnownFile[],
  penFor: PenFor<Code>,
): Judging {
  const { path } = table;
  const pen = penFor(path);
  if (datasets.length === 0)
    return yield [path, pen.undecided('A05', 'There is no .h5ad file of the cells beside it.')];
  const why =
    dataset && other
      ? `${dataset.path} has ${other.path} already`
      : `no .h5ad file has its name, and there are ${datasets.length} of them`;
  yield [path, pen.report('A15', { why, found: nameOf(path), expected: 'x.fragments.tsv.bgz beside x.h5ad' })];
}

function* judgeDataset({ path, facts }: KnownFile, table: KnownFile | undefined, penFor: PenFor<Code>): Judging {
  const atac = facts.atac as AtacFacts | undefined; // as `barcodes.ts` of the h5ad check tells it
  const pen = penFor(path);
  if (atac?.fragments === 'mixed') yield [path, pen.report('A02', { location: '/obs/assay_ontology_term_id' })];
  if (!table) {
    if (atac?.fragments === 'required') yield [path, pen.report('A14', { stem: stemOf(path), found: 'none' })];
    if (atac?.fragments === null) yield [path, pen.undecided('A14', 'Not all of the assays are known here.')];
    return;
  }
  const penOfTable = penFor(table.path);
  if (!atac) return yield [table.path, penOfTable.undecided('A05', `What ${path} holds could not be read.`)];
  if (atac.fragments === 'forbidden') return yield [table.path, penOfTable.report('A01', { dataset: path })];
  if (atac.fragments === null)
    yield [table.path, penOfTable.undecided('A01', `Not all assays of ${path} are known here.`)];

  if (atac.notPrimary) {
    yield [path, pen.report('A03', { location: '/obs/is_primary_data', count: atac.notPrimary, expected: 'True' })];
  }
  const { organism } = atac;
  const genome = organism !== null && Object.hasOwn(FRAGMENT_SCHEMA.chromosomes, organism) ? organism : null;
  if (genome === null) {
    const expected = Object.keys(FRAGMENT_SCHEMA.chromosomes).join(' or ');
    const location = '/uns/organism_ontology_term_id';
    yield [path, pen.report('A04', { location, found: organism ?? 'missing', expected })];
  }
  yield* judgeTable(table, path, facts, genome, penFor);
}

function* judgeTable(
  { path, facts }: KnownFile,
  dataset: string,
  ofCells: Facts,
  genome: string | null,
  penFor: PenFor<Code>,
): Judging {
  const pen = penFor(path);
  const { barcodes, chromosomes } = facts as Partial<FragmentFacts>; // as the check of fragments tells them
  const cells = ofCells.barcodes as Barcodes | undefined;
  // Of one that cannot be read, that has been told.
  if (!barcodes || !chromosomes) return;
  if (!cells) yield [path, pen.undecided('A05', `The names of the cells of ${dataset} could not be read.`)];
  else yield* judgeBarcodes(barcodes, cells, path, dataset, penFor);
  if (genome !== null) yield* judgeChromosomes(chromosomes, genome, path, dataset, penFor);
}

function* judgeBarcodes(
  fragments: Barcodes,
  cells: Barcodes,
  path: string,
  dataset: string,
  penFor: PenFor<Code>,
): Judging {
  const pen = penFor(path);
  const { areSame, onlyInFirst, onlyInSecond } = compareBarcodes(fragments, cells);
  if (areSame) return;
  if (areSame === null) return yield [path, pen.undecided('A05', 'There are too many barcodes to compare.')];
  const counts = `there are ${fragments.count} barcodes and ${cells.count} cells`;
  const samples = [
    ...onlyInFirst.slice(0, 3).map((barcode) => `only in the fragments: ${barcode || '(empty)'}`),
    ...onlyInSecond.slice(0, 3).map((barcode) => `only among the cells: ${barcode || '(empty)'}`),
  ];
  const why = fragments.count === cells.count ? `${counts}, and they are others` : counts;
  const found = `${fragments.count} barcodes`;
  yield [path, pen.report('A05', { dataset, why, found, expected: `${cells.count} cells`, samples })];
}

/** What fits neither genome is told of the file alone: here, what does not fit this one. */
function* judgeChromosomes(
  chromosomes: readonly ChromosomeFacts[],
  organism: string,
  path: string,
  dataset: string,
  penFor: PenFor<Code>,
): Judging {
  const pen = penFor(path);
  const known = chromosomes.filter(({ beyond }) => Object.keys(beyond).length > 0);
  const foreign = known.filter(({ beyond }) => !Object.hasOwn(beyond, organism));
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  if (foreign.length > 0) {
    const names = foreign.map(({ name }) => name);
    const samples = foreign.slice(0, 5).map(({ name, fragments }) => `${name}: ${fragments} fragments`);
    const count = sum(foreign.map(({ fragments }) => fragments));
    yield [path, pen.report('A09', { organism, dataset, count, samples, found: names.slice(0, 10).join(', ') })];
  }
  const longer = known.flatMap(({ name, lastStop, beyond }) => {
    const count = (beyond[organism] ?? 0) - Math.min(...Object.values(beyond));
    return count > 0 ? [{ count, told: `${name}: ${count} fragments, the last to ${lastStop}` }] : [];
  });
  if (longer.length === 0) return;
  const samples = longer.slice(0, 5).map(({ told }) => told);
  yield [path, pen.report('A08', { organism, dataset, count: sum(longer.map(({ count }) => count)), samples })];
}
