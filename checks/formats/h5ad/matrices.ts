/** Do the matrices fit the cells, the genes and each other, and is there one of raw counts where the assay needs one? */

import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import {
  type AnnData,
  type Frame,
  isRead,
  lengthOf,
  type Matrix,
  storedIn,
  type Unread,
} from '../../readers/anndata.js';
import { textAt, textsOf, valuesOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { pointersOf, slicesOf } from '../../readers/matrix.js';
import { DOCS, ON_DISK } from './docs.js';
import { ASSAY, type H5ad } from './h5ad.js';
import { needsRawCounts } from './raw-assays.js';
import { type Counted, countOver, type Place, type Tally } from './raw-counts.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

export const MATRIX_RULES = {
  V11: {
    severity: 'error',
    message: 'The genes of raw.X are not those of X in the same order: {count} of {genes} differ.',
    fix: 'Bring both in one order: `raw = adata.raw.to_adata()[:, adata.var_names]; adata.raw = raw`.',
    docs: DOCS.genes,
  },
  M01: {
    severity: 'error',
    message: 'The matrix {location} is sparse and stored as {found}; sparse matrices must be CSR.',
    fix: 'Convert it: `{line}`.',
    docs: DOCS.matrices,
  },
  M03: {
    severity: 'error',
    message: 'The raw counts in {location} are stored as {found}; they must be float32.',
    fix: 'Convert them: `{line}`.',
    docs: DOCS.matrices,
  },
  M04: {
    severity: 'error',
    message: '{count} of the {stored} values in {location} are no counts, which are whole and not negative: {kinds}.',
    fix: 'Put the counts in raw as the aligner or quantifier gave them, before anything normalised or corrected them.',
    docs: DOCS.matrices,
  },
  M05: {
    severity: 'error',
    message: '{count} of the {rows} cells in {location} have no count at all.',
    fix: 'Remove them, from raw and from X: `{line}`.',
    docs: DOCS.matrices,
  },
  M07: {
    severity: 'error',
    message: 'The raw counts are missing: there is no raw.X, and X is {found}.',
    fix: 'Keep the counts before you normalise: `adata.raw = adata`, with raw counts in `adata.X` at that time.',
    docs: DOCS.matrices,
  },
  M08: {
    severity: 'error',
    message: 'What raw.X holds are not raw counts.',
    fix: 'See what else is said of raw.X.',
    docs: DOCS.matrices,
  },
  M09: {
    severity: 'warning',
    message: 'The file has raw counts and no normalised values, which are strongly recommended.',
    fix: 'Keep the counts in raw and normalise X: `adata.raw = adata; sc.pp.normalize_total(adata); sc.pp.log1p(adata)`.',
    docs: DOCS.matrices,
  },
  M10: {
    severity: 'error',
    message: 'X has {found} genes, and raw.X has {expected}.',
    fix: 'Leave the same genes in both; of one that is filtered, set the values in X to zero and feature_is_filtered.',
    docs: DOCS.matrices,
  },
  M11: {
    severity: 'error',
    message: 'raw.X has {found} cells, and the file has {expected}.',
    fix: 'Remove the same cells from raw and from X: `adata = adata[cells].copy()` filters both.',
    docs: DOCS.matrices,
  },
  M14: {
    severity: 'error',
    message: 'The matrix {location} is not encoded as AnnData encodes one: {why}.',
    fix: 'Write it again: `{line}`, and then `adata.write_h5ad("new.h5ad")`.',
    docs: ON_DISK,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type MatrixRule = keyof typeof MATRIX_RULES;
type MatrixPen = Pen<MatrixRule | keyof typeof FILE_RULES>;

/** Sparse, and not accepted. */
const OTHER_SPARSE: readonly (string | null)[] = ['csc_matrix', 'coo_matrix'];

/** How they are encoded and how large they are: nothing of this reads values. */
export function* judgeMatrices({ hdf5, anndata }: H5ad, pen: MatrixPen): Saying {
  const { X, rawX, layers } = anndata;
  yield* judgeRawGroup(hdf5, pen);
  for (const matrix of [X, rawX, ...layers]) {
    if (matrix) yield* guarded(pen, judgeEncoding(hdf5, matrix, pen));
  }
  yield* judgeShapes(anndata, pen);
  yield* guarded(pen, judgeGeneOrder(hdf5, anndata, pen));
}

function* judgeRawGroup({ root }: Hdf5, pen: MatrixPen): Saying {
  const raw = root.children.get('raw');
  if (!raw || raw.kind === 'closed') return;
  for (const name of ['X', 'var']) {
    if (raw.kind === 'group' && raw.children.has(name)) continue;
    yield pen.report('F01', { location: `/raw/${name}`, why: `there is a raw, and no raw.${name}`, found: 'nothing' });
  }
}

function* judgeEncoding(hdf5: Hdf5, matrix: Matrix | Unread, pen: MatrixPen): Saying {
  const { path: location, encoding } = matrix;
  const adata = accessTo(location);
  if (OTHER_SPARSE.includes(encoding)) {
    const line = assignTo(location, `${adata}.tocsr()`);
    yield pen.report('M01', { location, found: encoding ?? '', expected: 'csr_matrix', line });
  }
  const line = assignTo(location, `scipy.sparse.csr_matrix(${adata})`);
  if (isRead(matrix)) {
    if (matrix.encoding === 'array') return;
    const why = pointersOf(hdf5, matrix).join(', and ');
    if (why !== '') yield pen.report('M14', { location, key: 'pointers', why, line });
  } else if (encoding !== 'coo_matrix') {
    for (const { why } of matrix.faults) yield pen.report('M14', { location, why, line, found: encoding ?? undefined });
  }
}

function* judgeShapes({ X, rawX, layers, obs, var: genes, rawVar }: AnnData, pen: MatrixPen): Saying {
  const cells = rowsOf(obs);
  for (const matrix of [X, ...layers]) {
    if (!isRead(matrix)) continue;
    yield* judgeSide(matrix, 'cells', cells, pen);
    yield* judgeSide(matrix, 'genes', rowsOf(genes), pen);
  }
  if (!isRead(rawX)) return;
  yield* judgeSide(rawX, 'genes', rowsOf(rawVar), pen);
  const location = rawX.path;
  if (cells !== null && rawX.shape[0] !== cells) {
    yield pen.report('M11', { location, found: `${rawX.shape[0]}`, expected: `${cells}` });
  }
  if (isRead(X) && rawX.shape[1] !== X.shape[1]) {
    yield pen.report('M10', { location, found: `${X.shape[1]}`, expected: `${rawX.shape[1]}` });
  }
}

function* judgeSide({ path, shape }: Matrix, side: 'cells' | 'genes', rows: number | null, pen: MatrixPen): Saying {
  const frame = side === 'cells' ? 'obs' : path.startsWith('/raw/') ? 'raw.var' : 'var';
  const length = side === 'cells' ? shape[0] : shape[1];
  if (rows === null || rows === length) return;
  const told = { location: path, key: side, found: `${length} ${side}`, expected: `${rows} ${side}` };
  yield pen.report('F01', { ...told, why: `${path} has ${length} ${side}, and ${frame} has ${rows} rows` });
}

function* judgeGeneOrder(hdf5: Hdf5, { X, rawX, var: genes, rawVar }: AnnData, pen: MatrixPen): Saying {
  if (!genes?.index || !rawVar?.index || lengthOf(genes.index) !== lengthOf(rawVar.index)) return;
  // Then it is said that they are not as many.
  if (isRead(X) && isRead(rawX) && X.shape[1] !== rawX.shape[1]) return;
  const samples: string[] = [];
  let count = 0;
  const others = textsOf(hdf5, rawVar.index);
  for (const { first, values } of textsOf(hdf5, genes.index)) {
    const other = others.next().value?.values ?? [];
    values.forEach((value, i) => {
      if (value === other[i]) return;
      if (++count <= 5) samples.push(`row ${first + i}: ${value} in var, ${other[i]} in raw.var`);
    });
  }
  if (count > 0) yield pen.report('V11', { location: '/raw/var', count, genes: lengthOf(genes.index), samples });
}

const RAW_RULES: readonly MatrixRule[] = ['M03', 'M04', 'M05', 'M07', 'M08', 'M09'];

/** What the matrices hold. */
export function* judgeCounts({ hdf5, anndata }: H5ad, pen: MatrixPen): Saying {
  const { X, rawX, layers, obs } = anndata;
  const hasRaw = hdf5.root.children.has('raw');
  const raw = hasRaw ? rawX : X;
  yield pen.learn({ rawLocation: hasRaw ? 'raw.X' : null, matrix: factsOf(raw ?? X) });

  const assays = obs?.columns.get(ASSAY);
  const isDecided = assays !== undefined && assays.kind !== 'closed';
  if (!isDecided) yield* undecided(RAW_RULES, `Whether there must be raw counts depends on obs/${ASSAY}.`, pen);
  const isRawNeeded = isDecided && needsRawCounts(valuesOf(hdf5, assays, 1_000).keys());
  if (isRawNeeded) {
    if (!raw && !hdf5.root.children.has(hasRaw ? 'raw' : 'X'))
      yield pen.report('M07', { location: '/X', found: 'missing' });
    if (isRead(raw)) yield* guarded(pen, judgeRaw(hdf5, anndata, raw, pen));
  }

  for (const matrix of [X, rawX, ...layers]) {
    if (!isRead(matrix) || (isRawNeeded && matrix === raw)) continue;
    if (matrix === rawX || isFitting(matrix, anndata)) yield* guarded(pen, judgeOther(hdf5, anndata, matrix, pen));
  }
}

/** A matrix of which nothing is asked but that it can be read. */
function* judgeOther(hdf5: Hdf5, anndata: AnnData, matrix: Matrix, pen: MatrixPen): Saying {
  if (!isSound(hdf5, matrix)) return;
  yield* judgeIndices(hdf5, anndata, matrix, countOver(slicesOf(hdf5, matrix), matrix.shape), pen);
}

/** Whether it has the cells and genes of the file; if not, AnnData would not open it, and that has been said. */
const isFitting = ({ shape }: Matrix, { obs, var: genes }: AnnData): boolean =>
  (rowsOf(obs) ?? shape[0]) === shape[0] && (rowsOf(genes) ?? shape[1]) === shape[1];

function* judgeRaw(hdf5: Hdf5, anndata: AnnData, raw: Matrix, pen: MatrixPen): Saying {
  const { path: location, data, shape } = raw;
  const isFloat = data.dtype === 'float32';
  if (!isFloat) {
    const line = assignTo(location, `${accessTo(location)}.astype("float32")`);
    yield pen.report('M03', { location, found: data.dtype, expected: 'float32', line });
  }
  if (!isSound(hdf5, raw) || (location === '/X' && !isFitting(raw, anndata))) return;

  const counted = countOver(slicesOf(hdf5, raw), shape);
  yield* judgeIndices(hdf5, anndata, raw, counted, pen);
  const areCounts = yield* judgeValues(hdf5, anndata, raw, counted, pen);
  const empty = yield* judgeEmptyCells(hdf5, anndata, raw, counted, pen);
  if (empty === null) return;

  const isRaw = isFloat && areCounts && !empty;
  if (location !== '/X') {
    if (!isRaw) yield pen.report('M08', { location });
  } else if (isRaw) {
    yield pen.report('M09', { location });
    yield pen.learn({ rawLocation: 'X' });
  } else {
    yield pen.report('M07', { location, found: 'no matrix of raw counts' });
  }
}

/** Whether its lines can be told apart; if not, that has been said. */
const isSound = (hdf5: Hdf5, matrix: Matrix): boolean =>
  matrix.encoding === 'array' || pointersOf(hdf5, matrix).length === 0;

const KINDS = { fractions: 'with a fraction', negatives: 'negative', infinities: 'NaN or infinite' } as const;

/** Whether all values are counts. The reference validator lets NaN and infinity pass; this does not. */
function* judgeValues(hdf5: Hdf5, anndata: AnnData, raw: Matrix, counted: Counted, pen: MatrixPen): Judging<boolean> {
  const { path: location } = raw;
  const tallies = Object.entries(KINDS).map(([kind, words]) => ({ words, tally: counted[kind as keyof typeof KINDS] }));
  const found = tallies.filter(({ tally }) => tally.count > 0);
  if (found.length === 0) return true;
  const count = found.reduce((sum, { tally }) => sum + tally.count, 0);
  const kinds = found.map(({ words, tally }) => `${tally.count} ${words}`).join(', ');
  const places = found.flatMap(({ tally }) => tally.places.slice(0, found.length > 1 ? 2 : 5));
  const samples = places.map((place) => `${nameOf(hdf5, anndata, raw, place)}: ${place.value}`);
  const told = { location, count, stored: storedIn(raw), kinds, samples };
  yield pen.report('M04', { ...told, found: kinds, expected: 'whole numbers from 0' });
  return false;
}

/** Whether some cells have no count; null where that cannot be said. */
function* judgeEmptyCells(
  hdf5: Hdf5,
  anndata: AnnData,
  raw: Matrix,
  counted: Counted,
  pen: MatrixPen,
): Judging<boolean | null> {
  const { path: location, shape } = raw;
  const { count, first } = zerosIn(counted.filled);
  if (count === 0) return false;
  if (anndata.obs?.columns.has('in_tissue')) {
    yield* undecided(['M05', 'M07', 'M08', 'M09'], 'Spots outside of the tissue may be empty (M05v, M05w).', pen);
    return null;
  }
  const sums = `np.asarray(adata.${location.slice(1).replace('/', '.')}.sum(axis=1)).ravel()`;
  yield pen.report('M05', {
    ...{ location, count, rows: shape[0], line: `adata = adata[${sums} > 0].copy()` },
    samples: first.map((row) => cellOf(hdf5, anndata.obs, row)),
  });
  return true;
}

function zerosIn(filled: Uint8Array): { count: number; first: readonly number[] } {
  const first: number[] = [];
  let count = 0;
  for (let row = filled.indexOf(0); row !== -1; row = filled.indexOf(0, row + 1)) if (++count <= 5) first.push(row);
  return { count, first };
}

function* judgeIndices(hdf5: Hdf5, anndata: AnnData, matrix: Matrix, counted: Counted, pen: MatrixPen): Saying {
  const { path: location, shape } = matrix;
  const line = assignTo(location, `scipy.sparse.csr_matrix(${accessTo(location)})`);
  const samples = ({ places }: Tally) => places.map((place) => nameOf(hdf5, anndata, matrix, place));
  const { strays, repeats } = counted;
  if (strays.count > 0) {
    const why = `${strays.count} indices lie outside of its ${shape[0]} cells and ${shape[1]} genes`;
    yield pen.report('M14', { location, key: 'strays', count: strays.count, samples: samples(strays), why, line });
  }
  if (repeats.count > 0) {
    const why = `${repeats.count} values are stored for a cell and gene that have one already`;
    yield pen.report('M14', { location, key: 'repeats', count: repeats.count, samples: samples(repeats), why, line });
  }
}

type Judging<Verdict> = Generator<ReturnType<MatrixPen['learn']>, Verdict>;

function* undecided(rules: readonly MatrixRule[], reason: string, pen: MatrixPen): Saying {
  for (const rule of rules) yield pen.undecided(rule, reason);
}

const rowsOf = (frame: Frame | null): number | null =>
  frame?.index && frame.index.kind !== 'closed' ? lengthOf(frame.index) : null;

function factsOf(matrix: Matrix | Unread | null) {
  if (!matrix) return null;
  const { encoding } = matrix;
  return isRead(matrix) ? { encoding, dtype: matrix.data.dtype, storedValues: storedIn(matrix) } : { encoding };
}

/** `row 17 (cell AAAC-1), gene 3 (ENSG00000141510)`; rows and genes are counted from 0, as in Python. */
function nameOf(hdf5: Hdf5, { obs, var: genes, rawVar }: AnnData, { path }: Matrix, { row, column }: Place): string {
  const index = (path.startsWith('/raw/') ? rawVar : genes)?.index;
  const gene = index && column >= 0 ? textAt(hdf5, index, column) : null;
  return `${cellOf(hdf5, obs, row)}, gene ${column}${gene === null ? '' : ` (${gene})`}`;
}

function cellOf(hdf5: Hdf5, obs: Frame | null, row: number): string {
  const name = obs?.index && row >= 0 ? textAt(hdf5, obs.index, row) : null;
  return `row ${row}${name === null ? '' : ` (cell ${name})`}`;
}

/** How Python names the matrix at `path`. */
function accessTo(path: string): string {
  if (path.startsWith('/layers/')) return `adata.layers["${path.slice('/layers/'.length)}"]`;
  return path.startsWith('/raw') ? 'raw.X' : 'adata.X';
}

/** A line that puts `value` there; raw itself takes no assignment. */
function assignTo(path: string, value: string): string {
  if (!path.startsWith('/raw')) return `${accessTo(path)} = ${value}`;
  return `raw = adata.raw.to_adata(); raw.X = ${value}; adata.raw = raw`;
}
