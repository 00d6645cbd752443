/** What does a small, sound h5ad file look like? A writer with defaults: name only what to spoil. */
import type { File } from 'h5wasm/node';
import {
  type ColumnParts,
  type Compression,
  type Elements,
  encode,
  type MatrixParts,
  NdArray,
  writeAnnData,
  writeElements,
  writeFrame,
  writeMatrix,
} from './anndata-writer.js';

export { type ColumnParts, DataFrame, MatrixElement, type MatrixParts, NdArray } from './anndata-writer.js';

/** Null leaves a column out. */
type Columns = Readonly<Record<string, ColumnParts | null>>;

export interface H5adParts {
  readonly cells: number;
  readonly genes: number;
  readonly compression: Compression | null;
  readonly cellNames: readonly string[];
  readonly geneIds: readonly string[];
  /** Of raw.var: those of var where not given. */
  readonly rawGeneIds: readonly string[];
  /** Columns beside or in place of the sound ones; null leaves one out. */
  readonly obs: Columns;
  readonly var: Columns;
  readonly rawVar: Columns;
  /** As `column-order` lists them: all that there are where not given. */
  readonly obsOrder: readonly string[];
  readonly varOrder: readonly string[];
  readonly rawVarOrder: readonly string[];
  /** Beside or in place of title, organism and default embedding; null leaves one out. */
  readonly uns: Elements;
  /** Beside or in place of X_umap. */
  readonly obsm: Elements;
  readonly obsp: Elements;
  readonly varm: Elements;
  readonly varp: Elements;
  readonly X: Partial<MatrixParts> | null;
  /** What raw.X is like; null leaves raw out. */
  readonly raw: Partial<MatrixParts> | null;
  readonly layers: Readonly<Record<string, Partial<MatrixParts>>>;
  /** The last hand at the file before it is closed. */
  readonly spoil: (file: File) => void;
}

/** Human genes, of the gene table of schema 7.0.0; beyond these, ids are made up. */
const GENE_IDS = (
  '167286 198851 010610 153563 172116 168685 126353 090382 170458 203747 156738 105369 007312 105374 115523 163736 ' +
  '163737 179639 101439 143546 163220 119888 111057 168484 204305 261371 110799 108821 011465 075624'
)
  .split(' ')
  .map((digits) => `ENSG00000${digits}`);

const CELL_TYPES = ['CL:0000084', 'CL:0000236', 'CL:0000583', 'CL:0002062'];

/** Write a file of 40 cells and 30 genes that no rule has anything to say about, but for what `parts` spoils. */
export async function writeH5ad(path: string, parts: Partial<H5adParts> = {}): Promise<void> {
  await writeAnnData(path, (file) => {
    writeParts(file, parts);
    parts.spoil?.(file);
  });
}

function writeParts(file: File, parts: Partial<H5adParts>): void {
  const { cells = 40, genes = 30, compression = null, uns = {}, obsm = {}, layers = {} } = parts;
  const { cellNames = cellNamesOf(cells), geneIds = geneIdsOf(genes), rawGeneIds = geneIds } = parts;
  const size = { rows: cells, columns: genes };
  const counts = (row: number, column: number) => countAt(row, column, genes);
  const logarithm = (row: number, column: number) => Math.log1p(counts(row, column));

  writeFrame(file, 'obs', cellNames, { ...soundObs(cells), ...parts.obs }, parts.obsOrder);
  const unfiltered = { feature_is_filtered: Array<boolean>(genes).fill(false) };
  writeFrame(file, 'var', geneIds, { ...unfiltered, ...parts.var }, parts.varOrder);
  if (parts.X !== null) writeMatrix(file, 'X', { ...size, value: logarithm, ...parts.X }, compression);

  for (const name of ['obsp', 'varm', 'varp'] as const) writeElements(file, name, parts[name] ?? {});
  const others = writeElements(file, 'layers', {});
  for (const [name, matrix] of Object.entries(layers)) {
    writeMatrix(others, name, { ...size, value: logarithm, ...matrix }, compression);
  }
  const umap = Float32Array.from({ length: cells * 2 }, (_, i) => Math.fround(4 * Math.sin(i * i)));
  writeElements(file, 'obsm', { X_umap: new NdArray([cells, 2], umap), ...obsm });
  writeElements(file, 'uns', {
    title: 'A small sample of lung cells',
    organism_ontology_term_id: 'NCBITaxon:9606',
    default_embedding: 'X_umap',
    ...uns,
  });

  if (parts.raw === null) return;
  const raw = encode(file.create_group('raw'), 'raw', '0.1.0');
  writeMatrix(raw, 'X', { ...size, value: counts, ...parts.raw }, compression);
  writeFrame(raw, 'var', rawGeneIds, parts.rawVar ?? {}, parts.rawVarOrder);
  writeElements(raw, 'varm', {});
}

function soundObs(cells: number): Record<string, ColumnParts> {
  const same = (value: string): ColumnParts => ({ categories: [value], codes: new Int8Array(cells) });
  const turns = (values: readonly string[], length = 1): ColumnParts => ({
    categories: values.slice(0, cells),
    codes: Int8Array.from({ length: cells }, (_, row) => Math.floor(row / length) % values.length),
  });
  return {
    cell_type_ontology_term_id: turns(CELL_TYPES),
    assay_ontology_term_id: same('EFO:0009922'),
    disease_ontology_term_id: same('PATO:0000461'),
    sex_ontology_term_id: turns(['PATO:0000383', 'PATO:0000384']),
    tissue_ontology_term_id: same('UBERON:0002048'),
    tissue_type: same('tissue'),
    is_primary_data: Array<boolean>(cells).fill(true),
    self_reported_ethnicity_ontology_term_id: same('unknown'),
    development_stage_ontology_term_id: same('HsapDv:0000258'),
    donor_id: turns(['donor_1', 'donor_2']),
    suspension_type: same('cell'),
  };
}

/** The raw count of a cell and gene: in a quarter of all places, and in at least one of each row and column. */
export function countAt(row: number, column: number, genes = 30): number {
  let hash = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash & 3) === 0 || row % genes === column ? 1 + ((hash >>> 8) % 9) : 0;
}

function cellNamesOf(cells: number): string[] {
  const letter = (row: number, place: number) => 'ACGT'.charAt((row >>> (2 * place)) & 3);
  const barcode = (row: number) => Array.from({ length: 16 }, (_, i) => letter(row, 15 - i)).join('');
  return Array.from({ length: cells }, (_, row) => `${barcode(row)}-1`);
}

function geneIdsOf(genes: number): string[] {
  return Array.from({ length: genes }, (_, i) => GENE_IDS[i] ?? `ENSG${String(90_000_000_000 + i)}`);
}
