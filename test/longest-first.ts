/** In which order do test files run? Those that are known to be long come first, and the shortest last: nobody waits alone for one. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Half a minute and more, most of it in processes of their own. */
const LONG =
  /\/test\/(start|upload-killed|publication-killed|reference|readme|command-line|process|deposition|lookups|conformance\/\w+|faults\/(killed|restarted|harmful-files|database-restarted|random-walk))\.e2e-spec\.ts$/;

export class LongestFirst extends BaseSequencer {
  /** Otherwise as they come: by what they took the last time, or by their size. A project at a time, since each loads its own. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

const rankOf = ({ moduleId, project }: TestSpecification): number =>
  LONG.test(moduleId) ? 0 : project.name === 'whole' ? 1 : 2;
