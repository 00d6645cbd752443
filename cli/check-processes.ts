/**
 * Which processes run checks for a command? Some, and one of them begins before the command is loaded where its arguments
 * name a file whose check takes long to load: the two then load side by side.
 */
import { statSync } from 'node:fs';
import type { Check } from '../checks/check.js';
import { CheckPool } from '../checks/isolate.js';

/** What a command needs to know of a check to have it run. */
export type Runnable = Pick<Check, 'id' | 'extensions' | 'except' | 'sharesProcess'>;

/** The one that takes long to load; where there is no other file, no other check is. */
export const SLOW_TO_LOAD: Runnable = { id: 'h5ad', extensions: ['.h5ad'] };
/** A folder may be called so, too, and hold anything. */
const isItsOwn = (path: string) =>
  SLOW_TO_LOAD.extensions.some((extension) => path.endsWith(extension)) &&
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** The checks that may know files of these names, or in these folders. */
export async function checksFor(paths: readonly string[]): Promise<readonly Runnable[]> {
  return paths.every(isItsOwn) ? [SLOW_TO_LOAD] : (await import('../checks/formats/index.js')).CHECKS;
}

/** How many run at once, and what each may take. */
const AT_ONCE = 2;
const MEMORY_MB = 2048;

let pool: CheckPool | null = null;

/** Whoever asks for them ends them. */
export function checkProcesses(signal: AbortSignal): CheckPool {
  pool ??= new CheckPool(AT_ONCE, { memoryMb: MEMORY_MB, signal });
  return pool;
}

export function beginAhead(args: readonly string[], signal: AbortSignal): void {
  if (args.some(isItsOwn)) checkProcesses(signal).prepare(SLOW_TO_LOAD.id);
}
