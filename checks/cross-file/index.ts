/** Which rules between files are there? All, in the order of the report: a new one is a file beside this and a line here. */
import type { CheckOutcome } from '../finding.js';
import { type CrossFileCheck, knownFiles, runCrossFile } from './cross-file.js';
import { fragmentsOfDataset } from './fragments-of-dataset.js';

export const CROSS_FILE_CHECKS: readonly CrossFileCheck[] = [fragmentsOfDataset];

/** What is to be said of files that belong together, by the results of their checks. */
export const judgeTogether = (results: readonly Pick<CheckOutcome, 'file' | 'facts'>[]): CheckOutcome[] =>
  CROSS_FILE_CHECKS.flatMap((check) => runCrossFile(check, knownFiles(results)));
