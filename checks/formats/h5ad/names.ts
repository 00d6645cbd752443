/** Are there names that must not be: deprecated, reserved for the system, or kept for AnnData itself? */
import type { Pen, Told } from '../../check.js';
import type { Rule } from '../../finding.js';
import { REPLACEMENTS } from '../../schemas/older.js';
import type { Schema } from '../../schemas/schema.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import { type Fault, inBounds } from './in-bounds.js';
import type { Saying } from './saying.js';

export const NAME_RULES = {
  F03: {
    severity: 'error',
    message: '{subject} is deprecated: {instead}.',
    fix: '{verb} it: `{line}`.',
    docs: DOCS.schema,
  },
  F04: {
    severity: 'error',
    message: 'The name {subject} begins with two underscores; such names are reserved.',
    fix: 'Give it another name: `{line}`.',
    docs: DOCS.general,
  },
  F05: {
    severity: 'error',
    message: '{subject} is written by the system when the data set is published, and not by whoever submits it.',
    fix: 'Remove it; if it holds something of your own, keep that under another name: `{line}`.',
    docs: DOCS.schema,
  },
  F06: {
    severity: 'error',
    message: '{subject} must not be there: raw has all genes, and only var says which of them are filtered.',
    fix: 'Remove it: `{line}`.',
    docs: DOCS.genes,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type NameRule = keyof typeof NAME_RULES;
type NamePen = Pen<NameRule>;

const LONGEST_NAME = 100;

type Part = 'obs' | 'var' | 'raw.var' | 'uns' | 'obsm' | 'obsp' | 'varm' | 'varp' | 'layers';

const FRAMES: readonly Part[] = ['obs', 'var', 'raw.var'];
const MAPPINGS: readonly Part[] = ['uns', 'obsm', 'obsp', 'varm', 'varp', 'layers'];

export function* judgeFieldNames({ hdf5, anndata, schema, mode }: H5ad, pen: NamePen): Saying {
  const { obs, var: genes, rawVar } = anndata;
  // Not the members of the group: before AnnData 0.8 one of them is `__categories`, which is no column.
  const columns = { obs, var: genes, 'raw.var': rawVar } as const;
  const groupOf = (part: Part) => hdf5.root.children.get(part);
  const namesIn = (part: Part): readonly string[] => {
    if (part in columns) return [...new Set(columns[part as keyof typeof columns]?.names ?? [])];
    const group = groupOf(part);
    return group?.kind === 'group' ? [...group.children.keys()] : [];
  };

  for (const part of [...FRAMES, ...MAPPINGS]) {
    const names = namesIn(part);
    const bans = BANS.filter(({ rule }) => rule !== 'F05' || !mode.ignoreLabels);
    const faults = bans.flatMap(({ rule, isOf }) =>
      names.filter((name) => isOf(schema, part, name)).map((name) => faultOf(rule, part, name)),
    );
    yield* inBounds(pen, `/${part.replace('.', '/')}`, faults);
  }
}

const isListed = (lists: Readonly<Partial<Record<Part, readonly string[]>>>, part: Part, name: string): boolean =>
  lists[part]?.includes(name) ?? false;

/** In the order of the report. */
const BANS: readonly {
  readonly rule: NameRule;
  readonly isOf: (schema: Schema, part: Part, name: string) => boolean;
}[] = [
  { rule: 'F03', isOf: ({ deprecated }, part, name) => isListed(deprecated, part, name) },
  { rule: 'F04', isOf: (_, __, name) => name.startsWith('__') },
  { rule: 'F05', isOf: ({ reserved }, part, name) => isListed(reserved, part, name) },
  { rule: 'F06', isOf: ({ forbidden }, part, name) => isListed(forbidden, part, name) },
];

function faultOf(rule: NameRule, part: Part, name: string): Fault<NameRule> {
  const told = { location: `/${part.replace('.', '/')}/${shortened(name)}`, found: shortened(name) };
  return { rule, subject: `${part}[${quoted(name)}]`, told: { ...told, ...remedyOf(rule, part, name) } };
}

function remedyOf(rule: NameRule, part: Part, name: string): Told {
  if (rule === 'F04') return { line: renamingOf(part, name) };
  const line = removalOf(part, name);
  if (rule !== 'F03') return { line };
  const { instead, line: move } = REPLACEMENTS[`${part}.${name}`] ?? NO_LONGER;
  return move ? { instead, verb: 'Move', line: `${move}; ${line}` } : { instead, verb: 'Remove', line };
}

const NO_LONGER = { instead: 'it is no longer part of the schema', line: null };

function removalOf(part: Part, name: string): string {
  if (part !== 'raw.var') return `del adata.${part}[${quoted(name)}]`;
  return `raw = adata.raw.to_adata(); del raw.var[${quoted(name)}]; adata.raw = raw`;
}

function renamingOf(part: Part, name: string): string {
  const better = quoted(name.replace(/^_+/, '') || 'renamed');
  const columns = `columns={${quoted(name)}: ${better}}`;
  if (part === 'raw.var') {
    return `raw = adata.raw.to_adata(); raw.var = raw.var.rename(${columns}); adata.raw = raw`;
  }
  if (FRAMES.includes(part)) return `adata.${part} = adata.${part}.rename(${columns})`;
  return `adata.${part}[${better}] = adata.${part}.pop(${quoted(name)})`;
}

const shortened = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
/** As Python writes a string, too. */
const quoted = (name: string): string => JSON.stringify(shortened(name));
