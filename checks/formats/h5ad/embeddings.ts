/** Are there embeddings, under names that can be shown, and does each have a place for every cell? */
import type { Pen, Told } from '../../check.js';
import type { Rule } from '../../finding.js';
import { type Entry, lengthOf } from '../../readers/anndata.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { Hdf5Fault } from '../../readers/hdf5-library.js';
import { unsAt } from '../../readers/uns.js';
import { anyOf, isSlideSeq, isVisium } from './assays.js';
import { DOCS } from './docs.js';
import { notFiniteIn } from './embedding-values.js';
import type { H5ad } from './h5ad.js';
import { type Fault, inBounds } from './in-bounds.js';
import { type FILE_RULES, type Saying, unreadable } from './saying.js';

const OBSM = `${DOCS.schema}#obsm-embeddings`;
const rule = (severity: Rule['severity'], message: string, fix: string) =>
  ({ severity, message, fix, docs: OBSM }) as const;

const RENAME = 'Give it another name: `adata.obsm["X_umap"] = adata.obsm.pop({name})`.';
const NUMBERS = 'Write numbers: `adata.obsm[{name}] = adata.obsm[{name}].astype("float32")`.';
const INFINITE =
  'Compute it again from finite values; these rows are infinite: `~numpy.isfinite(adata.obsm[{name}]).all(axis=1)`.';
const ALL_NAN = 'Compute it again, or remove it: `del adata.obsm[{name}]`.';

export const EMBEDDING_RULES = {
  F08: rule('error', '{subject} is an array of size zero ({found}).', 'Remove it: `del adata.{frame}[{name}]`.'),
  E01: rule(
    'error',
    'There is no embedding: obsm is empty.',
    'Add one, of two dimensions or more: `sc.pp.neighbors(adata); sc.tl.umap(adata)`.',
  ),
  E02: rule(
    'error',
    'No embedding has a name that begins with X_; obsm has {found}.',
    'Give the one to be shown such a name: `adata.obsm["X_umap"] = adata.obsm.pop({name})`.',
  ),
  E03: rule('error', '{subject} has a name that is not allowed: where spots lie is "spatial".', RENAME),
  E04: rule(
    'error',
    'The name of {subject} goes on after X_ with {found}; it must be a letter, and then letters, digits, _, . or -.',
    RENAME,
  ),
  E05: rule('error', 'The name of {subject} must be a letter, and then letters, digits, _, . or -.', RENAME),
  E06: rule(
    'warning',
    '{subject} is neither "spatial" nor begins with X_: it will not be shown.',
    'If it is to be shown, rename it: `adata.obsm["X_" + {name}] = adata.obsm.pop({name})`.',
  ),
  E07: rule(
    'error',
    '{subject} must be a plain array; it is {found}.',
    'Convert it: `adata.obsm[{name}] = {conversion}`.',
  ),
  E08: rule(
    'error',
    '{subject} must have a row for each cell and two dimensions or more; it is {found}, and there are {cells} cells.',
    'Compute it again for these cells, or remove it: `del adata.obsm[{name}]`.',
  ),
  E09: rule(
    'error',
    '{subject} must have two columns or more; it has {found}.',
    'Compute it with two components or more, or remove it: `del adata.obsm[{name}]`.',
  ),
  E10: rule('error', '{subject} has no column.', 'Remove it: `del adata.obsm[{name}]`.'),
  E11: rule('error', '{subject} must hold integers or floats; it holds {found}.', NUMBERS),
  E12: rule('error', '{subject} has {count} infinite values.', INFINITE),
  E13: rule('error', '{subject} has no value that is not NaN.', ALL_NAN),
  E14: rule(
    'error',
    '{subject} has {count} values that are NaN: where each spot lies must be known.',
    'Remove the spots that lie nowhere: `adata = adata[~numpy.isnan(adata.obsm[{name}]).any(axis=1)].copy()`.',
  ),
  E15: rule(
    'error',
    'uns.spatial.is_single is True, and obsm has no "spatial", which says where the spots lie.',
    'Add it: `adata.obsm["spatial"] = adata.obs[["pxl_col_in_fullres", "pxl_row_in_fullres"]].to_numpy()`.',
  ),
  E16: rule(
    'error',
    'obsm has "spatial", and uns.spatial.is_single is not set.',
    'Say whether it is one section, `adata.uns["spatial"] = {"is_single": True}`, or remove it: `del adata.obsm["spatial"]`.',
  ),
  // Of what is not shown, these are no errors.
  E11w: rule('warning', '{subject} should hold integers or floats; it holds {found}.', NUMBERS),
  E12w: rule('warning', '{subject} has {count} infinite values.', INFINITE),
  E13w: rule('warning', '{subject} has no value that is not NaN.', ALL_NAN),
} as const satisfies Readonly<Record<string, Rule>>;

type EmbeddingRule = keyof typeof EMBEDDING_RULES;
type EmbeddingPen = Pen<EmbeddingRule | keyof typeof FILE_RULES>;

const NAME = /^[a-zA-Z][a-zA-Z0-9_.-]*$/;
const SPATIAL = 'spatial';
const NUMBER = /^(float|u?int)(8|16|32|64)$/;
/** In all of obsm: ten million cells with 400 columns. It takes minutes to say of more that they are numbers. */
const MOST_VALUES = 2 ** 32;

export function* judgeEmbeddings(h5ad: H5ad, pen: EmbeddingPen): Saying {
  const { anndata, mode } = h5ad;
  yield* judgeSizes(h5ad, pen);
  if (!mode.preAnalysis) yield* judgeKeys(h5ad, pen);

  const unread: unknown[] = [];
  const budget = { left: MOST_VALUES };
  const faults = faultsIn(anndata.obsm, (entry) => faultsOf(h5ad, entry, budget), unread);
  yield* inBounds(pen, '/obsm', faults);
  for (const fault of unread.slice(0, 5)) yield unreadable(pen, fault);
}

function* judgeSizes({ anndata: { obsm, obsp, varm, varp } }: H5ad, pen: EmbeddingPen): Saying {
  for (const [frame, entries] of Object.entries({ varm, varp, obsm, obsp })) {
    yield* inBounds(pen, `/${frame}`, zeroesIn(frame, entries));
  }
}

function* zeroesIn(frame: string, entries: readonly Entry[]): Generator<Fault<EmbeddingRule>> {
  for (const { key, path: location, ...entry } of entries) {
    if (entry.kind !== 'array' || !entry.values.shape.includes(0)) continue;
    const told = { location, frame, name: JSON.stringify(key), found: entry.values.shape.join(' × ') };
    yield { rule: 'F08', subject: `${frame}["${key}"]`, told };
  }
}

/** Which there must be, and which not. */
function* judgeKeys(h5ad: H5ad, pen: EmbeddingPen): Saying {
  const { embeddings } = h5ad.anndata;
  const [first] = embeddings;
  const hasSpatial = embeddings.includes(SPATIAL);
  if (h5ad.isSingle && !hasSpatial) yield pen.report('E15', { location: `/obsm/${SPATIAL}`, found: 'nothing' });
  if (hasSpatial && !isSingleSet(h5ad)) yield pen.report('E16', { location: `/obsm/${SPATIAL}` });
  if (first === undefined) {
    yield pen.report('E01', { location: '/obsm', found: 'nothing', expected: 'an embedding' });
  } else if (!embeddings.some((key) => key.startsWith('X_'))) {
    const isSpatial = anyOf([isSlideSeq(h5ad), isVisium(h5ad)]);
    const found = embeddings.slice(0, 5).join(', ');
    const told = { location: '/obsm', name: JSON.stringify(first), found, expected: 'X_…' };
    if (isSpatial === null)
      yield pen.undecided('E02', 'Whether an embedding must begin with X_ depends on the assays.');
    else if (!isSpatial) yield pen.report('E02', told);
  }
}

/** One that is no bool is told of uns.spatial. */
function isSingleSet({ hdf5 }: H5ad): boolean {
  const value = unsAt(hdf5, SPATIAL, 'is_single');
  return value !== null && value.kind !== 'null';
}

/** One that cannot be read keeps none of the others from being judged. */
function* faultsIn(
  entries: readonly Entry[],
  judge: (entry: Entry) => Iterable<Finding>,
  unread: unknown[],
): Generator<Fault<EmbeddingRule>> {
  for (const entry of entries) {
    const { key, path: location } = entry;
    const subject = `obsm["${key}"]`;
    try {
      for (const [code, told] of judge(entry)) {
        yield { rule: code, subject, told: { location, name: JSON.stringify(key), ...told } };
      }
    } catch (error) {
      if (!(error instanceof Hdf5Fault)) throw error;
      unread.push(error);
    }
  }
}

interface Budget {
  left: number;
}
type Finding = readonly [EmbeddingRule, Told];

function* faultsOf(h5ad: H5ad, entry: Entry, budget: Budget): Generator<Finding> {
  const isShown = entry.key.startsWith('X_') || entry.key.toLowerCase() === SPATIAL;
  yield* ofItsName(entry.key, isShown);
  if (entry.kind === 'closed') return;
  if (entry.kind === 'other') {
    const access = `adata.obsm[${JSON.stringify(entry.key)}]`;
    const conversion = access + (entry.encoding === 'dataframe' ? '.to_numpy()' : '.toarray()');
    yield ['E07', { found: entry.encoding ?? 'a group of no encoding', expected: 'array', conversion }];
    return;
  }
  yield* ofItsShape(h5ad, entry.values.shape, isShown);
  yield* ofItsValues(h5ad.hdf5, entry, isShown, budget);
}

function* ofItsName(key: string, isShown: boolean): Generator<Finding> {
  if (key.toLowerCase() === `x_${SPATIAL}` && key.startsWith('X_')) yield ['E03', { found: key }];
  else if (key.startsWith('X_') && !NAME.test(key.slice(2))) yield ['E04', { found: JSON.stringify(key.slice(2)) }];
  if (isShown) return;
  if (!NAME.test(key)) yield ['E05', { found: key }];
  yield ['E06', { found: key }];
}

function* ofItsShape({ anndata: { obs } }: H5ad, shape: readonly number[], isShown: boolean): Generator<Finding> {
  const cells = obs?.index && obs.index.kind !== 'closed' ? lengthOf(obs.index) : null;
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || (cells !== null && rows !== cells)) {
    yield [
      'E08',
      { found: shape.join(' × ') || 'one value', expected: `${cells ?? '?'} × 2 or more`, cells: cells ?? '?' },
    ];
  }
  if (columns === undefined) return;
  if (isShown && columns < 2) yield ['E09', { found: `${columns}`, expected: '2 or more' }];
  if (!isShown && columns === 0) yield ['E10', { found: '0' }];
}

function* ofItsValues(
  hdf5: Hdf5,
  { key, values }: Entry & { kind: 'array' },
  isShown: boolean,
  budget: Budget,
): Generator<Finding> {
  const { path, dtype, shape } = values;
  if (!NUMBER.test(dtype)) yield [isShown ? 'E11' : 'E11w', { found: dtype, expected: 'integer or float' }];
  const size = shape.reduce((product, length) => product * length, 1);
  if (!dtype.startsWith('float') || !NUMBER.test(dtype) || size === 0) return;
  if (size > budget.left) throw new Hdf5Fault(path, `obsm has more than the ${MOST_VALUES} values that are read`);
  budget.left -= size;

  const { infinite, nan, isAllNan } = notFiniteIn(hdf5, values);
  if (infinite.count > 0) yield [isShown ? 'E12' : 'E12w', { ...infinite }];
  if (nan.count > 0 && key.toLowerCase() === SPATIAL) yield ['E14', { ...nan }];
  else if (isAllNan) yield [isShown ? 'E13' : 'E13w', { found: 'NaN', count: nan.count }];
}
