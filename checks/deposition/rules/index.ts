/** Which rules between files are there? All, in the order of the matrix: a new theme is a file beside this and a line here. */
import type { Rules } from '../matrix.js';
import { rawAnglePerSection } from './counts.js';

export const RULES: Rules = {
  ofRuns: [rawAnglePerSection],
  ofDatasets: [],
};
