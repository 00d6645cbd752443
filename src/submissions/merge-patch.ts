/** What does a JSON merge patch (RFC 7396) make of a document, and what has changed between two? */

export type MergePatch = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that is null in the patch is gone; an object is merged; anything else takes the place of what was. */
export function mergePatch(target: Readonly<Record<string, unknown>>, patch: MergePatch): Record<string, unknown> {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else if (!isObject(value)) merged.set(name, value);
    else {
      const before = merged.get(name);
      merged.set(name, mergePatch(isObject(before) ? before : {}, value));
    }
  }
  return Object.fromEntries(merged);
}

interface Described {
  readonly title: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** JSON pointers of what is not the same in both, as deep as both are objects. */
export function changedPointers(before: Described, after: Described): string[] {
  return differences(
    { title: before.title, metadata: before.metadata },
    { title: after.title, metadata: after.metadata },
    '',
  );
}

function differences(before: unknown, after: unknown, at: string): string[] {
  if (!isObject(before) || !isObject(after)) return canonical(before) === canonical(after) ? [] : [at];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) =>
    differences(own(before, name), own(after, name), `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

/** And not what every object inherits. */
const own = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** One text for one value, whatever order its members came in. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
    ) ?? 'undefined'
  );
}
