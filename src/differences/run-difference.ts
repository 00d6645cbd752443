/** Which runs of a deposition came and went? By the metadata that declare them. Pure. */

export interface RunChange {
  readonly dataset: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function runDifferences(before: unknown, after: unknown): RunChange[] {
  const [was, now] = [runsOf(before), runsOf(after)];
  return [...new Set([...was.keys(), ...now.keys()])].flatMap((dataset) => {
    const [old, current] = [was.get(dataset) ?? [], now.get(dataset) ?? []];
    const [known, there] = [new Set(old), new Set(current)];
    const added = current.filter((run) => !known.has(run));
    const removed = old.filter((run) => !there.has(run));
    return added.length + removed.length === 0 ? [] : [{ dataset, added, removed }];
  });
}

/** Names of runs by data set: of what is not written like a deposition, none. */
function runsOf(metadata: unknown): ReadonlyMap<string, readonly string[]> {
  const datasets = Object.entries(membersOf(membersOf(metadata).datasets));
  return new Map(datasets.map(([key, dataset]) => [key, Object.keys(membersOf(membersOf(dataset).runs))]));
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
