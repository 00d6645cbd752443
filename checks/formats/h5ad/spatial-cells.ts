/** Do the cells of a spatial assay say where on the slide they lie, and are they all of one assay? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import type { Column } from '../../readers/anndata.js';
import { textsOf } from '../../readers/columns.js';
import type { Size } from '../../schemas/schema.js';
import { anyOf, is11mm, isSlideSeq, isVisium, isVisiumSection, isWithin } from './assays.js';
import { DOCS } from './docs.js';
import { ASSAY, type H5ad } from './h5ad.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

const CELL_TYPE = 'cell_type_ontology_term_id';
const error = (message: string, fix: string) => ({ severity: 'error', message, fix, docs: DOCS.cells }) as const;

export const SPATIAL_CELL_RULES = {
  S01: error(
    'A file of a spatial assay must be of one assay only; {count} cells are of another than {expected}.',
    'Split the file by assay: `adata = adata[adata.obs["assay_ontology_term_id"] == "{expected}"].copy()`.',
  ),
  S26: error(
    '{count} cells are of {found}, Visium as such; it must be one of the kinds of Visium below it.',
    'Say which Visium it was, V1 for one: `adata.obs["assay_ontology_term_id"] = "EFO:0022857"`.',
  ),
  S27: error(
    'The column "{column}" is only for a Visium file that is one section (is_single is True): {why}.',
    'Remove it: `del adata.obs["{column}"]`.',
  ),
  S28: error(
    'The column "{column}" is missing; a Visium file that is one section must have it.',
    'Take it from tissue_positions.csv of Space Ranger: `adata.obs["{column}"] = …`, as integers.',
  ),
  S29: error(
    'The column "{column}" must be of integers; it is {found}.',
    'Convert it: `adata.obs["{column}"] = adata.obs["{column}"].astype(int)`.',
  ),
  S30: error(
    'The column "{column}" has no value for {count} Visium spots.',
    'Take the missing ones from tissue_positions.csv of Space Ranger.',
  ),
  S31: error(
    'The column "{column}" must be {expected}; {count} values are not.',
    'Take the values from tissue_positions.csv of Space Ranger as they are.',
  ),
  S32: error(
    '{count} spots outside of the tissue (in_tissue is 0) have a cell type; it must be "unknown" there.',
    'Set it: `adata.obs["cell_type_ontology_term_id"] = adata.obs["cell_type_ontology_term_id"].astype(str).mask(adata.obs["in_tissue"] == 0, "unknown").astype("category")`.',
  ),
  S33: error(
    'The file puts several sections together (is_single is False), and is_primary_data is True for {count} cells.',
    'The primary data are the files of the sections: `adata.obs["is_primary_data"] = False`.',
  ),
} as const satisfies Readonly<Record<string, Rule>>;

type CellPen = Pen<keyof typeof SPATIAL_CELL_RULES | keyof typeof FILE_RULES>;

const UNKNOWN = 'Whether the file is of Visium depends on terms that are not known here.';

export function* judgeSpatialCells(h5ad: H5ad, pen: CellPen): Saying {
  yield* guarded(pen, judgeAssays(h5ad, pen));
  yield* guarded(pen, judgePrimary(h5ad, pen));
  const isSection = isVisiumSection(h5ad);
  for (const position of positionsOf(h5ad)) yield* guarded(pen, judgePosition(position, isSection, h5ad, pen));
  if (isSection) yield* guarded(pen, judgeOutside(h5ad, pen));
}

function* judgeAssays(h5ad: H5ad, pen: CellPen): Saying {
  const { assays, schema } = h5ad;
  if (!assays) return;
  const location = `/obs/${ASSAY}`;
  const { visium } = schema.spatial;
  const ofRoot = assays.get(visium) ?? 0;
  if (ofRoot > 0) {
    const rows = rowsWhere(h5ad, [ASSAY], ([assay]) => assay === visium);
    yield pen.report('S26', { ...{ location, found: visium, expected: `below ${visium}` }, ...rows });
  }

  const isSpatial = anyOf([isVisium(h5ad), isSlideSeq(h5ad)]);
  const [[usual] = [''], ...others] = [...assays].sort(([, one], [, other]) => other - one);
  if (others.length === 0 || isSpatial === false) return;
  if (isSpatial === null) return yield pen.undecided('S01', UNKNOWN);
  const count = others.reduce((sum, [, rows]) => sum + rows, 0);
  const samples = [...assays].slice(0, 5).map(([assay, rows]) => `${assay}: ${rows} cells`);
  yield pen.report('S01', { location, count, samples, found: `${assays.size} assays`, expected: usual });
}

function* judgePrimary(h5ad: H5ad, pen: CellPen): Saying {
  if (h5ad.isSingle !== false) return;
  const rows = rowsWhere(h5ad, ['is_primary_data'], ([value]) => value === '1' || value === 'True');
  if (rows.count > 0) {
    yield pen.report('S33', { location: '/obs/is_primary_data', found: 'True', expected: 'False', ...rows });
  }
}

interface Position {
  readonly column: string;
  readonly most: number;
}

function positionsOf(h5ad: H5ad): readonly Position[] {
  const { arrayCol, arrayRow } = h5ad.schema.spatial;
  const size = (by: Size) => (is11mm(h5ad) ? by.of11mm : by.usual);
  return [
    { column: 'array_col', most: size(arrayCol) },
    { column: 'array_row', most: size(arrayRow) },
    { column: 'in_tissue', most: 1 },
  ];
}

function* judgePosition({ column, most }: Position, isSection: boolean | null, h5ad: H5ad, pen: CellPen): Saying {
  const location = `/obs/${column}`;
  const values = h5ad.anndata.obs?.columns.get(column);
  if (isSection === null) {
    if (h5ad.anndata.obs) yield pen.undecided(values ? 'S27' : 'S28', UNKNOWN);
    return;
  }
  if (!values) {
    if (isSection && h5ad.anndata.obs) yield pen.report('S28', { location, column, found: 'missing' });
    return;
  }
  if (!isSection) return yield pen.report('S27', { location, column, found: column, why: 'this is none' });
  if (values.kind === 'closed') return;

  // The rule is about Visium rows where there are others, too.
  const isVisiumRow = visiumRows(h5ad);
  const beside = [column, ASSAY];
  const strays = rowsWhere(h5ad, beside, ([value, assay]) => !isNull(value) && !isVisiumRow(assay));
  if (strays.count > 0) {
    yield pen.report('S27', { location, column, ...strays, why: `${strays.count} cells of other assays have a value` });
  }
  const empty = rowsWhere(h5ad, beside, ([value, assay]) => isNull(value) && isVisiumRow(assay));
  if (empty.count > 0) yield pen.report('S30', { location, column, found: 'null', ...empty });
  const found = typeOf(values);
  if (!/^u?int\d+$/.test(found)) yield pen.report('S29', { location, column, found, expected: 'integers' });
  if (found === 'string') return;
  const isOutside = (value: string | null | undefined) =>
    !isNull(value) && !(Number(value) >= 0 && Number(value) <= most);
  const outside = rowsWhere(h5ad, beside, ([value, assay]) => isOutside(value) && isVisiumRow(assay));
  const expected = column === 'in_tissue' ? '0 or 1' : `from 0 to ${most}`;
  if (outside.count > 0) yield pen.report('S31', { location, column, expected, ...outside });
}

/** Whether a row's assay is a kind of Visium. In a file of one assay every row is. */
function visiumRows({ assays, reference, schema }: H5ad): (assay: string | null | undefined) => boolean {
  const { visium } = schema.spatial;
  const others = [...(assays?.keys() ?? [])].filter(
    (assay) => assay === visium || isWithin(reference, assay, visium) === false,
  );
  return (assay) => !others.includes(assay ?? '');
}

function* judgeOutside(h5ad: H5ad, pen: CellPen): Saying {
  const isOutside = (value: string | null | undefined) => !isNull(value) && Number(value) === 0;
  const rows = rowsWhere(
    h5ad,
    ['in_tissue', CELL_TYPE],
    ([inTissue, type]) => isOutside(inTissue) && type !== 'unknown',
  );
  if (rows.count > 0) yield pen.report('S32', { location: `/obs/${CELL_TYPE}`, expected: 'unknown', ...rows });
}

/** Missing, in any of the ways in which a column says so. */
const isNull = (value: string | null | undefined): boolean => value === null || value === undefined || value === 'NaN';

/** The dtype of a plain column, and in words that of others: only a plain one counts as integers. */
function typeOf(column: Column): string {
  if (column.kind === 'plain') return column.values.dtype;
  return column.kind === 'nullable' ? column.values.dtype : column.kind;
}

interface Rows {
  readonly count: number;
  readonly samples: readonly string[];
}

/** Rows of which `test` is true, by the values of `columns` side by side; none where one of them is not there. */
function rowsWhere(
  { hdf5, anndata: { obs } }: H5ad,
  columns: readonly string[],
  test: (values: readonly (string | null | undefined)[]) => boolean,
): Rows {
  const found = columns.flatMap((name) => obs?.columns.get(name) ?? []);
  if (found.length < columns.length || found.some(({ kind }) => kind === 'closed')) return { count: 0, samples: [] };
  const [first, ...others] = found.map((column) => textsOf(hdf5, column));
  const samples: string[] = [];
  let count = 0;
  for (const slice of first ?? []) {
    const beside = others.map((texts) => texts.next().value?.values ?? []);
    slice.values.forEach((value, i) => {
      const values = [value, ...beside.map((column) => column[i])];
      if (!test(values)) return;
      if (++count <= 5) samples.push(`row ${slice.first + i}: ${values.map((one) => one ?? 'null').join(', ')}`);
    });
  }
  return { count, samples };
}
