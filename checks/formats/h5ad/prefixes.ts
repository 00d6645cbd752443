/** Have cell types and tissues the prefixes that the organism of the file allows? Fish, fly and worm have ontologies of their own. */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { groupsOf, isText } from '../../readers/columns.js';
import { prefixOf } from '../../reference/prefixes.js';
import type { PrefixRule, Schema } from '../../schemas/schema.js';
import { CELL_LINE, CELL_TYPE, CULTURE, columnIn, NA, TISSUE, TISSUE_TYPE, UNKNOWN } from './cells.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import { cellOf } from './matrix-names.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';
import { listed, named } from './term-words.js';

export const PREFIX_RULES = {
  O13: {
    severity: 'error',
    message: 'The cell types of {organism} are terms of {expected}, and {found} are others.',
    fix: 'Name these cell types by terms of {expected}: `{line}`.',
    docs: DOCS.cells,
  },
  O14: {
    severity: 'error',
    message: 'The tissues of {organism}{where} are terms of {expected}, and {found} are others.',
    fix: 'Name these tissues by terms of {expected}: `{line}`.',
    docs: DOCS.cells,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type PrefixRuleId = keyof typeof PREFIX_RULES;
type PrefixPen = Pen<PrefixRuleId | keyof typeof FILE_RULES>;

/** Which prefixes a column may have in such rows; null where any. */
export function prefixesFor(
  { prefixes }: Schema,
  column: string,
  organism: string | null,
  tissueType: string | null | undefined,
): readonly string[] | null {
  if (organism === null) return null;
  const of = (rule: PrefixRule) => (Object.hasOwn(rule, organism) ? rule[organism] : rule['*']) ?? null;
  if (column === CELL_TYPE) return of(prefixes.cellType);
  if (column !== TISSUE || tissueType === undefined || tissueType === CELL_LINE) return null;
  return of(tissueType === CULTURE ? prefixes.primaryCellCulture : prefixes.tissue);
}

/** Values that are no terms, and pass. */
const PASSES: Readonly<Record<PrefixRuleId, (value: string, tissueType: string | null) => boolean>> = {
  O13: (value) => value === UNKNOWN || value === NA,
  O14: (value, tissueType) => value === UNKNOWN && tissueType === CULTURE,
};

export function* judgePrefixes(h5ad: H5ad, pen: PrefixPen): Saying {
  yield* guarded(pen, judgeColumn(h5ad, 'O13', CELL_TYPE, pen));
  yield* guarded(pen, judgeColumn(h5ad, 'O14', TISSUE, pen));
}

interface Strays {
  readonly tissueType: string | null;
  readonly allowed: readonly string[];
  readonly values: Map<string, number>;
  readonly rows: number[];
}

function* judgeColumn(h5ad: H5ad, rule: PrefixRuleId, name: string, pen: PrefixPen): Saying {
  const { hdf5, anndata, organism, reference, schema } = h5ad;
  const column = columnIn(anndata, name);
  const tissueTypes = columnIn(anndata, TISSUE_TYPE);
  if (organism === null || !column || !isText(column)) return;

  const strays = new Map<string, Strays>();
  for (const { values, count, rows } of groupsOf(hdf5, tissueTypes ? [column, tissueTypes] : [column])) {
    // Without such a column nothing can be said of tissues, and cell types do not depend on it.
    const [value = null, tissueType] = values;
    const allowed = prefixesFor(schema, name, organism, tissueType);
    if (value === null || !allowed || PASSES[rule](value, tissueType ?? null) || allowed.includes(prefixOf(value)))
      continue;
    const key = allowed.join();
    const like: Strays = strays.get(key) ?? { tissueType: tissueType ?? null, allowed, values: new Map(), rows: [] };
    strays.set(key, like);
    like.values.set(value, (like.values.get(value) ?? 0) + count);
    like.rows.push(...rows.slice(0, 5 - like.rows.length));
  }

  for (const { tissueType, allowed, values, rows } of strays.values()) {
    const first = [...values.keys()].slice(0, 5);
    const more = values.size > first.length ? ` and ${values.size - first.length} more` : '';
    const map = first.map((value) => `${JSON.stringify(value)}: "…"`).join(', ');
    const isCulture = rule === 'O14' && tissueType === CULTURE;
    yield pen.report(rule, {
      ...{ location: column.path, key: allowed.join(), found: `${first.join(', ')}${more}`, expected: listed(allowed) },
      organism: named(organism, { reference, aliases: schema.prefixAliases }),
      where: isCulture ? ` that is a ${CULTURE}` : '',
      count: [...values.values()].reduce((sum, count) => sum + count, 0),
      samples: rows.map((row) => cellOf(hdf5, anndata.obs, row)),
      line: `adata.obs["${name}"] = adata.obs["${name}"].astype(str).replace({${map}}).astype("category")`,
    });
  }
}
