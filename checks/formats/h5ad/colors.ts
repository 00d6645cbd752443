/** Are the colours in uns those of a categorical column of obs: enough of them, and each one that a browser can show? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import type { Column } from '../../readers/anndata.js';
import { textsOf, valuesOf } from '../../readers/columns.js';
import { Hdf5Fault } from '../../readers/hdf5-library.js';
import type { Node } from '../../readers/hdf5-tree.js';
import { inWords, type UnsValue, unsNodes, unsValueOf } from '../../readers/uns.js';
import { COLOR_NAMES } from './color-names.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import { type Fault, inBounds } from './in-bounds.js';
import { type FILE_RULES, type Saying, unreadable } from './saying.js';

const COLORS = `${DOCS.schema}#column_colors`;

export const COLOR_RULES = {
  C01: {
    severity: 'error',
    message: 'The colours in {subject} must be an array of strings, one for each category; they are {found}.',
    fix: 'Write an array: `adata.uns["{name}"] = numpy.array(["#1f77b4", …])`.',
    docs: COLORS,
  },
  C02: {
    severity: 'error',
    message: 'There are colours in {subject}, and obs has no column "{column}".',
    fix: 'Name them for the column whose colours they are, or remove them: `del adata.uns["{name}"]`.',
    docs: COLORS,
  },
  C02b: {
    severity: 'error',
    message: 'There are colours in {subject}, and the column "{column}" of obs is not categorical.',
    fix: 'Make it categorical, or remove the colours: `del adata.uns["{name}"]`.',
    docs: COLORS,
  },
  C02c: {
    severity: 'error',
    message: 'There are colours in {subject}, and "{column}" is a column that the system writes.',
    fix: 'Give them to the column of its terms: `{line}`.',
    docs: COLORS,
  },
  C03: {
    severity: 'error',
    message: 'There are too few colours in {subject}: {found}, and the column has {expected} values.',
    fix: 'Give each category a colour: `adata.uns["{name}"] = numpy.array([…])`, in the order of `adata.obs["{column}"].cat.categories`.',
    docs: COLORS,
  },
  C04: {
    severity: 'error',
    message: 'The colours in {subject} must be strings; they are {found}.',
    fix: 'Write them as #rrggbb: `adata.uns["{name}"] = numpy.array([matplotlib.colors.to_hex(c) for c in …])`.',
    docs: COLORS,
  },
  C05: {
    severity: 'error',
    message: 'The colours in {subject} must all be #rrggbb or all be CSS4 names; they are {found}.',
    fix: 'Write all as #rrggbb: `adata.uns["{name}"] = numpy.array([matplotlib.colors.to_hex(c) for c in adata.uns["{name}"]])`.',
    docs: COLORS,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type ColorRule = keyof typeof COLOR_RULES;
type ColorPen = Pen<ColorRule | keyof typeof FILE_RULES>;

const SUFFIX = '_colors';
const HEX = /^#[0-9a-fA-F]{6}$/;
/** Values of a column that are counted to say how many colours there must be. */
const MOST_COUNTED = 1_000;

export function* judgeColors(h5ad: H5ad, pen: ColorPen): Saying {
  const unread: unknown[] = [];
  yield* inBounds(pen, '/uns', faultsIn(h5ad, unread));
  for (const fault of unread.slice(0, 5)) yield unreadable(pen, fault);
}

function* faultsIn(h5ad: H5ad, unread: unknown[]): Generator<Fault<ColorRule>> {
  const { hdf5, anndata } = h5ad;
  if (!anndata.obs) return;
  for (const [key, node] of unsNodes(hdf5)) {
    if (!key.endsWith(SUFFIX)) continue;
    try {
      for (const fault of faultsOf(h5ad, key, node)) {
        const { rule, told } = fault;
        const column = key.slice(0, -SUFFIX.length);
        yield { rule, subject: `uns["${key}"]`, told: { location: `/uns/${key}`, name: key, column, ...told } };
      }
    } catch (error) {
      if (!(error instanceof Hdf5Fault)) throw error;
      unread.push(error);
    }
  }
}

type Told = Omit<Fault<ColorRule>, 'subject'>;

/** The first of these that is so ends it, but that colours may be both too few and none. */
function faultsOf(h5ad: H5ad, key: string, node: Node): Told[] {
  const name = key.slice(0, -SUFFIX.length);
  const obs = h5ad.anndata.obs;
  const column = obs?.columns.get(name);
  // Of a column that cannot be read, that is told.
  if (column?.kind === 'closed' || obs?.faults.some(({ place }) => place === `/obs/${name}`)) return [];
  if (column?.kind !== 'categorical') return [withoutCategories(h5ad, key, name, column)];

  const value = unsValueOf(h5ad.hdf5, node);
  if (value.kind === 'unreadable') return [];
  const found = inWords(value);
  if (value.kind !== 'array' || value.shape.length !== 1)
    return [{ rule: 'C01', told: { found, expected: 'an array' } }];
  const [length = 0] = value.shape;
  if (length > 0 && !value.values.text) return [{ rule: 'C04', told: { found, expected: 'strings' } }];
  return [...tooFew(h5ad, column, length), ...otherThanColors(h5ad, value)];
}

function withoutCategories({ schema }: H5ad, key: string, name: string, column: Column | undefined): Told {
  const terms = Object.keys(schema.terms).find((term) => schema.terms[term]?.label === name);
  if (terms) {
    const line = `adata.uns["${terms}${SUFFIX}"] = adata.uns.pop("${key}")`;
    return { rule: 'C02c', told: { line, expected: `${terms}${SUFFIX}` } };
  }
  // The organism, which is one for the whole file.
  if (schema.reserved.uns.includes(name)) return { rule: 'C02c', told: { line: `del adata.uns["${key}"]` } };
  if (!column) return { rule: 'C02', told: {} };
  const found = column.kind === 'plain' ? column.values.dtype : column.kind;
  return { rule: 'C02b', told: { found, expected: 'categorical' } };
}

function tooFew({ hdf5 }: H5ad, column: Column, length: number): Told[] {
  const used = valuesOf(hdf5, column, Math.max(length + 1, MOST_COUNTED)).size;
  return used > length ? [{ rule: 'C03', told: { found: `${length}`, expected: `${used}` } }] : [];
}

function otherThanColors({ hdf5 }: H5ad, { values: dataset }: UnsValue & { kind: 'array' }): Told[] {
  const tally = { hex: 0, names: 0, others: 0 };
  const samples: string[] = [];
  for (const { first, values } of dataset.text
    ? textsOf(hdf5, { kind: 'plain', path: dataset.path, values: dataset })
    : []) {
    values.forEach((color, i) => {
      const kind = color !== null && HEX.test(color) ? 'hex' : COLOR_NAMES.has(color ?? '') ? 'names' : 'others';
      tally[kind]++;
      if (kind === 'others' && samples.length < 5) samples.push(`${first + i}: "${color?.slice(0, 40)}"`);
    });
  }
  const { hex, names, others } = tally;
  if (others === 0 && (hex === 0 || names === 0)) return [];
  const found = [hex && `${hex} #rrggbb`, names && `${names} by name`, others && `${others} of neither form`];
  return [{ rule: 'C05', told: { found: found.filter(Boolean).join(', '), count: others || names, samples } }];
}
