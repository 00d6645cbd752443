/** Is this TIFF movie whole, and are all of its pages frames of one kind? */
import { defineCheck } from '../check.js';
import type { Rule } from '../finding.js';
import { isEer } from '../readers/tiff-image.js';
import { TIFF_RULES } from './tiff-rules.js';
import { startOf } from './tiff-start.js';
import { factsOf, walkPages } from './tiff-walk.js';

const RULES = {
  ...TIFF_RULES,
  is_eer: {
    severity: 'warning',
    message: 'These are electron events of a Falcon camera (EER), under the name of a TIFF.',
    fix: 'Let the name end in .eer.',
  },
  colour: {
    severity: 'warning',
    message: 'The pixels have {found} samples each: this is a colour image, and no frame of a camera.',
    fix: 'Upload the frames, and not a picture of them.',
  },
} as const satisfies Record<string, Rule>;

/** TIFF 6.0 and BigTIFF: a page for each frame, packed with LZW or deflate by those who acquire. */
export const tiffCheck = defineCheck<keyof typeof RULES>({
  id: 'tiff',
  version: 1,
  title: 'TIFF or BigTIFF frames',
  extensions: ['.tif', '.tiff'],
  sharesProcess: true,
  rules: RULES,

  async *run(file, pen, { full }) {
    const start = await startOf(file, 'TIFF image');
    if (!('order' in start)) return yield pen.report(...start);

    const walk = await walkPages(file, start, { full, counts: ({ isThumbnail }) => !isThumbnail });
    const { first, faults } = walk;
    const isMovie = first !== null && isEer(first.compression);
    const facts = factsOf(walk, isMovie ? 'eer' : 'tiff');
    if (facts) yield pen.learn({ ...facts });
    yield* faults.report(pen);

    if (isMovie) yield pen.report('is_eer', { found: facts?.compression });
    if (first && first.samples > 1) yield pen.report('colour', { found: String(first.samples), expected: '1' });
    if (!first && walk.others > 0) yield pen.report('no_pages', { found: `${walk.others} thumbnails` });
  },
});
