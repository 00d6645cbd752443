/** Which rows are the same? Those whose hashes agree: 64 bits of all values other than zero and their columns. */

export interface Duplicates {
  /** All rows that are like another. */
  readonly count: number;
  /** Rows, from 0, of the first few groups: the first two of each. */
  readonly pairs: readonly (readonly [first: number, second: number])[];
}

const PAIRS = 5;

/** `hashes` has two entries a row. Rows for which `isLeftOut` are like none. */
export function duplicatesIn(hashes: Int32Array, isLeftOut: (row: number) => boolean): Duplicates {
  // Shared memory takes no view of another alignment, and sorting must not disturb the order of rows.
  const all = new BigUint64Array(hashes.length / 2);
  const ofRow = new BigUint64Array(hashes.buffer, hashes.byteOffset, all.length);
  let taken = 0;
  for (let row = 0; row < all.length; row++) if (!isLeftOut(row)) all[taken++] = ofRow[row] ?? 0n;

  const { count, hashes: repeated } = repeatsIn(all.subarray(0, taken).sort());
  if (count === 0) return { count, pairs: [] };
  const firstOf = new Map<bigint, number>();
  const pairs: (readonly [number, number])[] = [];
  for (let row = 0; row < all.length && pairs.length < repeated.size; row++) {
    const hash = ofRow[row] ?? 0n;
    if (!repeated.has(hash) || isLeftOut(row)) continue;
    const first = firstOf.get(hash);
    if (first === undefined) firstOf.set(hash, row);
    else if (first >= 0) {
      pairs.push([first, row]);
      firstOf.set(hash, -1);
    }
  }
  return { count, pairs: pairs.sort(([a], [b]) => a - b) };
}

function repeatsIn(sorted: BigUint64Array): { count: number; hashes: ReadonlySet<bigint> } {
  const hashes = new Set<bigint>();
  let count = 0;
  for (let first = 0, end = 1; first < sorted.length; first = end++) {
    while (end < sorted.length && sorted[end] === sorted[first]) end++;
    if (end - first === 1) continue;
    count += end - first;
    if (hashes.size < PAIRS) hashes.add(sorted[first] ?? 0n);
  }
  return { count, hashes };
}
