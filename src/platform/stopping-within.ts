/** When does a call end at the latest? When it is told to, or when its time is up. */

/**
 * Of `AbortSignal.any([…, AbortSignal.timeout(ms)])` Node 20 keeps no hold: once the collector has run, its time is never up.
 * The timer here holds what it is to abort.
 */
export function stoppingWithin(ms: number, stopping: AbortSignal): AbortSignal {
  const time = new AbortController();
  const late = () => time.abort(new DOMException(`This took longer than ${ms} ms.`, 'TimeoutError'));
  setTimeout(late, ms).unref();
  return AbortSignal.any([stopping, time.signal]);
}
