/** May a value name these terms? What the clauses of the schema say of it: which of them hold for a row, and what each judges. */
import { prefixOf } from '../../reference/prefixes.js';
import type { Reference } from '../../reference/reference.js';
import type { Clause, TermColumn, When } from '../../schemas/schema.js';
import { allOf, anyOf, isWithin } from './assays.js';

export type WrongRule = 'T02' | 'T03' | 'T04' | 'T05' | 'T06' | 'T07' | 'T08';

export interface Wrong {
  readonly rule: WrongRule;
  /** The term of the value that is wrong; the whole value where it is not one term. */
  readonly term: string;
  readonly clause: Clause;
}

export interface Judgement {
  /** One of each rule. */
  readonly wrongs: readonly Wrong[];
  /** The reference knows too little of some term. */
  readonly isUndecided: boolean;
}

/** What the rows are like of which one asks. */
export interface Setting {
  /** Null where the file does not say. */
  readonly organism: string | null;
  /** Null where it is missing in the row, undefined where there is no such column. */
  readonly tissueType: string | null | undefined;
}

export interface Asked {
  /** All of these hold. */
  readonly held: readonly Clause[];
  /** Which of these hold cannot be said. */
  readonly open: readonly Clause[];
}

/** The clauses of `column` for such rows: those that name their case, or else those that name none. */
export function clausesFor({ clauses }: TermColumn, setting: Setting, reference: Reference): Asked {
  const cases = clauses.flatMap((clause) =>
    clause.when ? [{ clause, holds: holds(clause.when, setting, reference) }] : [],
  );
  const held = cases.filter((one) => one.holds).map(({ clause }) => clause);
  const open = cases.filter((one) => one.holds === null).map(({ clause }) => clause);
  if (held.length > 0) return { held, open };
  const rest = clauses.filter(({ when }) => when === null);
  return open.length > 0 ? { held, open: [...open, ...rest] } : { held: rest, open };
}

function holds(when: When, { organism, tissueType }: Setting, reference: Reference): boolean | null {
  const isOf = (organisms: readonly string[]) => (organism === null ? null : organisms.includes(organism));
  const lies = (roots: readonly string[]) =>
    organism === null ? null : anyOf(roots.map((root) => isWithin(reference, organism, root)));
  // A missing value is none of those that are named.
  const isKind = (kinds: readonly string[]) => (tissueType === undefined ? null : kinds.includes(tissueType ?? ''));
  const ask = <T>(named: T | undefined, answer: (named: T) => boolean | null) => (named ? answer(named) : true);
  return allOf([
    ask(when.organism, isOf),
    ask(when.organismNot, (organisms) => not(isOf(organisms))),
    ask(when.organismWithin, lies),
    ask(when.organismNotWithin, (roots) => not(lies(roots))),
    ask(when.tissueType, isKind),
    ask(when.tissueTypeNot, (kinds) => not(isKind(kinds))),
  ]);
}

const not = (answer: boolean | null): boolean | null => (answer === null ? null : !answer);

/** What a value breaks of all that is asked. Of what cannot be said to hold, what breaks each is wrong in any case. */
export function judgedBy({ held, open }: Asked, value: string, terms: Terms): Judgement {
  const judged = held.map((clause) => judgeValue(value, clause, terms));
  const others = open.map((clause) => judgeValue(value, clause, terms));
  const isRefused = others.length > 0 && others.every(({ wrongs }) => wrongs.length > 0);
  const wrongs = new Map<WrongRule, Wrong>();
  for (const wrong of [...judged, ...(isRefused ? others.slice(0, 1) : [])].flatMap(({ wrongs }) => wrongs)) {
    // A clause that names roots says more than one that takes any term.
    const known = wrongs.get(wrong.rule);
    if (!known || (known.clause.any && !wrong.clause.any)) wrongs.set(wrong.rule, wrong);
  }
  const isUndecided = judged.some((one) => one.isUndecided) || (others.length > 0 && !isRefused);
  return { wrongs: [...wrongs.values()], isUndecided };
}

/** What there is to know of terms. */
export interface Terms {
  readonly reference: Reference;
  /** Prefixes whose terms lie in the file of another ontology. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** The name of the file in which terms of this prefix lie. */
export const fileOf = ({ aliases }: Terms, prefix: string): string =>
  Object.hasOwn(aliases, prefix) ? (aliases[prefix] ?? prefix) : prefix;

function judgeValue(value: string, clause: Clause, terms: Terms): Judgement {
  const { only, exceptions, multi } = clause;
  const wrong = (rule: WrongRule, term = value): Wrong => ({ rule, term, clause });
  if (only) return { wrongs: only.includes(value) ? [] : [wrong('T06')], isUndecided: false };
  if (exceptions.includes(value)) return { wrongs: [], isUndecided: false };

  const parts = multi ? value.split(multi.delimiter) : [value];
  const ontologies = parts.length > 1 && multi?.ofMany ? multi.ofMany : clause.ontologies;
  const judged = parts.map((part) => ({ part, rule: judgeTerm(part, { ...clause, ontologies }, terms) }));
  const wrongs = judged.flatMap(({ part, rule }) => (rule && rule !== 'undecided' ? [wrong(rule, part)] : []));
  const trimmed = parts.map((part) => part.trim());
  if (trimmed.some((part, i) => part < (trimmed[i - 1] ?? ''))) wrongs.push(wrong('T07'));
  if (new Set(parts).size < parts.length) wrongs.push(wrong('T08'));
  return { wrongs, isUndecided: judged.some(({ rule }) => rule === 'undecided') };
}

/** The first rule that a term breaks; null where it is allowed. */
function judgeTerm(id: string, clause: Clause, terms: Terms): WrongRule | 'undecided' | null {
  if (clause.forbid.includes(id)) return 'T04';
  const file = fileOf(terms, prefixOf(id));
  if (!clause.ontologies.some((name) => fileOf(terms, name) === file)) return 'T02';
  const ontology = terms.reference.ontology(file);
  if (!ontology) return 'undecided';
  if (!ontology.mayHave(id)) return 'T02';
  const term = ontology.term(id);
  if (!term) return 'undecided';
  if (term.isDeprecated) return 'T03';
  if (clause.forbidBelow.some((root) => ontology.isBelow(id, root))) return 'T04';
  const isAllowed = clause.any || clause.allow.includes(id) || clause.below.some((root) => ontology.isBelow(id, root));
  return isAllowed ? null : 'T05';
}

/** Whether a clause would take this term, as far as one knows. */
export const accepts = (clause: Clause, id: string, terms: Terms): boolean =>
  clause.only ? clause.only.includes(id) : clause.exceptions.includes(id) || judgeTerm(id, clause, terms) === null;
