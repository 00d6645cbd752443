/** What of an error may leave? Plain JSON, and not much of it. */

const LIMITS = { depth: 5, items: 200, characters: 2_000 } as const;

/** Functions, class instances, buffers and what has no JSON form stay here; long texts and lists are cut. */
export function plain(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const shown = shownOf(value, LIMITS.depth);
      return shown === undefined ? [] : [[name, shown]];
    }),
  );
}

function shownOf(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.slice(0, LIMITS.characters);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (depth === 0) return undefined;
  if (Array.isArray(value)) return value.slice(0, LIMITS.items).map((item) => shownOf(item, depth - 1) ?? null);
  if (isPlainObject(value)) {
    const members = Object.entries(value).slice(0, LIMITS.items);
    return Object.fromEntries(members.map(([name, member]) => [name, shownOf(member, depth - 1)]));
  }
  return undefined;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
