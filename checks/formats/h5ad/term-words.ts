/** How does one say which terms a column takes, and which term may have been meant instead of one that it does not take? */
import type { Clause } from '../../schemas/schema.js';
import { accepts, fileOf, type Terms, type Wrong } from './terms.js';

/** `CL:0000066 epithelial cell`, as far as it is known. */
export function named(id: string, { reference }: Terms): string {
  const label = reference.ontologyOf(id)?.term(id)?.label;
  return label ? `${id} ${label}` : id;
}

/** What all of these clauses take, in words; roots of other prefixes than `prefixes` are left out. */
export function expectedBy({ asked: clauses, prefixes }: Context, terms: Terms): string {
  const only = clauses.find((clause) => clause.only)?.only;
  if (only) return listed(only.map(quoted));

  const [clause = clauses[0], ...others] = clauses.filter(({ any }) => !any);
  if (!clause) return '';
  const isHere = (id: string) => prefixes === null || prefixes.some((prefix) => id.startsWith(prefix));
  const exceptions = clause.exceptions.filter((value) =>
    clauses.every((other) => other.exceptions.includes(value) && !other.forbid.includes(value)),
  );
  const allowed = clause.allow.filter((id) => others.every((other) => accepts(other, id, terms)));
  const roots = clause.below.filter(isHere);
  const taken = [
    ...allowed.map((id) => named(id, terms)),
    ...(roots.length > 0 ? [`a descendant of ${listed(roots.map((id) => named(id, terms)))}`] : []),
    ...(clause.any ? [`a term of ${listed(clause.ontologies)}`] : []),
    ...exceptions.map(quoted),
  ];
  const { multi } = clause;
  const many = multi?.ofMany ? `several of ${listed(multi.ofMany)}` : 'several';
  const several = multi ? `; ${many} in ascending order, with "${multi.delimiter}" between them` : '';
  return `${listed(taken)}${several}`;
}

const quoted = (value: string): string => `"${value}"`;

/** `a, b or c` */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${last}` : last;
}

/** For which rows one asks. */
export interface Context {
  /** All clauses that their values must meet. */
  readonly asked: readonly Clause[];
  /** Prefixes that their organism has; null for all. */
  readonly prefixes: readonly string[] | null;
}

export interface Suggestion {
  /** What to write in place of the whole value. */
  readonly value: string;
  /** A sentence that ends before the line of Python. */
  readonly because: string;
}

/** What to write in place of `value`, of which `wrong` is wrong; null where nothing comes to mind. */
export function suggestionFor(
  value: string,
  { rule, term, clause }: Wrong,
  { asked, prefixes, isSearched }: Context & { readonly isSearched: boolean },
  terms: Terms,
): Suggestion | null {
  const [only] = asked.find((one) => one.only)?.only ?? [];
  if (only !== undefined) return { value: only, because: `Write "${only}"` };
  if (rule === 'T07' || rule === 'T08') return { value: tidy(value, clause), because: 'Sort them, each once' };

  const isTaken = (id: string) => asked.every((one) => accepts(one, id, terms));
  const instead = (id: string) => tidy(replacedIn(value, term, id, clause), clause);
  const replaced = rule === 'T03' ? terms.reference.ontologyOf(term)?.term(term)?.replacedBy : null;
  if (replaced) {
    const isGood = isTaken(replaced);
    const but = isGood ? '' : ', which is not accepted here either; find another';
    return { value: instead(isGood ? replaced : '…'), because: `It was replaced by ${named(replaced, terms)}${but}` };
  }
  if (rule === 'T03' || rule === 'T05') return null;
  // What is taken alone is wrong for being among others.
  if (value !== term && isTaken(term)) {
    return { value: without(value, term, clause), because: `Leave ${named(term, terms)} out, which stands alone` };
  }
  const apart = apartIn(term, clause).filter(isTaken);
  if (apart.length > 1 && apart.length === apartIn(term, clause).length) {
    return {
      value: instead(apart.join(clause.multi?.delimiter)),
      because: `Put "${clause.multi?.delimiter}" between them`,
    };
  }
  const spelt = [...spellings(term, asked, terms)].find(isTaken);
  if (spelt !== undefined) return { value: instead(spelt), because: `Write ${named(spelt, terms)}` };
  const nearest =
    !isSearched || isLikeId(term) ? undefined : nearestTo(term, namesIn(clause, prefixes, terms), isTaken, terms);
  if (nearest) return { value: instead(nearest), because: `Perhaps ${named(nearest, terms)} is meant` };
  return null;
}

/** Terms with something else between them than what belongs there. */
const apartIn = (text: string, { multi }: Clause): string[] => (multi ? text.trim().split(/\s*[,;|]+\s*/) : [text]);

const without = (value: string, term: string, clause: Clause): string => {
  const delimiter = clause.multi?.delimiter ?? '';
  const others = value.split(delimiter).filter((part) => part !== term);
  return tidy(others.join(delimiter), clause);
};

/** Words for a value that is missing. */
const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'none', 'null', 'not available', 'other']);
/** Between prefix and number. */
const SEPARATORS: Readonly<Record<string, string>> = { CVCL: '_' };

/** Whether somebody meant an id, and no label. */
const isLikeId = (text: string): boolean => /^\s*[A-Za-z]+[:_]\s*\w+\s*$/.test(text);

/** What `text` may stand for: other capitals, separators and blanks, an address, or something in brackets behind it. */
function* spellings(text: string, asked: readonly Clause[], terms: Terms): Generator<string> {
  const plain = text.trim().toLowerCase();
  const exceptions = asked.flatMap((clause) => clause.exceptions);
  yield* exceptions.filter((value) => value === plain);
  if (MISSING.has(plain)) yield* exceptions;

  const [, prefix, local] = /(?:^|[^A-Za-z])([A-Za-z]+)\s*[:_]\s*([A-Za-z0-9]+)(?:\s*\(.*\))?\s*$/.exec(text) ?? [];
  if (!prefix || !local) return;
  const names = new Set(asked.flatMap(({ ontologies }) => ontologies));
  for (const name of [...names, ...Object.keys(terms.aliases).filter((alias) => names.has(fileOf(terms, alias)))]) {
    if (name.toLowerCase() !== prefix.toLowerCase()) continue;
    const separator = SEPARATORS[name] ?? ':';
    yield `${name}${separator}${local}`;
    const digits = local.replace(/^0+/, '');
    if (!/^\d{1,8}$/.test(digits)) continue;
    for (const length of [4, 7, 8]) yield `${name}${separator}${digits.padStart(length, '0')}`;
  }
}

/** Terms that are looked at for one whose label is like a text. */
const MOST_NEAREST = 5;

const namesIn = ({ ontologies }: Clause, prefixes: readonly string[] | null, terms: Terms): string[] => [
  ...new Set(ontologies.filter((name) => prefixes?.includes(name) ?? true).map((name) => fileOf(terms, name))),
];

function nearestTo(
  text: string,
  names: readonly string[],
  isTaken: (id: string) => boolean,
  terms: Terms,
): string | undefined {
  const plain = squashed(text);
  const bare = text.replace(/\s*\([^()]*\)\s*$/, '');
  const found = [...new Set([text, bare])].flatMap((one) =>
    names.flatMap((name) => terms.reference.ontology(name)?.nearest(one, MOST_NEAREST) ?? []),
  );
  const taken = found.filter(({ id }) => isTaken(id));
  const same = taken.find(({ label }) => squashed(label) === plain || squashed(label) === squashed(bare));
  return (same ?? taken.find(({ label }) => isAkin(label, bare)))?.id;
}

const squashed = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** How much of a word makes it the same: the rest is its ending. */
const STEM = 4;

/** Whether they share a word: letters in common are not enough, myopathy is not healthy. */
function isAkin(label: string, text: string): boolean {
  const stems = (words: string) =>
    words
      .toLowerCase()
      .match(/[\p{L}\p{N}]{3,}/gu)
      ?.map((word) => word.slice(0, STEM)) ?? [];
  const known = new Set(stems(label));
  return stems(text).some((stem) => known.has(stem));
}

const replacedIn = (value: string, term: string, id: string, { multi }: Clause): string =>
  multi
    ? value
        .split(multi.delimiter)
        .map((part) => (part === term ? id : part))
        .join(multi.delimiter)
    : id;

/** Ascending, each once. */
const tidy = (value: string, { multi }: Clause): string =>
  multi ? [...new Set(value.split(multi.delimiter).map((part) => part.trim()))].sort().join(multi.delimiter) : value;
