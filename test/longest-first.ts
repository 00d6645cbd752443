/** In which order do test files run? Those that are known to be long come first: the last of all would be waited for alone. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Half a minute and more, most of it in processes of their own. */
const LONG =
  /\/test\/(start|upload-killed|publication-killed|reference|readme|command-line|process|deposition|lookups|conformance\/\w+|faults\/(killed|restarted|harmful-files|database-restarted|random-walk))\.e2e-spec\.ts$/;

export class LongestFirst extends BaseSequencer {
  /** Otherwise as they come: by what they took the last time, or by their size. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
