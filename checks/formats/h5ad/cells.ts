/** Are the columns of obs filled in: nothing missing, of one type, and with the values that go together? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { type AnnData, type Column, lengthOf } from '../../readers/anndata.js';
import { categoriesOf } from '../../readers/column-values.js';
import { groupsOf, isText, missingIn } from '../../readers/columns.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import { cellOf } from './matrix-names.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

export const CELL_RULES = {
  O03: {
    severity: 'error',
    message: '{cells} without a value in {location}.',
    fix: 'Fill it in: `{line}`.',
    docs: DOCS.cells,
  },
  O04: {
    severity: 'error',
    message: 'The column {location} has values of more than one type: {found}.',
    fix: 'Make them of one type: `{line}`.',
    docs: DOCS.cells,
  },
  O05: {
    severity: 'error',
    message: 'The categories of {location} are {found}; categories must be of one type that is not bool.',
    fix: 'Make the column one of bools, or its categories strings: `{line}`.',
    docs: DOCS.cells,
  },
  O08: {
    severity: 'error',
    message: 'The column {location} has a category that is empty.',
    fix: 'Give it a name: `{line}`.',
    docs: DOCS.cells,
  },
  O09: {
    severity: 'error',
    message: '{cells}{where} with {found} in {location}; it must be {expected}.',
    fix: 'Put one of these in its place: `{line}`.',
    docs: DOCS.cells,
  },
  O10: {
    severity: 'error',
    message: '{cells} of no cell line with the donor "{found}", which is for cell lines alone.',
    fix: 'Name their donors, each by a name of its own; "unknown" where nobody knows: `{line}`.',
    docs: DOCS.cells,
  },
  O15: {
    severity: 'error',
    message: '{cells}, of {lineCells} of cell lines, with the cell type "{found}"; it must be all of them or none.',
    fix: 'Make all of them "{found}": `{line}`. Or name the cell type of each.',
    docs: DOCS.cells,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type CellRule = keyof typeof CELL_RULES;
type CellPen = Pen<CellRule | keyof typeof FILE_RULES>;

export const CELL_TYPE = 'cell_type_ontology_term_id';
export const TISSUE = 'tissue_ontology_term_id';
export const TISSUE_TYPE = 'tissue_type';
const DONOR = 'donor_id';

export const CELL_LINE = 'cell line';
export const CULTURE = 'primary cell culture';
export const NA = 'na';
export const UNKNOWN = 'unknown';

/** The column of obs, if it is there and can be read. */
export function columnIn({ obs }: AnnData, name: string): Column | null {
  const column = obs?.columns.get(name);
  return column && column.kind !== 'closed' ? column : null;
}

export function* judgeValues(h5ad: H5ad, pen: CellPen): Saying {
  const { anndata, schema } = h5ad;
  for (const [name, column] of anndata.obs?.columns ?? []) yield* guarded(pen, judgeTypes(h5ad, name, column, pen));
  for (const name of [...Object.keys(schema.terms), DONOR]) yield* guarded(pen, judgeMissing(h5ad, name, pen));
  yield* guarded(pen, judgeEmptyDonors(h5ad, pen));
  for (const name of Object.keys(schema.enums)) {
    // What that may be depends on the assay.
    if (name !== schema.suspension.column) yield* guarded(pen, judgeEnum(h5ad, name, pen));
  }
  yield* guarded(pen, judgeDonors(h5ad, pen));
  yield* guarded(pen, judgeCellLines(h5ad, pen));
}

/** `adata.obs["donor_id"]` */
const inPython = (name: string): string => `adata.obs[${JSON.stringify(name)}]`;

/** A line that puts `value` in the rows of which `test` is true. */
const put = (name: string, test: string, value: string): string =>
  `${inPython(name)} = ${inPython(name)}.astype(str).mask(${test}, ${JSON.stringify(value)}).astype("category")`;

function* judgeTypes({ hdf5 }: H5ad, name: string, column: Column, pen: CellPen): Saying {
  const values = inPython(name);
  if (column.kind === 'categorical' && column.categories.dtype === 'bool') {
    const line = `${values} = ${values}.astype(str).astype("category")`;
    yield pen.report('O05', { location: column.path, found: 'bools', expected: 'strings', line });
  }
  if (column.kind !== 'nullable') return;
  // To AnnData a value that is missing here is one of a type of its own.
  const { values: data } = column;
  const { count } = missingIn(hdf5, column);
  if (count === 0 || count === lengthOf(column)) return;
  const found = `${data.dtype} and ${count} that are missing`;
  const bools = data.dtype === 'bool' ? 'fillna(False).astype(bool)' : 'astype(float)';
  const line = `${values} = ${values}.${data.text ? 'fillna("unknown").astype(str)' : bools}`;
  yield pen.report('O04', { location: column.path, count, found, expected: data.dtype, line });
}

function* judgeMissing({ hdf5, anndata }: H5ad, name: string, pen: CellPen): Saying {
  const column = columnIn(anndata, name);
  if (!column) return;
  const { count, rows } = missingIn(hdf5, column);
  if (count === 0) return;
  yield pen.report('O03', {
    ...{ location: column.path, count, cells: cellsIn(count), found: 'nothing', expected: 'a value' },
    samples: rows.map((row) => cellOf(hdf5, anndata.obs, row)),
    line: `${inPython(name)} = ${inPython(name)}.astype(object).fillna("…").astype("category")`,
  });
}

function* judgeEmptyDonors({ hdf5, anndata }: H5ad, pen: CellPen): Saying {
  const column = columnIn(anndata, DONOR);
  if (column?.kind !== 'categorical' || !isText(column)) return;
  const empty = categoriesOf(hdf5, column.categories).filter((category) => category.trim() === '');
  if (empty.length === 0) return;
  const map = empty.map((category) => `${JSON.stringify(category)}: "…"`).join(', ');
  const line = `${inPython(DONOR)} = ${inPython(DONOR)}.cat.rename_categories({${map}})`;
  const told = { location: column.path, found: JSON.stringify(empty[0]), expected: 'a name' };
  yield pen.report('O08', { ...told, count: empty.length, line });
}

/** `1 cell`, `12 cells` */
export const cellsIn = (count: number): string => `${count} ${count === 1 ? 'cell' : 'cells'}`;

/** Values that are told one by one. */
const MOST_TOLD = 24;

function* judgeEnum({ hdf5, anndata, schema }: H5ad, name: string, pen: CellPen): Saying {
  const column = columnIn(anndata, name);
  const allowed = schema.enums[name];
  if (!column || !allowed) return;
  const expected = orOf(allowed);
  const wrong = groupsOf(hdf5, [column]).filter(({ values }) => !allowed.includes(values[0] ?? ''));
  for (const { values, count, rows } of wrong.slice(0, MOST_TOLD)) {
    const [value = null] = values;
    const near =
      value === null ? null : allowed.find((one) => one === plain(value) || one.endsWith(` ${plain(value)}`));
    yield pen.report('O09', {
      ...{
        location: column.path,
        key: value ?? '',
        count,
        cells: cellsIn(count),
        found: shown(value),
        expected,
        where: '',
      },
      samples: rows.map((row) => cellOf(hdf5, anndata.obs, row)),
      line: put(
        name,
        value === null ? `${inPython(name)}.isna()` : `${inPython(name)} == ${JSON.stringify(value)}`,
        near ?? '…',
      ),
    });
  }
  const rest = wrong.slice(MOST_TOLD);
  if (rest.length === 0) return;
  const count = rest.reduce((sum, group) => sum + group.count, 0);
  const samples = rest.slice(0, 5).map(({ values }) => shown(values[0] ?? null));
  const found = `${rest.length} more values`;
  const line = `${inPython(name)} = ${inPython(name)}.astype(str).replace({"…": "…"}).astype("category")`;
  const told = { location: column.path, key: 'more', count, cells: cellsIn(count), found, expected };
  yield pen.report('O09', { ...told, where: '', samples, line });
}

const plain = (value: string): string => value.trim().toLowerCase().replaceAll('_', ' ');
const shown = (value: string | null): string => (value === null ? 'nothing' : JSON.stringify(value.slice(0, 100)));
const orOf = (values: readonly string[]): string =>
  values.length > 1
    ? `${values.slice(0, -1).map(shown).join(', ')} or ${shown(values.at(-1) ?? '')}`
    : shown(values[0] ?? '');

/** Cells of cell lines have no donor, and all others have one. */
function* judgeDonors({ hdf5, anndata }: H5ad, pen: CellPen): Saying {
  const donors = columnIn(anndata, DONOR);
  const tissueTypes = columnIn(anndata, TISSUE_TYPE);
  if (!donors || !tissueTypes) return;
  const groups = groupsOf(hdf5, [tissueTypes, donors]);
  const { path: location } = donors;
  const isLine = `${inPython(TISSUE_TYPE)} == "${CELL_LINE}"`;

  const named = groups.filter(({ values: [type, donor] }) => type === CELL_LINE && donor !== NA && donor !== null);
  if (named.length > 0) {
    const found = named
      .slice(0, 5)
      .map(({ values }) => shown(values[1] ?? null))
      .join(', ');
    const more = named.length > 5 ? ` and ${named.length - 5} more` : '';
    yield pen.report('O09', {
      ...{ location, key: CELL_LINE, ...sumOf(named, hdf5, anndata), found: `${found}${more}`, expected: `"${NA}"` },
      ...{ where: ' of cell lines', line: put(DONOR, isLine, NA) },
    });
  }
  const nameless = groups.filter(({ values: [type, donor] }) => type !== CELL_LINE && donor === NA);
  if (nameless.length > 0) {
    const line = put(DONOR, `(${inPython(DONOR)} == "${NA}") & (${inPython(TISSUE_TYPE)} != "${CELL_LINE}")`, '…');
    yield pen.report('O10', { location, ...sumOf(nameless, hdf5, anndata), found: NA, expected: 'a name', line });
  }
}

/** Of the cells of cell lines all have no cell type, or none. */
function* judgeCellLines({ hdf5, anndata }: H5ad, pen: CellPen): Saying {
  const cellTypes = columnIn(anndata, CELL_TYPE);
  const tissueTypes = columnIn(anndata, TISSUE_TYPE);
  if (!cellTypes || !tissueTypes) return;
  const lines = groupsOf(hdf5, [tissueTypes, cellTypes]).filter(({ values: [type] }) => type === CELL_LINE);
  const without = lines.filter(({ values: [, cellType] }) => cellType === NA);
  if (without.length === 0 || without.length === lines.length) return;
  const lineCells = lines.reduce((sum, { count }) => sum + count, 0);
  const line = put(CELL_TYPE, `${inPython(TISSUE_TYPE)} == "${CELL_LINE}"`, NA);
  const told = { location: cellTypes.path, found: NA, expected: `"${NA}" in all or in none`, lineCells, line };
  yield pen.report('O15', { ...told, ...sumOf(without, hdf5, anndata) });
}

function sumOf(groups: ReturnType<typeof groupsOf>, hdf5: H5ad['hdf5'], { obs }: AnnData) {
  const rows = groups.flatMap((group) => group.rows.slice(0, 5)).slice(0, 5);
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  return { count, cells: cellsIn(count), samples: rows.map((row) => cellOf(hdf5, obs, row)) };
}
