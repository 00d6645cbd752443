/** Which file is read, and which is written, by the commands that write a curated copy? Never the same, and none is lost. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EXIT, Stopped, UsageError } from './exit.js';

/** Both as absolute paths. */
export function curatedFiles(
  input: string | undefined,
  output: string | undefined,
  isForced: boolean,
): { input: string; output: string } {
  if (!input) throw new UsageError('Which file? Name one .h5ad.');
  if (!output) throw new UsageError('Where to? Name the new file: -o OUT.h5ad.');
  const files = { input: resolve(input), output: resolve(output) };
  if (!existsSync(files.input) || !statSync(files.input).isFile()) throw new UsageError(`There is no file "${input}".`);
  if (!existsSync(dirname(files.output))) throw new UsageError(`There is no folder "${dirname(output)}".`);
  if (files.input === files.output)
    throw new UsageError('The new file must be another than the old: nothing is overwritten.');
  if (existsSync(files.output) && !isForced)
    throw new Stopped(EXIT.conflict, `There is a file "${output}" already. --force writes over it.`);
  return files;
}
