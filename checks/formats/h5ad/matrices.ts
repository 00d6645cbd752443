/** Do the matrices fit the cells, the genes and each other, and is there one of raw counts where the assay needs one? */

import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { type AnnData, type Frame, isRead, lengthOf, type Matrix, type Unread } from '../../readers/anndata.js';
import { textsOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { pointersOf } from '../../readers/matrix.js';
import { DOCS, ON_DISK } from './docs.js';
import type { H5ad } from './h5ad.js';
import { accessTo, assignTo } from './matrix-names.js';
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
  yield* judgePresence(hdf5, pen);
  for (const matrix of [X, rawX, ...layers]) {
    if (matrix) yield* guarded(pen, judgeEncoding(hdf5, matrix, pen));
  }
  yield* judgeShapes(anndata, pen);
  yield* guarded(pen, judgeGeneOrder(hdf5, anndata, pen));
}

/** AnnData itself does without X; who reads the file does not. */
function* judgePresence({ root }: Hdf5, pen: MatrixPen): Saying {
  if (!root.children.has('X')) {
    const fix = 'Put the normalised values there, or the counts: `adata.X = adata.raw[:, adata.var_names].X`.';
    yield pen.report('F01', { location: '/X', why: 'there is no X', found: 'nothing', fix });
  }
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
    const why = pointersOf(hdf5, matrix).wrong.join(', and ');
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

/** Whether it has the cells and genes of the file; if not, AnnData would not open it, and that has been said. */
export const isFitting = ({ shape }: Matrix, { obs, var: genes }: AnnData): boolean =>
  (rowsOf(obs) ?? shape[0]) === shape[0] && (rowsOf(genes) ?? shape[1]) === shape[1];

const rowsOf = (frame: Frame | null): number | null =>
  frame?.index && frame.index.kind !== 'closed' ? lengthOf(frame.index) : null;
