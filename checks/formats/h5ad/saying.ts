/** What does the h5ad check look for? Its rules, as the single-cell specification numbers them. */
import type { Pen, Said } from '../../check.js';
import type { Rule } from '../../finding.js';
import { Hdf5Fault } from '../../readers/hdf5-library.js';

const SCHEMA = 'https://github.com/chanzuckerberg/single-cell-curation/blob/main/schema/7.0.0/schema.md';
const GENERAL = `${SCHEMA}#general-requirements`;
const MATRICES = `${SCHEMA}#x-matrix-layers`;
const CELLS = `${SCHEMA}#obs-cell-metadata`;
const GENES = `${SCHEMA}#var-and-rawvar-gene-metadata`;
const ON_DISK = 'https://anndata.readthedocs.io/en/stable/fileformat-prose.html';

export const UPLOAD_AGAIN =
  'Upload the file again, and compare its size and checksum with the original; if that is no better, write it again.';

/** `fix` is Python as far as a line of it does; it assumes `adata = anndata.read_h5ad(…)`. */
export const RULES = {
  F01: {
    severity: 'error',
    message: 'The file cannot be read as AnnData: {why}.',
    fix: 'Read the file with AnnData 0.8 or later and write it again: `adata.write_h5ad("new.h5ad")`.',
    docs: ON_DISK,
  },
  F02: {
    severity: 'error',
    message: 'The column "{column}" comes {count} times in {location}.',
    fix: 'Keep one of them: `adata.{frame} = adata.{frame}.loc[:, ~adata.{frame}.columns.duplicated()]`.',
    docs: GENERAL,
  },

  O01: {
    severity: 'error',
    message: 'The column "{column}" is missing from {frame}.',
    fix: 'Add it, with a value for each row: `adata.{frame}["{column}"] = …`.',
    docs: SCHEMA,
  },
  O02: {
    severity: 'error',
    message: 'The names of the cells are not unique: {count} rows share theirs with another.',
    fix: 'Tell the cells apart, by their sample for one: `adata.obs_names_make_unique()`.',
    docs: CELLS,
  },
  O07: {
    severity: 'error',
    message: 'The column {location} must be {expected}; it is {found}.',
    fix: 'Convert it: `{line}`.',
    docs: SCHEMA,
  },

  V11: {
    severity: 'error',
    message: 'The genes of raw.X are not those of X in the same order: {count} of {genes} differ.',
    fix: 'Bring both in one order: `raw = adata.raw.to_adata()[:, adata.var_names]; adata.raw = raw`.',
    docs: GENES,
  },

  M01: {
    severity: 'error',
    message: 'The matrix {location} is sparse and stored as {found}; sparse matrices must be CSR.',
    fix: 'Convert it: `{line}`.',
    docs: MATRICES,
  },
  M03: {
    severity: 'error',
    message: 'The raw counts in {location} are stored as {found}; they must be float32.',
    fix: 'Convert them: `{line}`.',
    docs: MATRICES,
  },
  M04: {
    severity: 'error',
    message: '{count} of the {stored} values in {location} are no counts, which are whole and not negative: {kinds}.',
    fix: 'Put the counts in raw as the aligner or quantifier gave them, before anything normalised or corrected them.',
    docs: MATRICES,
  },
  M05: {
    severity: 'error',
    message: '{count} of the {rows} cells in {location} have no count at all.',
    fix: 'Remove them, from raw and from X: `{line}`.',
    docs: MATRICES,
  },
  M07: {
    severity: 'error',
    message: 'The raw counts are missing: there is no raw.X, and X is {found}.',
    fix: 'Keep the counts before you normalise: `adata.raw = adata`, with raw counts in `adata.X` at that time.',
    docs: MATRICES,
  },
  M08: {
    severity: 'error',
    message: 'What raw.X holds are not raw counts.',
    fix: 'See what else is said of raw.X.',
    docs: MATRICES,
  },
  M09: {
    severity: 'warning',
    message: 'The file has raw counts and no normalised values, which are strongly recommended.',
    fix: 'Keep the counts in raw and normalise X: `adata.raw = adata; sc.pp.normalize_total(adata); sc.pp.log1p(adata)`.',
    docs: MATRICES,
  },
  M10: {
    severity: 'error',
    message: 'X has {found} genes, and raw.X has {expected}.',
    fix: 'Leave the same genes in both; of one that is filtered, set the values in X to zero and feature_is_filtered.',
    docs: MATRICES,
  },
  M11: {
    severity: 'error',
    message: 'raw.X has {found} cells, and the file has {expected}.',
    fix: 'Remove the same cells from raw and from X: `adata = adata[cells].copy()` filters both.',
    docs: MATRICES,
  },
  M14: {
    severity: 'error',
    message: 'The matrix {location} is not encoded as AnnData encodes one: {why}.',
    fix: 'Write it again: `{line}`, and then `adata.write_h5ad("new.h5ad")`.',
    docs: ON_DISK,
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type H5adRule = keyof typeof RULES;
export type H5adPen = Pen<H5adRule>;
/** What a part of the check says. */
export type Saying = Generator<Said, void>;

/** Go on after `saying` even where something in the file cannot be read: that is then a finding. */
export function* guarded(pen: H5adPen, saying: Saying): Saying {
  try {
    yield* saying;
  } catch (error) {
    yield unreadable(pen, error);
  }
}

/** The finding for a fault of the file; anything else is a fault of ours. */
export function unreadable(pen: H5adPen, error: unknown): Said {
  if (!(error instanceof Hdf5Fault)) throw error;
  const { place, why } = error;
  const subject = place === '/' ? 'it' : place;
  return pen.report('F01', { location: place, why: `${subject} cannot be read, because ${why}`, fix: UPLOAD_AGAIN });
}
