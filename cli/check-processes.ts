/**
 * Which processes run checks for a command? Some, and one of them begins before the command is loaded where its arguments
 * name a file whose check takes long to load: the two then load side by side.
 */
import { CheckPool } from '../checks/isolate.js';

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
  if (args.some((arg) => arg.endsWith('.h5ad'))) checkProcesses(signal).prepare('h5ad');
}
