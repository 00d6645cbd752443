/** Which cases cannot be run, and why? By name, or by the part of the reference validator that they are about. */
import type { DataCase } from './cases.js';

const NO_COMMAND = 'about a command that there is none of here';

const BY_SCOPE: Readonly<Record<string, string>> = {
  transform: `${NO_COMMAND}: what migrates a file or maps its species`,
  removeLabels: `${NO_COMMAND}: what removes the labels of a file`,
  outputName: `${NO_COMMAND}: its arguments name the file that it writes`,
};

const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^atac\/prepare-missing-tool/, 'about a program that the reference validator starts, and nothing here does'],
  [/^atac\/bad-file$/, 'there is no such file: it is not among the fixtures'],
  [/^atac\/count-lines\[missing file\]$/, 'a check is not run on a file that is not there'],
  [/^atac\/index-line-count-mismatch$/, 'about a program that loses a line, and no program is started here'],
  [/^colors\/not-strings\[none\]$/, 'no h5ad file holds it: AnnData writes no array of strings and None'],
];

/** What is still to come. */
const TO_COME: readonly (readonly [RegExp, string])[] = [
  [/^fragment(Prepare|Index|Dedup)$/, 'todo: fragments are judged, and not sorted, indexed or rid of repeats'],
];

/** Null where it is to be run. */
export const exclusionOf = ({ name, scope = '' }: DataCase): string | null =>
  TO_COME.find(([pattern]) => pattern.test(scope))?.[1] ??
  BY_SCOPE[scope] ??
  BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ??
  null;
