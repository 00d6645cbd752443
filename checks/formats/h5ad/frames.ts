/** Have obs and var the columns that the schema requires, of the right types, and can AnnData read them? */

import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import type { Column, Fault, Frame } from '../../readers/anndata.js';
import { repeatsIn, useOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { DOCS } from './docs.js';
import { ASSAY, type H5ad } from './h5ad.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

export const FRAME_RULES = {
  F02: {
    severity: 'error',
    message: 'The column "{column}" comes {count} times in {location}.',
    fix: 'Keep one of them: `adata.{frame} = adata.{frame}.loc[:, ~adata.{frame}.columns.duplicated()]`.',
    docs: DOCS.general,
  },
  O01: {
    severity: 'error',
    message: 'The column "{column}" is missing from {frame}.',
    fix: 'Add it, with a value for each row: `adata.{frame}["{column}"] = …`.',
    docs: DOCS.schema,
  },
  O02: {
    severity: 'error',
    message: 'The names of the cells are not unique: {count} rows share theirs with another.',
    fix: 'Tell the cells apart, by their sample for one: `adata.obs_names_make_unique()`.',
    docs: DOCS.cells,
  },
  O06: {
    severity: 'warning',
    message: '{count} categories of {location} stand for no cell; they are removed when labels are written.',
    fix: 'Remove them: `adata.obs["{column}"] = adata.obs["{column}"].cat.remove_unused_categories()`.',
    docs: DOCS.cells,
  },
  O07: {
    severity: 'error',
    message: 'The column {location} must be {expected}; it is {found}.',
    fix: 'Convert it: `{line}`.',
    docs: DOCS.schema,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type FramePen = Pen<keyof typeof FRAME_RULES | keyof typeof FILE_RULES>;

/** Findings for one frame or matrix, before the rest are counted together. */
const MOST_FAULTS = 20;

type Kind = 'any' | 'bool' | 'categorical' | 'categorical of strings';

const CELL_TYPE = 'cell_type_ontology_term_id';

/** Required columns, and of which type. The reference validator lets a file without cell types pass; this does not. */
const CELL_COLUMNS: Readonly<Record<string, Kind>> = {
  [CELL_TYPE]: 'any',
  [ASSAY]: 'any',
  disease_ontology_term_id: 'any',
  sex_ontology_term_id: 'any',
  tissue_ontology_term_id: 'any',
  self_reported_ethnicity_ontology_term_id: 'any',
  development_stage_ontology_term_id: 'any',
  is_primary_data: 'bool',
  donor_id: 'categorical of strings',
  suspension_type: 'categorical',
  tissue_type: 'categorical',
};
const GENE_COLUMNS: Readonly<Record<string, Kind>> = { feature_is_filtered: 'bool' };

/** Whether the frames can be read: their columns, their lengths, the codes of their categories. */
export function* judgeFrames({ hdf5, anndata: { obs, var: genes, rawVar } }: H5ad, pen: FramePen): Saying {
  for (const name of ['obs', 'var']) {
    if (hdf5.root.children.has(name)) continue;
    yield pen.report('F01', { location: `/${name}`, why: `there is no ${name}`, found: 'nothing' });
  }
  for (const frame of [obs, genes, rawVar]) {
    if (!frame) continue;
    yield* judgeFaults(frame.faults, pen);
    yield* judgeNames(frame, pen);
    for (const [name, column] of frame.columns) {
      yield* guarded(pen, judgeCodes(hdf5, column, frame === obs ? name : null, pen));
    }
  }
}

function* judgeFaults(faults: readonly Fault[], pen: FramePen): Saying {
  for (const { place, why } of faults.slice(0, MOST_FAULTS)) yield pen.report('F01', { location: place, why });
  const rest = faults.slice(MOST_FAULTS);
  const [first] = rest;
  if (!first) return;
  const samples = rest.slice(0, 5).map(({ why }) => why);
  yield pen.report('F01', { location: '/', key: 'more', count: rest.length, samples, why: first.why });
}

function* judgeNames({ path, names }: Frame, pen: FramePen): Saying {
  const seen = new Map<string, number>();
  for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
  const frame = path.slice(1).replace('/', '.');
  for (const [column, count] of [...seen].filter(([, times]) => times > 1).slice(0, MOST_FAULTS)) {
    yield pen.report('F02', { location: path, key: column, column, count, frame, samples: [column] });
  }
}

/** In longer lists of categories nobody looks for one that comes twice. */
const MOST_CATEGORIES = 2 ** 16;

/** Codes without a category, categories that come twice, and of a column of obs categories without a code. */
function* judgeCodes(hdf5: Hdf5, column: Column, nameInObs: string | null, pen: FramePen): Saying {
  if (column.kind !== 'categorical') return;
  const { strays, rows, idle, names } = useOf(hdf5, column);
  const [categories = 0] = column.categories.shape;
  if (strays > 0) {
    yield pen.report('F01', {
      ...{ location: column.path, key: 'codes', count: strays },
      why: `${strays} codes in ${column.path} stand for none of its ${categories} categories`,
      samples: rows.map(({ row, code }) => `row ${row}: ${code}`),
    });
  }
  const { path, categories: values } = column;
  const repeats = categories > MOST_CATEGORIES ? null : repeatsIn(hdf5, { kind: 'plain', path, values });
  const [repeated] = repeats?.values ?? [];
  if (repeated) {
    const why = `the categories of ${path} are not unique: "${repeated.value.slice(0, 100)}" comes more than once`;
    const fix = 'Give each category once where the file is written: `values.astype(str).astype("category")`.';
    yield pen.report('F01', { location: path, key: 'categories', count: repeats?.count, why, fix });
  }
  if (idle > 0 && nameInObs !== null) {
    yield pen.report('O06', { location: column.path, column: nameInObs, count: idle, samples: names });
  }
}

/** The cells: required columns, and their names. */
export function* judgeCells({ hdf5, anndata: { obs }, mode }: H5ad, pen: FramePen): Saying {
  if (!obs || isWhollyUnread(obs)) return;
  const { [CELL_TYPE]: _, ...withoutCellTypes } = CELL_COLUMNS;
  yield* judgeColumns(obs, 'obs', mode.preAnalysis ? withoutCellTypes : CELL_COLUMNS, pen);

  yield* guarded(pen, judgeCellNames(hdf5, obs, pen));
}

function* judgeCellNames(hdf5: Hdf5, { index }: Frame, pen: FramePen): Saying {
  if (!index) return;
  const { count, values } = repeatsIn(hdf5, index);
  if (count === 0) return;
  const samples = values.map(({ value, rows }) => `${value}: rows ${rows.join(' and ')}`);
  yield pen.report('O02', { location: index.path, count, samples });
}

/** The genes: required columns. */
export function* judgeGenes({ anndata: { var: genes } }: H5ad, pen: FramePen): Saying {
  if (genes && !isWhollyUnread(genes)) yield* judgeColumns(genes, 'var', GENE_COLUMNS, pen);
}

const isWhollyUnread = ({ path, faults }: Frame): boolean => faults.some(({ place }) => place === path);

function* judgeColumns(
  { path, columns, faults }: Frame,
  frame: string,
  required: typeof CELL_COLUMNS,
  pen: FramePen,
): Saying {
  for (const [name, kind] of Object.entries(required)) {
    const column = columns.get(name);
    const location = `${path}/${name}`;
    if (column) yield* judgeKind(column, kind, { frame, name }, pen);
    // Of one that is there and cannot be read, that is told.
    else if (!faults.some(({ place }) => place === location)) {
      yield pen.report('O01', { location, frame, column: name, found: 'nothing', expected: 'a column' });
    }
  }
}

function* judgeKind(column: Column, kind: Kind, of: { frame: string; name: string }, pen: FramePen): Saying {
  const found = kindOf(column);
  if (kind === 'any' || column.kind === 'closed' || found.startsWith(kind)) return;
  const values = `adata.${of.frame}["${of.name}"]`;
  const line = `${values} = ${values}${conversionOf(kind, found)}`;
  yield pen.report('O07', { location: column.path, found, expected: kind, line });
}

function conversionOf(kind: Kind, found: string): string {
  // Of a string, astype(bool) would make True: of "False", too.
  if (kind === 'bool' && /strings?$/.test(found)) return '.astype(str).str.lower() == "true"';
  // And of a value that is missing, nothing.
  if (kind === 'bool') return found.startsWith('nullable') ? '.fillna(False).astype(bool)' : '.astype(bool)';
  return kind === 'categorical of strings' ? '.astype(str).astype("category")' : '.astype("category")';
}

/** In words: `bool`, `string`, `float64`, `categorical of strings`, `nullable bool`. */
function kindOf(column: Column): string {
  switch (column.kind) {
    case 'closed':
      return 'not readable';
    case 'plain':
      return column.values.dtype;
    case 'nullable':
      return `nullable ${column.values.dtype}`;
    case 'categorical':
      return `categorical of ${column.categories.text ? 'strings' : column.categories.dtype}`;
  }
}
