/** What are the guides that perturbed the genes of cells? Each is a dictionary in uns, with its role and its sequences. */
import type { Rule } from '../../finding.js';
import { type UnsValue, unsAt, unsValueOf } from '../../readers/uns.js';
import type { Perturbations } from '../../schemas/schema.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import type { Fault } from './in-bounds.js';

export const GUIDE_RULES = {
  G01: {
    severity: 'error',
    message: '{subject} must be {expected}; it is {found}.',
    fix: 'Write one dictionary for each guide: `{line}`.',
    docs: DOCS.schema,
  },
  G02: {
    severity: 'error',
    message: '{subject} must be {expected}; it is {found}.',
    fix: 'Change it: `{line}`.',
    docs: DOCS.schema,
  },
  G03: {
    severity: 'error',
    message: '{subject} is written by the system, and not by whoever submits the file.',
    fix: 'Remove it: `{line}`.',
    docs: DOCS.schema,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type Faults = Generator<Fault<keyof typeof GUIDE_RULES>>;

/** What uns says of the guides: the role of each; null where uns has nothing that could be read. */
export type Roles = ReadonlyMap<string, string | null> | null;

const LONGEST_TEXT = 100;

const RENAME = 'Correct it in obs and in uns alike.';

export function rolesIn({ hdf5 }: H5ad, { key }: Perturbations, block: UnsValue | null): Roles {
  if (block?.kind !== 'dict') return null;
  const roleOf = (id: string) => {
    const role = unsAt(hdf5, key, id, 'role');
    return role?.kind === 'string' ? role.text : null;
  };
  return new Map([...block.entries.keys()].map((id) => [id, roleOf(id)]));
}

export function* guideFaults({ hdf5, mode }: H5ad, rules: Perturbations, block: UnsValue): Faults {
  const { key, notInIds, guide, derived } = rules;
  const place = `uns["${key}"]`;
  const line = exampleOf(key);
  if (block.kind !== 'dict') {
    // Of one that cannot be read, that is told.
    if (block.kind === 'unreadable') return;
    const told = { location: `/uns/${key}`, expected: 'a dictionary of guides', found: wordsFor(block), line };
    return yield { rule: 'G01', subject: place, told };
  }

  for (const [id, node] of block.entries) {
    const at = { location: `/uns/${key}/${shown(id)}` };
    if (id === '' || notInIds.test(id)) {
      const expected = 'without whitespace, slash, comma and quotation mark';
      const told = { ...at, key: 'id', expected, found: JSON.stringify(shown(id)), fix: RENAME };
      yield { rule: 'G01', subject: `The id ${JSON.stringify(shown(id))} in ${place}`, told };
    }
    const value = unsValueOf(hdf5, node);
    const subject = `${place}["${shown(id)}"]`;
    if (value.kind === 'unreadable') continue;
    if (value.kind !== 'dict') {
      yield { rule: 'G01', subject, told: { ...at, expected: 'a dictionary', found: wordsFor(value), line } };
      continue;
    }
    for (const [name, { expected, pattern }] of Object.entries(guide)) {
      const child = value.entries.get(name);
      const said = child ? unsValueOf(hdf5, child) : null;
      if (said?.kind === 'unreadable' || (said?.kind === 'string' && pattern.test(said.text))) continue;
      const found = said ? wordsFor(said) : 'missing';
      const told = { location: `${at.location}/${name}`, expected, found, line: `adata.${subject}["${name}"] = …` };
      yield { rule: 'G02', subject: `${subject}["${name}"]`, told };
    }
    if (mode.ignoreLabels) continue;
    for (const name of derived.filter((one) => value.entries.has(one))) {
      const told = { location: `${at.location}/${name}`, line: `del adata.${subject}["${name}"]` };
      yield { rule: 'G03', subject: `${subject}["${name}"]`, told };
    }
  }
}

export const exampleOf = (key: string) =>
  `adata.uns["${key}"] = {"GENE-1": {"role": "targeting", "protospacer_sequence": "CAGAGGGAGGAGAGAACCG", ` +
  `"protospacer_adjacent_motif": "3' NGG"}}`;

export const shown = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

function wordsFor(value: UnsValue): string {
  if (value.kind === 'string') return value.text === '' ? 'an empty string' : JSON.stringify(shown(value.text));
  return value.kind === 'dict' ? 'a dictionary' : value.kind === 'null' ? 'None' : `of the kind "${value.kind}"`;
}
