/** Is there a Python here that has a module? Debian's own may stand behind another that was installed. */
import { spawnSync } from 'node:child_process';

export interface Python {
  /** Null where there is none. */
  readonly command: string | null;
  /** For the name of a suite. */
  readonly note: string;
}

export function pythonWith(module: string): Python {
  const command = ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0,
  );
  return { command: command ?? null, note: command ? '' : ` (skipped: there is no Python with ${module} here)` };
}
