/** Does each transform leave its section within the image? The rule is ours: the specification asks it of the file alone. */
import { factsAs, onlyFile } from '../deposition.js';
import { dimensionsOf, rounded } from '../pixel-size.js';
import { tiltSeriesOf } from '../run-parts.js';
import { compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { TOLERANCES } from '../tolerances.js';

const MOST_SAMPLES = 10;

const shifts = defineRunRule({
  id: 'X-48',
  title: 'Shifts of the XF within the image',
  why: 'A section that is shifted by more than the image is wide has nothing in common with the others.',
  says: {
    beyond: {
      severity: 'warning',
      message: '{count} of {all} sections are shifted by more than {expected}: the first by {found} pixels.',
      fix: 'Look at the alignment of these sections, or upload the XF of this tilt series: its shifts are in unbinned pixels.',
    },
  },
  *judge(run) {
    const file = onlyFile(run, 'xf');
    const xf = factsAs(file, 'xf');
    if (!file || !xf) return yield notApplicable('There is no XF that can be read.');
    const size = dimensionsOf(tiltSeriesOf(run));
    if (!size) return yield notApplicable('The size of the tilt series is not known.');

    // Sections may be turned by a right angle: the longer side counts for both.
    const side = Math.max(size[0], size[1]);
    const { share } = TOLERANCES['X-48'];
    const most = (side * share.value) / 100;
    const amounts = xf.rows.map(([, , , , dx, dy]) => Math.max(Math.abs(dx), Math.abs(dy)));
    const beyond = amounts.flatMap((amount, i) => (amount > most ? [{ row: i + 1, amount }] : []));
    const expected = `${rounded(most)} pixels (${share.value} ${share.unit} of the longer side)`;
    const [first] = beyond;
    if (!first) {
      const largest = amounts.reduce((one, other) => Math.max(one, other), 0);
      return yield compared(expected, `${rounded(largest)} pixels at most`);
    }
    const samples = beyond.slice(0, MOST_SAMPLES).map(({ row, amount }) => `row ${row}: ${rounded(amount)}`);
    const told = { count: beyond.length, all: amounts.length, expected, found: rounded(first.amount), samples };
    yield { says: 'beyond', told: { file: file.path, location: `row ${first.row}`, ...told } };
  },
});

export const TRANSFORM_SHIFT_RULES: readonly RunRule[] = [shifts];
