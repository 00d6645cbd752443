/** Are there raw counts where the assay needs them, and do the values of all matrices make sense? Told after one pass over each. */

import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { type AnnData, isRead, type Matrix, storedIn, type Unread } from '../../readers/anndata.js';
import { textsOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { pointersOf } from '../../readers/matrix.js';
import { is11mm, isVisiumSection, needsRawCounts } from './assays.js';
import { DOCS } from './docs.js';
import { duplicatesIn } from './duplicates.js';
import { ASSAY, type H5ad } from './h5ad.js';
import { isFitting } from './matrices.js';
import type { Tally } from './matrix-count.js';
import { accessTo, assignTo, cellOf, nameOf } from './matrix-names.js';
import { indicesOf, MOST_HASHED, MOST_INDICES, type Passed, passOver } from './matrix-pass.js';
import { type FILE_RULES, guarded, type Saying, type SayingLater, unreadable } from './saying.js';

/** Python. raw.var must not say which genes are filtered. */
const KEEP_COUNTS =
  'raw = adata.copy(); raw.var = raw.var.drop(columns="feature_is_filtered", errors="ignore"); adata.raw = raw';

export const COUNT_RULES = {
  M02: {
    severity: 'error',
    message:
      'The matrix {location} is dense, and {percent} % of its values are zero; with more than half, it must be CSR.',
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
  M05v: {
    severity: 'error',
    message: '{count} spots inside of the tissue have no count at all in {location}.',
    fix: 'Take the counts as Space Ranger gave them (raw_feature_bc_matrix), or compare in_tissue with its tissue_positions.',
    docs: DOCS.matrices,
  },
  M05w: {
    severity: 'error',
    message:
      'None of the {count} spots outside of the tissue has a count in {location}: they were emptied, or never read.',
    fix: 'Take the counts of all spots as Space Ranger gave them, those outside of the tissue too (raw_feature_bc_matrix).',
    docs: DOCS.matrices,
  },
  M06: {
    severity: 'error',
    message: 'A Visium section must come with all of its {expected}, and {location} has {found}.',
    fix: 'Start from the unfiltered matrix of Space Ranger, raw_feature_bc_matrix, and leave every spot in.',
    docs: DOCS.matrices,
  },
  M07: {
    severity: 'error',
    message: 'The raw counts are missing: there is no raw.X, and X is {found}.',
    fix: `Keep the counts before you normalise: \`${KEEP_COUNTS}\`, with raw counts in \`adata.X\` at that time.`,
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
    fix: `Keep the counts in raw and normalise X: \`${KEEP_COUNTS}; sc.pp.normalize_total(adata); sc.pp.log1p(adata)\`.`,
    docs: DOCS.matrices,
  },
  F09: {
    severity: 'error',
    message: '{count} cells have the same counts as another cell in {location}.',
    fix: 'Find out how they came twice, and keep one of each: `{line}`.',
    docs: DOCS.matrices,
  },
  V06: {
    severity: 'warning',
    message: '{count} values of X are not zero though feature_is_filtered says that their genes are filtered out.',
    fix: 'Set them to zero, or the flag to False: `{line}`.',
    docs: DOCS.genes,
  },
  V08: {
    severity: 'warning',
    message: '{count} genes have counts in raw.X and nothing in X, and feature_is_filtered does not say so.',
    fix: 'Say that they are filtered, or bring their values back: `{line}`.',
    docs: DOCS.genes,
  },
  V09: {
    severity: 'error',
    message: 'Whether feature_is_filtered is right cannot be told: raw.X has {found}, and X has {expected}.',
    fix: 'Keep in raw all genes that are in X: `adata.raw = counts[:, adata.var_names]`, with counts as they were.',
    docs: DOCS.genes,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type CountRule = keyof typeof COUNT_RULES;
type CountPen = Pen<CountRule | 'M14' | keyof typeof FILE_RULES>;

/** What is said of raw counts alone, and cannot be where it is not known whether there must be any. */
const RAW_RULES: readonly CountRule[] = ['M03', 'M04', 'M05', 'M05v', 'M05w', 'M06', 'M07', 'M08', 'M09'];

export async function* judgeCounts(h5ad: H5ad, pen: CountPen): SayingLater {
  const { hdf5, anndata } = h5ad;
  const { X, rawX, layers } = anndata;
  const hasRaw = hdf5.root.children.has('raw');
  const raw = hasRaw ? rawX : X;
  yield pen.learn({ rawLocation: hasRaw ? 'raw.X' : null, matrix: factsOf(raw ?? X) });

  const passed = new Map<Matrix, Passed>();
  for (const matrix of new Set([raw, X, rawX, ...layers])) {
    if (isRead(matrix)) yield* passThrough(h5ad, matrix, passed, pen);
  }
  yield* guarded(pen, judgeRaw(h5ad, raw, passed, pen));
  yield* guarded(pen, judgeFiltered(h5ad, passed, pen));
  yield* guarded(pen, learnGenes(h5ad, raw, passed, pen));
}

/** Have large matrices read while the rest of the file is judged. */
export function* readAhead(h5ad: H5ad): Saying {
  passOver(h5ad);
  yield* [];
}

/** Its values, where they can be told apart and belong to the cells and genes of the file; else that has been said. */
async function* passThrough(h5ad: H5ad, matrix: Matrix, passed: Map<Matrix, Passed>, pen: CountPen): SayingLater {
  const { hdf5, anndata } = h5ad;
  const { path: location } = matrix;
  try {
    const isSound = matrix.encoding === 'array' || pointersOf(hdf5, matrix).wrong.length === 0;
    if (!isSound || !(matrix === anndata.rawX || isFitting(matrix, anndata))) return;
    if (indicesOf(matrix) > MOST_INDICES) {
      const why = `it is ${matrix.shape.join(' × ')}, and no more than ${MOST_INDICES} are counted`;
      yield pen.report('M14', { location, key: 'size', why, line: assignTo(location, accessTo(location)) });
      return;
    }
    const counted = await passOver(h5ad).count(matrix);
    passed.set(matrix, counted);
    yield* judgeIndices(hdf5, anndata, matrix, counted, pen);
    yield* judgeDensity(matrix, counted, pen);
  } catch (error) {
    yield unreadable(pen, error);
  }
}

function* judgeIndices(hdf5: Hdf5, anndata: AnnData, matrix: Matrix, counted: Passed, pen: CountPen): Saying {
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

function* judgeDensity(matrix: Matrix, { nonZeros }: Passed, pen: CountPen): Saying {
  const { path: location } = matrix;
  const all = storedIn(matrix);
  const zeros = 1 - nonZeros / all;
  if (matrix.encoding !== 'array' || !(zeros > 0.5)) return;
  const percent = (100 * zeros).toFixed(1);
  const line = assignTo(location, `scipy.sparse.csr_matrix(${accessTo(location)})`);
  yield pen.report('M02', { location, percent, found: `${percent} % zeros`, expected: 'csr_matrix', line });
}

function* judgeRaw(
  h5ad: H5ad,
  raw: Matrix | Unread | null,
  passed: ReadonlyMap<Matrix, Passed>,
  pen: CountPen,
): Saying {
  const { hdf5 } = h5ad;
  const counted = isRead(raw) ? passed.get(raw) : undefined;
  const outside = outsideIn(h5ad);
  if (isRead(raw) && counted) yield* judgeDuplicates(h5ad, raw, counted, outside, pen);

  const isNeeded = needsRawCounts(h5ad);
  if (isNeeded === null) {
    const reason = h5ad.assays
      ? 'Whether there must be raw counts depends on where the assays stand in EFO, which is not installed.'
      : `Whether there must be raw counts depends on obs/${ASSAY}.`;
    yield* undecided(RAW_RULES, reason, pen);
  }
  if (!isNeeded) return;
  const isMissing = !raw && !hdf5.root.children.has(hdf5.root.children.has('raw') ? 'raw' : 'X');
  if (isMissing) yield pen.report('M07', { location: '/X', found: 'missing' });
  if (isRead(raw)) yield* judgeNeeded(h5ad, raw, counted ?? null, outside, pen);
}

/** Rows whose in_tissue is 0: 1 for each; null where there is no such column. */
function outsideIn({ hdf5, anndata: { obs } }: H5ad): Uint8Array | null {
  const column = obs?.columns.get('in_tissue');
  if (!column || column.kind === 'closed') return null;
  const outside: number[] = [];
  let rows = 0;
  for (const { first, values } of textsOf(hdf5, column)) {
    rows = first + values.length;
    values.forEach((value, i) => {
      if (value === '0') outside.push(first + i);
    });
  }
  const flags = new Uint8Array(rows);
  for (const row of outside) flags[row] = 1;
  return flags;
}

function* judgeDuplicates(
  { hdf5, anndata }: H5ad,
  raw: Matrix,
  { rows }: Passed,
  outside: Uint8Array | null,
  pen: CountPen,
): Saying {
  if (!rows?.hashes) {
    yield pen.undecided('F09', `Rows are compared in matrices of up to ${MOST_HASHED} cells.`);
    return;
  }
  const { count, pairs } = duplicatesIn(rows.hashes.sums, (row) => outside?.[row] === 1);
  if (count === 0) return;
  const { path: location } = raw;
  const samples = pairs.map(([a, b]) => `${cellOf(hdf5, anndata.obs, a)} and ${cellOf(hdf5, anndata.obs, b)}`);
  const rowsInPython = `${accessTo(location).replace(/^raw/, 'adata.raw')}${raw.encoding === 'array' ? '' : '.toarray()'}`;
  const line = `adata = adata[~pd.DataFrame(${rowsInPython}).duplicated().values].copy()`;
  yield pen.report('F09', { location, count, samples, line });
}

function* judgeNeeded(
  h5ad: H5ad,
  raw: Matrix,
  counted: Passed | null,
  outside: Uint8Array | null,
  pen: CountPen,
): Saying {
  const { path: location, data } = raw;
  const isFloat = data.dtype === 'float32';
  if (!isFloat) {
    const line = assignTo(location, `${accessTo(location)}.astype("float32")`);
    yield pen.report('M03', { location, found: data.dtype, expected: 'float32', line });
  }
  const isSection = isVisiumSection(h5ad);
  const isWhole = yield* judgeSpots(h5ad, raw, isSection, pen);
  if (!counted) return;

  const areCounts = yield* judgeValues(h5ad, raw, counted, pen);
  const areFilled = yield* judgeEmpty(h5ad, { raw, counted, outside, isSection }, pen);
  const verdicts = [isFloat, isWhole, areCounts, areFilled];
  if (verdicts.includes(false)) {
    if (location === '/X') yield pen.report('M07', { location, found: 'no matrix of raw counts' });
    else yield pen.report('M08', { location });
  } else if (verdicts.includes(null)) {
    yield* undecided(['M07', 'M08', 'M09'], SECTION_UNKNOWN, pen);
  } else if (location === '/X') {
    yield pen.report('M09', { location });
    yield pen.learn({ rawLocation: 'X' });
  }
}

type Judging = Generator<ReturnType<CountPen['learn']>, boolean | null>;

const SECTION_UNKNOWN =
  'Whether this is a Visium section depends on where its assays stand in EFO, which is not installed.';

/** Whether all spots of a Visium section are there; null where it is not known that it is one. */
function* judgeSpots(h5ad: H5ad, { path: location, shape }: Matrix, isSection: boolean | null, pen: CountPen): Judging {
  if (isSection === null) yield* undecided(['M06'], SECTION_UNKNOWN, pen);
  if (!isSection) return isSection === null ? null : true;
  const { usual, of11mm } = h5ad.schema.spatial.rows;
  const rows = is11mm(h5ad) ? of11mm : usual;
  if (shape[0] === rows) return true;
  yield pen.report('M06', { location, found: `${shape[0]} rows`, expected: `${rows} rows` });
  return false;
}

const KINDS = { fractions: 'with a fraction', negatives: 'negative', infinities: 'NaN or infinite' } as const;

/** Whether all values are counts. The reference validator lets NaN and infinity pass; this does not. */
function* judgeValues({ hdf5, anndata }: H5ad, raw: Matrix, counted: Passed, pen: CountPen): Judging {
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

interface Spots {
  readonly raw: Matrix;
  readonly counted: Passed;
  readonly outside: Uint8Array | null;
  readonly isSection: boolean | null;
}

/** Whether all rows have counts that must; null where it is not known which must. */
function* judgeEmpty(h5ad: H5ad, { raw, counted, outside, isSection }: Spots, pen: CountPen): Judging {
  const { hdf5, anndata } = h5ad;
  const filled = counted.rows?.filled ?? new Uint8Array();
  const hasOutside = outside?.includes(1) ?? false;
  if (hasOutside && isSection === null && filled.includes(0)) {
    yield* undecided(['M05', 'M05v', 'M05w'], SECTION_UNKNOWN, pen);
    return null;
  }
  const { path: location, shape } = raw;
  if (!hasOutside || !outside || !isSection) {
    const { count, first } = emptyIn(filled, () => true);
    if (count === 0) return true;
    const sums = `np.asarray(adata.${location.slice(1).replace('/', '.')}.sum(axis=1)).ravel()`;
    const line = `adata = adata[${sums} > 0].copy()`;
    const samples = first.map((row) => cellOf(hdf5, anndata.obs, row));
    yield pen.report('M05', { location, count, rows: shape[0], line, samples });
    return false;
  }

  const spots = outside.reduce((sum, flag) => sum + flag, 0);
  const beyond = emptyIn(filled, (row) => outside[row] === 1);
  const inside = emptyIn(filled, (row) => outside[row] !== 1);
  if (beyond.count === spots) yield pen.report('M05w', { location, count: spots });
  if (inside.count > 0) {
    const samples = inside.first.map((row) => cellOf(hdf5, anndata.obs, row));
    yield pen.report('M05v', { location, count: inside.count, samples });
  }
  return beyond.count < spots && inside.count === 0;
}

function emptyIn(filled: Uint8Array, isAsked: (row: number) => boolean): { count: number; first: readonly number[] } {
  const first: number[] = [];
  let count = 0;
  for (let row = filled.indexOf(0); row !== -1; row = filled.indexOf(0, row + 1)) {
    if (isAsked(row) && ++count <= 5) first.push(row);
  }
  return { count, first };
}

const GENES_TOLD = 5;

/** Whether feature_is_filtered says what is so: of genes that are filtered X has no values, and of the others raw.X no more. */
function* judgeFiltered({ hdf5, anndata }: H5ad, passed: ReadonlyMap<Matrix, Passed>, pen: CountPen): Saying {
  const { X, rawX, var: genes } = anndata;
  if (isRead(X) && isRead(rawX) && rawX.shape[1] < X.shape[1]) {
    yield pen.report('V09', { location: '/raw/X', found: `${rawX.shape[1]} genes`, expected: `${X.shape[1]} genes` });
  }
  const column = genes?.columns.get('feature_is_filtered');
  const inX = isRead(X) ? passed.get(X)?.byColumn : undefined;
  if (!genes?.index || column?.kind !== 'plain' || column.values.dtype !== 'bool' || !inX) return;
  const inRaw = isRead(rawX) && passed.get(rawX)?.byColumn;
  const filtered = hdf5.numbers(column.values, [0, column.values.shape[0] ?? 0]);

  let values = 0;
  const flagged: string[] = [];
  const emptied: string[] = [];
  let empty = 0;
  for (const { first, values: ids } of textsOf(hdf5, genes.index)) {
    ids.forEach((id, i) => {
      const count = inX[first + i] ?? 0;
      const gene = `gene ${first + i} (${id})`;
      if (filtered[first + i] && count > 0) {
        values += count;
        if (flagged.length < GENES_TOLD) flagged.push(`${gene}: ${count}`);
      } else if (!filtered[first + i] && count === 0 && inRaw && inRaw.length === inX.length && inRaw[first + i]) {
        if (++empty <= GENES_TOLD) emptied.push(gene);
      }
    });
  }
  if (values > 0) {
    const kept = '~adata.var["feature_is_filtered"].values';
    const line = `adata.X = ${isRead(X) && X.encoding === 'array' ? `adata.X * ${kept}` : `adata.X.multiply(${kept}).tocsr()`}`;
    yield pen.report('V06', { location: column.path, count: values, samples: flagged, line });
  }
  if (empty > 0) {
    const line = 'adata.var.loc[np.asarray((adata.X != 0).sum(axis=0)).ravel() == 0, "feature_is_filtered"] = True';
    yield pen.report('V08', { location: column.path, count: empty, samples: emptied, line });
  }
}

/** How many genes have a count in a cell, by average; spike-ins are no genes. */
function* learnGenes(
  { hdf5, anndata }: H5ad,
  raw: Matrix | Unread | null,
  passed: ReadonlyMap<Matrix, Passed>,
  pen: CountPen,
): Saying {
  const index = (raw === anndata.X ? anndata.var : anndata.rawVar)?.index;
  const counted = isRead(raw) ? passed.get(raw) : undefined;
  if (!isRead(raw) || !counted || !index || raw.shape[0] === 0) return;
  let values = 0;
  for (const { first, values: ids } of textsOf(hdf5, index)) {
    ids.forEach((id, i) => {
      if (!id?.startsWith('ERCC')) values += counted.byColumn[first + i] ?? 0;
    });
  }
  yield pen.learn({ meanGenesPerCell: values / raw.shape[0] });
}

function* undecided(rules: readonly CountRule[], reason: string, pen: CountPen): Saying {
  for (const rule of rules) yield pen.undecided(rule, reason);
}

function factsOf(matrix: Matrix | Unread | null) {
  if (!matrix) return null;
  const { encoding } = matrix;
  return isRead(matrix) ? { encoding, dtype: matrix.data.dtype, storedValues: storedIn(matrix) } : { encoding };
}
