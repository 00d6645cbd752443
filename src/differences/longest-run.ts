/** Which of these numbers stand in order as they are? The longest run that rises; the others are those that have moved. */

/** @returns for each, whether it is of that run */
export function inLongestRun(numbers: readonly number[]): boolean[] {
  /** By length of the run: the index at which the lowest run of that length ends. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [i, n] of numbers.entries()) {
    const length = firstAtLeast(ends, (end) => (numbers[end] ?? 0) >= n);
    before.push(ends[length - 1]);
    ends[length] = i;
  }
  const isOf = numbers.map(() => false);
  for (let i = ends.at(-1); i !== undefined; i = before[i]) isOf[i] = true;
  return isOf;
}

/** The first place of `sorted` from which on it holds. */
function firstAtLeast(sorted: readonly number[], holds: (item: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
