/**
 * Is this gain reference whole, and is it one image? What it is tells its content: `.gain` is a TIFF to the cameras' makers,
 * and some laboratories name MRC and DM4 files so, which are then judged by the rules of those formats.
 */
import { type Check, defineCheck, penOf, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { dmHeaderOf } from '../readers/dm.js';
import { HEADER_BYTES, isPlausible, openHeader } from '../readers/mrc.js';
import { tiffHeaderOf } from '../readers/tiff.js';
import { isEer } from '../readers/tiff-image.js';
import { dmCheck } from './dm.check.js';
import { mrcCheck } from './mrc.check.js';
import { TIFF_RULES } from './tiff-rules.js';
import { startOf } from './tiff-start.js';
import { factsOf, walkPages } from './tiff-walk.js';

const RULES = {
  ...TIFF_RULES,
  other_format: {
    severity: 'info',
    message: 'This is {found} under the name of a gain reference; it is judged as what it is.',
    fix: 'Let the name end in {extension}.',
  },
  is_movie: {
    severity: 'error',
    message: 'These are electron events of a Falcon camera (EER), and no gain reference.',
    fix: 'Upload the gain reference that the movies were taken with.',
  },
  many_images: {
    severity: 'warning',
    message: 'There are {found} images in the file; a gain reference is one.',
    fix: 'Upload the gain reference alone.',
  },
  colour: {
    severity: 'error',
    message: 'The pixels have {found} samples each: this is a colour image, and no gain reference.',
    fix: 'Upload the gain reference that the camera wrote.',
  },
} as const satisfies Record<string, Rule>;

/** Of one image and of no scale: what is said of the size of its voxels tells nothing. */
const OF_VOXELS = /^voxel_size/;

export const gainCheck = defineCheck<keyof typeof RULES>({
  id: 'gain',
  version: 1,
  title: 'Gain reference',
  extensions: ['.gain'],
  sharesProcess: true,
  rules: RULES,

  async *run(file, pen, options) {
    const other = otherFormat(await file.read(0, HEADER_BYTES));
    if (other) {
      yield pen.report('other_format', { found: other.name, extension: other.extension });
      for await (const said of other.check.run(file, penOf(other.check, file), options))
        if (!isOfVoxels(said)) yield said;
      return;
    }
    const start = await startOf(file, 'gain reference');
    if (!('order' in start)) return yield pen.report(...start);

    const counts = ({ isThumbnail }: { isThumbnail: boolean }) => !isThumbnail;
    const walk = await walkPages(file, start, { full: options.full, counts });
    const { first, counted, faults } = walk;
    const isMovie = first !== null && isEer(first.compression);
    const facts = factsOf(walk, isMovie ? 'eer' : 'tiff');
    if (facts) yield pen.learn({ ...facts });
    yield* faults.report(pen);

    if (isMovie) return yield pen.report('is_movie', { found: facts?.compression });
    if (counted > 1) yield pen.report('many_images', { found: String(counted), expected: '1' });
    if (first && first.samples > 1) yield pen.report('colour', { found: String(first.samples), expected: '1' });
  },
});

function otherFormat(bytes: Uint8Array): { name: string; extension: string; check: Check } | null {
  if (tiffHeaderOf(bytes)) return null;
  const header = bytes.length < HEADER_BYTES ? null : openHeader(bytes).header;
  const mrc = { name: 'an MRC image', extension: '.mrc', check: mrcCheck };
  // Big-endian and 3 or 4 pixels wide, it begins as DM does.
  if (header?.magic === 'MAP') return mrc;
  const dm = dmHeaderOf(bytes);
  if (dm) return { name: `a DM${dm.version} image`, extension: `.dm${dm.version}`, check: dmCheck };
  return header && isPlausible(header) ? mrc : null;
}

const isOfVoxels = (said: Said): boolean => 'finding' in said && OF_VOXELS.test(said.finding.rule);
