/** What can be wrong with an alignment of AreTomo? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { NUMBER_RULES } from '../number-rules.js';
import { textRules } from '../text-rules.js';

const ARETOMO = 'https://github.com/czimaginginstitute/AreTomo3';
const EXPORT = 'Upload the .aln as AreTomo wrote it; where it was edited or cut off, run AreTomo again.';
const LOOK = 'Look at the aligned tilt series: these sections may have been aligned wrongly.';

export const RULES = {
  ...textRules('AreTomo alignment', EXPORT),
  ...NUMBER_RULES,
  header_tag: {
    severity: 'error',
    message: 'The first line is not that of an AreTomo alignment.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  raw_size: {
    severity: 'error',
    message: 'RawSize does not tell the columns, rows and sections of the tilt series.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  patch_count: { severity: 'error', message: 'NumPatches is no number of patches.', fix: EXPORT, docs: ARETOMO },
  dark_frame: {
    severity: 'error',
    message: 'Some DarkFrame lines do not tell frame, section and tilt of what was left out.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  row_arity: {
    severity: 'error',
    message: 'Some rows do not hold the ten numbers SEC ROT GMAG TX TY SMEAN SFIT SCALE BASE TILT.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  row_count: {
    severity: 'error',
    message: 'There are {found} rows of sections, and RawSize without the dark frames leaves {expected}.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  section_number: {
    severity: 'error',
    message: 'Some SEC are no numbers of sections that RawSize has.',
    fix: EXPORT,
  },
  section_repeated: { severity: 'error', message: 'Some sections have two rows.', fix: EXPORT },
  section_dark: { severity: 'error', message: 'Some sections have a row, and are dark frames too.', fix: EXPORT },
  tilt_range: {
    severity: 'error',
    message: 'Some TILT are outside of -90 to 90 degrees.',
    fix: 'Run AreTomo again: some versions write numbers that were never set.',
  },
  rotation_spread: {
    severity: 'warning',
    message: 'The rotations ROT lie {found} degrees apart; the tilt axis does not turn that far within a series.',
    fix: LOOK,
  },
  magnification: { severity: 'warning', message: 'Some GMAG are not 1, which AreTomo writes in every row.', fix: LOOK },
  shift: {
    severity: 'warning',
    message: 'Some shifts TX, TY are larger than the image: nothing of the section is left.',
    fix: LOOK,
  },
  local_arity: {
    severity: 'error',
    message: 'Some rows of the local alignment do not hold seven numbers: section, patch, X, Y, DX, DY, good.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  local_count: {
    severity: 'error',
    message: 'There are {found} rows of local alignment, and {sections} sections of {patches} patches make {expected}.',
    fix: EXPORT,
    docs: ARETOMO,
  },
  local_section: {
    severity: 'error',
    message: 'Some rows of the local alignment are of a section or a patch that is not there.',
    fix: EXPORT,
    docs: ARETOMO,
  },
} as const satisfies Record<string, Rule>;

export type AlnRule = keyof typeof RULES;
export type AlnPen = Pen<AlnRule>;
