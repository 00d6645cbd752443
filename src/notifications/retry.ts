/** When is a mail tried again? */

/** By so much of the time they are put off further, so that a server that comes back is not met by all at once. */
const JITTER = 0.25;

/**
 * How many milliseconds after the `attempt`th try, the first being 1, the next is made; null: it was the last.
 * @param waits the time after each try
 */
export function retryIn(attempt: number, waits: readonly number[], random: () => number = Math.random): number | null {
  const wait = waits[attempt - 1];
  return wait === undefined ? null : Math.round(wait * (1 + JITTER * random()));
}
