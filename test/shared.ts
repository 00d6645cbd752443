/** Where do the fixtures lie that are too many to be kept here? Beside the repository, or where `ACCESSION_SHARED` says. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SHARED = resolve(process.env.ACCESSION_SHARED ?? join(import.meta.dirname, '../../shared'));

/** A folder of fixtures: what depends on it is skipped, and says so, where it is missing. */
export function sharedFolder(path: string) {
  const folder = join(SHARED, path);
  const isMissing = !existsSync(folder);
  return {
    isMissing,
    /** Ends the name of a suite. */
    note: isMissing ? ` (skipped: there is no ${folder})` : '',
    at: (file: string) => join(folder, file),
    bytes: (file: string) => readFileSync(join(folder, file)),
  };
}
