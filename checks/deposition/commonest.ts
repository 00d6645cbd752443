/** Which value do most share? That by which those are told who differ; the first of several that are as common. */

export function commonest<T>(values: readonly T[]): { readonly value: T; readonly count: number } | null {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let most: { value: T; count: number } | null = null;
  for (const [value, count] of counts) if (!most || count > most.count) most = { value, count };
  return most;
}
