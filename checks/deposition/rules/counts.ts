/** Are there as many angles, sections and frames as belong together? */
import { factsAs, onlyFile } from '../deposition.js';
import { compared, defineRunRule, notApplicable } from '../run-rule.js';

const SPEC = 'https://chanzuckerberg.github.io/cryoet-data-portal/';

export const rawAnglePerSection = defineRunRule({
  id: 'X-06',
  title: 'One raw tilt angle per section',
  why: 'Raw tilt angles are metadata of the tilt series: line by line they say how far its sections were tilted.',
  says: {
    differs: {
      severity: 'error',
      message: 'The tilt series has {sections} sections, and there are {found} raw tilt angles.',
      fix: 'Write one angle a line for each section of the tilt series, in its order: `extracttilts` of IMOD does.',
      docs: SPEC,
    },
  },
  *judge(run) {
    const stack = factsAs(onlyFile(run, 'tilt_series'), 'mrc', 'zarr');
    const file = onlyFile(run, 'rawtlt');
    const angles = factsAs(file, 'angles');
    const sections = stack?.dimensions?.[2] ?? null;
    if (sections === null) return yield notApplicable('The number of sections of a tilt series is not known.');
    if (!file || !angles) return yield notApplicable('There are no raw tilt angles that can be read.');

    const found = angles.angles.length;
    if (found === sections) return yield compared(sections, found);
    const told = { sections, expected: `${sections} angles`, found: String(found) };
    yield { says: 'differs', told: { file: file.path, ...told } };
  },
});
