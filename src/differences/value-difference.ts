/**
 * What is different between two JSON documents? A list of changes, each in one place: members of objects by name, items of
 * lists by what identifies them, so that an author who moves up is not another author. Pure.
 */
import { canonical } from '../platform/canonical-json.js';
import { inLongestRun } from './longest-run.js';

export type ChangeKind = 'added' | 'removed' | 'changed' | 'moved';

export interface Change {
  readonly kind: ChangeKind;
  /** Where it is now; of what was removed: where it was, or would be. */
  readonly pointer: string;
  /** Where it was, where that is another place. */
  readonly from: string | null;
  /** What tells the item of a list from the others, where the change is in one: `orcid` and its value. */
  readonly item: Item | null;
  /** Absent: nothing. */
  readonly before?: unknown;
  readonly after?: unknown;
}
interface Item {
  readonly by: string;
  readonly is: string | number;
}

interface Place {
  readonly before: string;
  readonly after: string;
  readonly item: Item | null;
}

type Members = Readonly<Record<string, unknown>>;

/** What identifies an item, the surest first. */
const IDENTIFIERS = [
  ...(['key', 'id', 'orcid', 'email', 'doi', 'uri', 'path', 'run_name', 'name', 'grant_id', 'agency_name'] as const),
];
/** An item of a list of texts or numbers is itself. */
const ITSELF = '';

/** Parents come before what is in them. */
export function differences(before: unknown, after: unknown): Change[] {
  return [...between(before, after, { before: '', after: '', item: null })];
}

function* between(before: unknown, after: unknown, at: Place): Iterable<Change> {
  if (isObject(before) && isObject(after)) return yield* betweenMembers(before, after, at);
  if (Array.isArray(before) && Array.isArray(after)) {
    const by = identifierOf([before, after]);
    if (by !== null) return yield* betweenItems(before, after, by, at);
  }
  if (canonical(before) !== canonical(after)) yield change('changed', at, { before, after });
}

function* betweenMembers(before: Members, after: Members, at: Place): Iterable<Change> {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const place = below(at, name, name, at.item);
    if (!Object.hasOwn(before, name)) yield change('added', place, { after: after[name] });
    else if (!Object.hasOwn(after, name)) yield change('removed', place, { before: before[name] });
    else yield* between(before[name], after[name], place);
  }
}

function* betweenItems(before: readonly unknown[], after: readonly unknown[], by: string, at: Place): Iterable<Change> {
  const was = new Map(before.map((item, i) => [identityOf(item, by), i]));
  const now = new Map(after.map((item, i) => [identityOf(item, by), i]));
  const named = (is: string | number): Item => ({ by, is });

  for (const [is, i] of was)
    if (!now.has(is)) yield change('removed', below(at, i, i, named(is)), { before: before[i] });
  const stayed = [...now].flatMap(([is, to]) => {
    const from = was.get(is);
    return from === undefined ? [] : [{ is, from, to }];
  });
  const still = inLongestRun(stayed.map(({ from }) => from));
  const moved = new Set(stayed.filter((_, i) => !still[i]).map(({ is }) => is));
  for (const [is, to] of now) {
    const from = was.get(is);
    const place = below(at, from ?? to, to, named(is));
    if (from === undefined) yield change('added', place, { after: after[to] });
    else if (moved.has(is)) yield { ...change('moved', place, {}), from: place.before };
  }
  for (const { is, from, to } of stayed) yield* between(before[from], after[to], below(at, from, to, named(is)));
}

function change(kind: ChangeKind, place: Place, values: Pick<Change, 'before' | 'after'>): Change {
  const pointer = kind === 'removed' ? place.before : place.after;
  return {
    kind,
    pointer,
    from: place.before === pointer || kind === 'added' ? null : place.before,
    item: place.item,
    ...values,
  };
}

const below = (at: Place, before: string | number, after: string | number, item: Item | null): Place => ({
  before: `${at.before}/${step(before)}`,
  after: `${at.after}/${step(after)}`,
  item,
});
const step = (name: string | number) => String(name).replaceAll('~', '~0').replaceAll('/', '~1');

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first that every item of the lists has, each its own; null: they are compared as a whole. */
function identifierOf(lists: readonly (readonly unknown[])[]): string | null {
  return [ITSELF, ...IDENTIFIERS].find((by) => lists.every((list) => tellsApart(list, by))) ?? null;
}

function tellsApart(list: readonly unknown[], by: string): boolean {
  const seen = new Set<unknown>();
  for (const item of list) {
    const is = identityOf(item, by);
    if ((typeof is !== 'string' && typeof is !== 'number') || seen.has(is)) return false;
    seen.add(is);
  }
  return true;
}

/** Where `tellsApart`, a text or a number. */
function identityOf(item: unknown, by: string): string | number {
  return (by === ITSELF ? item : isObject(item) && Object.hasOwn(item, by) ? item[by] : undefined) as string | number;
}
