/** What can be wrong with SerialEM metadata? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { textRules } from '../text-rules.js';

const SPEC = 'https://bio3d.colorado.edu/SerialEM/hlp/html/about_formats.htm';
const EXPORT = 'Export the .mdoc again from the program that acquired the tilt series.';

export const RULES = {
  ...textRules('SerialEM metadata file', EXPORT),
  no_sections: {
    severity: 'error',
    message: 'There is no [ZValue] section: no tilt is described. There is {found}.',
    fix: EXPORT,
    docs: SPEC,
  },
  too_many_sections: {
    severity: 'error',
    message: 'There are {found} sections; no tilt series has more than {expected}.',
    fix: 'Look whether this is the .mdoc of one tilt series.',
  },
  montage: {
    severity: 'error',
    message: 'This describes a montage: its sections are pieces of one image, and no tilts.',
    fix: 'Upload the .mdoc of the tilt series.',
    docs: SPEC,
  },
  frame_series: {
    severity: 'warning',
    message: 'The views are parts of one movie, not images of their own: a [FrameSet] stands above them.',
    fix: 'Look whether this is the .mdoc of a tilt series; one movie a view is expected.',
    docs: SPEC,
  },
  strange_lines: {
    severity: 'warning',
    message: 'Some lines are no `key = value`.',
    fix: 'Take out what does not belong there.',
    docs: SPEC,
  },
  title_bracket: {
    severity: 'warning',
    message: 'Some titles lack one of their brackets; some programs stop reading there.',
    fix: 'Write the title as [T = …]. Some versions of Tomography 5 leave the first bracket out.',
    docs: SPEC,
  },
  key_repeated: {
    severity: 'warning',
    message: 'Some keys are told twice in one section, and not alike; which one counts?',
    fix: 'Leave the one that is right.',
    docs: SPEC,
  },
  key_value: {
    severity: 'warning',
    message: 'Some values of {keys} cannot be right.',
    fix: 'Correct the values, or export the .mdoc again.',
    docs: SPEC,
  },
  voltage: {
    severity: 'warning',
    message: 'The Voltage is {found}; SerialEM writes kilovolts, such as 300.',
    fix: 'Write the voltage in kilovolts.',
    docs: SPEC,
  },
  image_size: {
    severity: 'warning',
    message: 'ImageSize does not tell the columns and rows of the images.',
    fix: 'Write two whole numbers: ImageSize = 4096 4096.',
    docs: SPEC,
  },
  tilt_angle: {
    severity: 'error',
    message: 'Some sections have no TiltAngle between -90 and 90 degrees.',
    fix: EXPORT,
    docs: SPEC,
  },
  z_value_repeated: {
    severity: 'warning',
    message: 'Some ZValues stand above two sections: which image does each describe?',
    fix: 'Number the sections from 0 without a gap, in the order of the images.',
    docs: SPEC,
  },
  z_value_gap: {
    severity: 'warning',
    message: 'The ZValues are not the numbers from 0 to {last}.',
    fix: 'Number the sections from 0 without a gap, in the order of the images.',
    docs: SPEC,
  },
  frame_path: {
    severity: 'warning',
    message: 'Some sections have no SubFramePath: their frames cannot be found.',
    fix: 'Add the path of the frames to every section, unless no frames are submitted.',
    docs: SPEC,
  },
  frame_path_repeated: {
    severity: 'error',
    message: 'Some sections name the same frames as another.',
    fix: 'Give every section the SubFramePath of its own frames.',
    docs: SPEC,
  },
  dose: {
    severity: 'warning',
    message: 'Some sections have no ExposureDose above zero: the dose cannot be told from this file.',
    fix: 'Calibrate the dose in SerialEM, or tell the total dose in the metadata of the submission.',
    docs: SPEC,
  },
  tilt_axis: {
    severity: 'warning',
    message: 'No title tells the tilt axis angle.',
    fix: 'Add the title that SerialEM writes: [T = Tilt axis angle = 84.7, binning = 1].',
    docs: SPEC,
  },
  pixel_spacing: {
    severity: 'warning',
    message: 'Sections differ in PixelSpacing from one another or from the head of the file.',
    fix: 'Look whether views of another magnification came in.',
    docs: SPEC,
  },
  angle_repeated: {
    severity: 'warning',
    message: 'Some tilt angles occur twice.',
    fix: 'Leave out the views that were taken again.',
  },
  date_time: {
    severity: 'warning',
    message: 'Some DateTime cannot be read, so that the order of acquisition is not known.',
    fix: 'Write it as SerialEM does: 06-Jun-23  23:19:47.',
    docs: SPEC,
  },
  time_order: {
    severity: 'warning',
    message: 'The sections are not in the order in which they were taken, by their DateTime.',
    fix: 'Export the .mdoc in the order of acquisition: dose and drift depend on it.',
  },
  last_section_short: {
    severity: 'warning',
    message: 'The last section lacks what all others have: {found}. The file may be cut short.',
    fix: 'Upload the file again, and compare its size with the original.',
  },
  few_tilts: {
    severity: 'warning',
    message: 'Only {found} tilts are described; programs for alignment refuse fewer than 7.',
    fix: 'Look whether the whole series is here.',
  },
} as const satisfies Record<string, Rule>;

export type MdocRule = keyof typeof RULES;
export type MdocPen = Pen<MdocRule>;
