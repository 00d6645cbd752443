/** Does uns say what the schema requires, in the form that it requires, and nothing that is empty? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { textsOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { type Dataset, isNumeric } from '../../readers/hdf5-tree.js';
import { inWords, isEmpty, type UnsValue, unsAt, unsNodes, unsValueOf } from '../../readers/uns.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import { type Fault, inBounds } from './in-bounds.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

const UNS = `${DOCS.schema}#uns-dataset-metadata`;

export const UNS_RULES = {
  U01: {
    severity: 'error',
    message: 'uns does not say what the schema requires: {location} is missing.',
    fix: 'Add it: `adata.uns["{name}"] = {example}`.',
    docs: UNS,
  },
  U02: {
    severity: 'error',
    message: '{location} must be a string; it is {found}.',
    fix: 'Write it as one string: `adata.uns["{name}"] = {example}`.',
    docs: UNS,
  },
  U03a: {
    severity: 'error',
    message: 'The text in {location} begins with a space: {found}.',
    fix: 'Cut it off: `adata.uns["{name}"] = adata.uns["{name}"].strip()`.',
    docs: UNS,
  },
  U03b: {
    severity: 'error',
    message: 'The text in {location} ends with a space: {found}.',
    fix: 'Cut it off: `adata.uns["{name}"] = adata.uns["{name}"].strip()`.',
    docs: UNS,
  },
  U03c: {
    severity: 'error',
    message: 'The text in {location} has more than one space, or a tab or line break, between two words: {found}.',
    fix: 'Leave single spaces: `adata.uns["{name}"] = " ".join(adata.uns["{name}"].split())`.',
    docs: UNS,
  },
  U04: {
    severity: 'error',
    message: 'uns.batch_condition must be a list of columns of obs; it is {found}.',
    fix: 'Write a list, of one column too: `adata.uns["batch_condition"] = ["donor_id"]`.',
    docs: UNS,
  },
  U05: {
    severity: 'error',
    message: 'uns.batch_condition names {subject}, which is no column of obs.',
    fix: 'Name columns that there are: `adata.uns["batch_condition"] = [c for c in adata.uns["batch_condition"] if c in adata.obs]`.',
    docs: UNS,
  },
  U06: {
    severity: 'error',
    message: 'uns.default_embedding says {found}, and obsm has no embedding of that name.',
    fix: 'Name one that there is: `adata.uns["default_embedding"] = {example}`.',
    docs: UNS,
  },
  U07: {
    severity: 'error',
    message: 'uns.X_approximate_distribution says {found}; it may be {expected}.',
    fix: 'Say which it is, or remove it: `adata.uns["X_approximate_distribution"] = {example}`.',
    docs: UNS,
  },
  U08: {
    severity: 'error',
    message: 'The value of {subject} is empty: {found}.',
    fix: 'Remove it, or give it a value: `{line}`.',
    docs: UNS,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type UnsRule = keyof typeof UNS_RULES;
type UnsPen = Pen<UnsRule | keyof typeof FILE_RULES>;

/** What must be there, and what it might be. */
const REQUIRED = { organism_ontology_term_id: '"NCBITaxon:9606"', title: '"…"' } as const;
/** What must be a string. The reference validator asks it of the organism by its terms alone. */
const STRINGS = ['organism_ontology_term_id', 'title', 'default_embedding', 'X_approximate_distribution'] as const;

/** Characters of a name, and names. */
const MOST_TOLD = 80;
const MOST_STRANGERS = 1_000;

/** Where something is missing or of another kind, nothing more is said of it. */
export function* judgeUns(h5ad: H5ad, pen: UnsPen): Saying {
  const { hdf5, mode } = h5ad;
  const nodes = unsNodes(hdf5);
  for (const [key, example] of Object.entries(REQUIRED)) {
    if (!nodes.has(key)) yield pen.report('U01', { ...placeOf(key), example, found: 'nothing', expected: 'a string' });
  }
  for (const key of STRINGS) {
    // Before the analysis it must not be there at all.
    if (mode.preAnalysis && key === 'default_embedding') continue;
    const value = unsAt(hdf5, key);
    if (value) yield* judgeString(h5ad, key, value, pen);
  }
  yield* guarded(pen, judgeBatchCondition(h5ad, pen));
  yield* inBounds(pen, '/uns', emptyIn(h5ad));
}

function* judgeString(h5ad: H5ad, key: (typeof STRINGS)[number], value: UnsValue, pen: UnsPen): Saying {
  if (value.kind === 'unreadable') return;
  const place = placeOf(key);
  const found = inWords(value);
  if (value.kind !== 'string') {
    // T01 says so of a term.
    if (key === 'organism_ontology_term_id') return;
    yield pen.report('U02', { ...place, found, expected: 'a string', example: exampleFor(h5ad, key) });
    return;
  }
  const { text } = value;
  // Its spaces are judged with the term.
  const spaces = key === 'organism_ontology_term_id' ? [] : spacesIn(text);
  for (const rule of spaces) yield pen.report(rule, { ...place, found });
  if (spaces.length > 0) return;

  const told = { ...place, found, example: exampleFor(h5ad, key, text) };
  if (key === 'default_embedding' && !h5ad.anndata.embeddings.includes(text)) {
    yield pen.report('U06', { ...told, expected: h5ad.anndata.embeddings.slice(0, 10).join(', ') });
  }
  const { distributions } = h5ad.schema;
  if (key === 'X_approximate_distribution' && !distributions.includes(text)) {
    yield pen.report('U07', { ...told, expected: distributions.join(' or ') });
  }
}

/** In the order of the reference validator. */
function spacesIn(text: string): UnsRule[] {
  const trimmed = text.trim();
  const rules: [UnsRule, boolean][] = [
    ['U03b', text.trimEnd() !== text],
    ['U03a', text.trimStart() !== text],
    ['U03c', trimmed.split(/\s+/).join(' ') !== trimmed],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

/** What the value could be, as Python writes it. */
function exampleFor({ anndata, schema }: H5ad, key: (typeof STRINGS)[number], text = ''): string {
  if (key === 'title' || key === 'organism_ontology_term_id') return REQUIRED[key];
  const { embeddings } = anndata;
  const { distributions } = schema;
  const similar = (names: readonly string[]) =>
    names.find((name) => name.toLowerCase() === text.toLowerCase() || name.toLowerCase() === `x_${text.toLowerCase()}`);
  const name =
    key === 'default_embedding'
      ? (similar(embeddings) ?? embeddings.find((embedding) => embedding.startsWith('X_')) ?? embeddings[0])
      : (similar(distributions) ?? distributions[0]);
  return JSON.stringify(name ?? '…');
}

function* judgeBatchCondition({ hdf5, anndata: { obs } }: H5ad, pen: UnsPen): Saying {
  const value = unsAt(hdf5, 'batch_condition');
  if (!value || value.kind === 'unreadable') return;
  const location = '/uns/batch_condition';
  if (value.kind !== 'array' || value.shape.length !== 1 || !(value.values.text || isNumeric(value.values))) {
    yield pen.report('U04', { location, found: inWords(value), expected: 'a list' });
  } else if (obs) {
    yield* inBounds(pen, location, strangersIn(hdf5, value.values, new Set(obs.names)));
  }
}

/** Each name once, however often it is there. */
function* strangersIn(hdf5: Hdf5, list: Dataset, columns: ReadonlySet<string>): Generator<Fault<UnsRule>> {
  const strangers = new Set<string>();
  for (const { values } of textsOf(hdf5, { kind: 'plain', path: list.path, values: list })) {
    for (const value of values) {
      const name = (value ?? '').slice(0, MOST_TOLD);
      if (columns.has(value ?? '') || strangers.has(name)) continue;
      strangers.add(name);
      const told = { location: list.path, key: name, found: name, expected: 'a column of obs' };
      yield { rule: 'U05', subject: `"${name}"`, told };
      if (strangers.size === MOST_STRANGERS) return;
    }
  }
}

function* emptyIn({ hdf5 }: H5ad): Generator<Fault<UnsRule>> {
  for (const [key, node] of unsNodes(hdf5)) {
    const value = unsValueOf(hdf5, node);
    if (!isEmpty(value)) continue;
    const line = `del adata.uns[${JSON.stringify(key)}]`;
    yield { rule: 'U08', subject: `uns["${key}"]`, told: { location: `/uns/${key}`, found: inWords(value), line } };
  }
}

const placeOf = (name: string) => ({ location: `/uns/${name}`, name });
