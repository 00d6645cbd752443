/**
 * What does a suggested change make of a draft, and does it still fit? A JSON patch (RFC 6902) of title and metadata,
 * each operation of which remembers what it was made against.
 */
import { applyPatch, type Operation as Rfc6902Operation } from 'rfc6902';
import { canonical } from '../platform/canonical-json.js';
import type { MergePatch } from '../submissions/merge-patch.js';

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}
/** Where an operation has its effect, and what was there; without `was`: nothing. */
export interface Remembered extends Operation {
  readonly at: string;
  readonly was?: unknown;
}

export interface Draft {
  readonly title: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What is at a pointer. */
export interface Place {
  readonly there: boolean;
  readonly value?: unknown;
}

/** What somebody has changed meanwhile: all three values, each left out where there is or was nothing. */
export interface Conflict {
  readonly pointer: string;
  readonly was?: unknown;
  readonly now?: unknown;
  readonly suggested?: unknown;
}

type Fault = { readonly index: number; readonly detail: string };

export function valueAt(document: unknown, pointer: string): Place {
  let value = document;
  for (const token of tokensOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return { there: false };
    value = (value as Readonly<Record<string, unknown>>)[token];
  }
  return { there: true, value };
}

/** Each operation with what it meets, or why the patch does not fit the draft at all. */
export function remember(draft: Draft, patch: readonly Operation[]): { remembered: Remembered[]; fault: Fault | null } {
  const document = structuredClone(draft);
  const remembered: Remembered[] = [];
  for (const [index, operation] of patch.entries()) {
    const at = effectOf(document, operation);
    const { there, value } = valueAt(document, at);
    remembered.push({ ...operation, at, ...(there && { was: structuredClone(value) }) });
    const detail = apply(document, operation);
    if (detail !== null) return { remembered, fault: { index, detail } };
  }
  return { remembered, fault: null };
}

/** The draft with the patch, or what is no longer as it was when the patch was made: all of it, and then nothing is done. */
export function applied(draft: Draft, patch: readonly Remembered[]): { after: Draft; conflicts: Conflict[] } {
  const after = structuredClone(draft);
  const conflicts: Conflict[] = [];
  for (const { at, was, ...operation } of patch) {
    const now = valueAt(after, at);
    const isAsItWas = was === undefined ? !now.there : now.there && canonical(now.value) === canonical(was);
    const fits = isAsItWas && apply(after, operation) === null;
    if (!fits)
      conflicts.push({
        pointer: at,
        ...(was !== undefined && { was }),
        ...(now.there && { now: structuredClone(now.value) }),
        ...('value' in operation && { suggested: operation.value }),
      });
  }
  return { after, conflicts };
}

/** The merge patch that makes `after` of `before`: null, in an object, is what is not there. */
export function mergePatchBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): MergePatch {
  const patch = new Map<string, unknown>();
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) patch.set(name, null);
  for (const [name, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (canonical(old ?? null) === canonical(value)) continue;
    patch.set(name, isObject(old) && isObject(value) ? mergePatchBetween(old, value) : value);
  }
  return Object.fromEntries(patch);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const tokensOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

const parentOf = (pointer: string): string => pointer.slice(0, pointer.lastIndexOf('/'));

/** Adding to a list moves what is behind it: the whole list must be as it was. */
function effectOf(document: Draft, { op, path }: Operation): string {
  const parent = parentOf(path);
  return op === 'add' && Array.isArray(valueAt(document, parent).value) ? parent : path;
}

/** In place. @returns why not; null: it is done */
function apply(document: Draft, operation: Operation): string | null {
  const { op, path } = operation;
  const list = valueAt(document, parentOf(path)).value;
  // What an object inherits is not of the draft, though the library would find it there.
  if (typeof list !== 'object' || list === null) return `There is nothing at "${parentOf(path)}".`;
  if (Array.isArray(list) && !isIndexOf(list, tokensOf(path).at(-1) ?? '', op))
    return `"${path}" is not a place in a list of ${list.length}.`;
  if (op === 'replace' && !valueAt(document, path).there) return `There is nothing at "${path}" to replace: add it.`;
  const [error] = applyPatch(document, [structuredClone(operation) as Rfc6902Operation]);
  if (!error) return null;
  return error.name === 'TestError'
    ? `What is at "${path}" is not as the test says.`
    : `There is nothing at "${path}".`;
}

/** Its end, too, where something is added. */
function isIndexOf(list: readonly unknown[], token: string, op: Operation['op']): boolean {
  if (op === 'add' && (token === '-' || token === String(list.length))) return true;
  return /^(0|[1-9]\d{0,8})$/.test(token) && Number(token) < list.length;
}
