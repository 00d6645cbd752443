/** Is this EER movie of a Falcon camera whole, and can its frames be unpacked? */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { acquisitionOf, EER_TAGS, MOST_XML } from '../readers/tiff-eer.js';
import { type LegacyEer, legacyEerOf, MOST_FRAMES } from '../readers/tiff-eer-legacy.js';
import { isEer } from '../readers/tiff-image.js';
import { TIFF_RULES } from './tiff-rules.js';
import { startOf } from './tiff-start.js';
import { factsOf, type Walk, walkPages } from './tiff-walk.js';

const EER = 'https://github.com/fei-company/EerReaderLib';
const COPY_AGAIN = 'Copy the file again from the storage of the microscope.';

const RULES = {
  ...TIFF_RULES,
  no_frames: {
    severity: 'error',
    message: 'No page is packed as EER: {found}.',
    fix: 'Upload the movie itself, or let the name end in .tif.',
    docs: EER,
  },
  frame_size: {
    severity: 'warning',
    message: 'The frames have {found} pixels; those of a Falcon camera have {expected}.',
    fix: 'Look whether the file was rewritten, and upload the original.',
    docs: EER,
  },
  packing_unsaid: {
    severity: 'error',
    message:
      'The frames are packed with widths of their own (Compression 65002), and what tells them is missing: {found}.',
    fix: COPY_AGAIN,
    docs: EER,
  },
  no_acquisition: {
    severity: 'info',
    message: 'Nothing is said of the acquisition: tag 65001 is not there.',
    fix: 'Tell exposure and dose in the metadata of the submission.',
    docs: EER,
  },
  acquisition: {
    severity: 'warning',
    message: 'What is said of the acquisition (tag 65001) cannot be read: {found}.',
    fix: COPY_AGAIN,
    docs: EER,
  },
  frame_count: {
    severity: 'warning',
    message: 'The acquisition had {expected} frames, as tag 65001 says, and {found} are there.',
    fix: COPY_AGAIN,
  },
  legacy: {
    severity: 'info',
    message: 'This is EER as it was before it became TIFF: {found} frames, and nothing that tells their size.',
    fix: 'Nothing needs to be done; few programs read it.',
    docs: EER,
  },
  detector_error: {
    severity: 'error',
    message: 'The detector marked some frames as wrong.',
    fix: 'Leave out this movie, or acquire it again.',
    docs: EER,
  },
  legacy_broken: {
    severity: 'error',
    message: 'The last {frames} frames are sound, and what ends at byte {found} is none: the beginning is lost.',
    fix: COPY_AGAIN,
    docs: EER,
  },
} as const satisfies Record<string, Rule>;

type EerPen = Pen<keyof typeof RULES>;

const OWN_WIDTHS = 65002;
const SIZES = [4096, 2048];
const MOST_SAMPLES = 5;

/** Electron events, run-length coded, a page of TIFF for each readout of the sensor; once, without TIFF around them. */
export const eerCheck = defineCheck<keyof typeof RULES>({
  id: 'eer',
  version: 1,
  title: 'EER movie',
  extensions: ['.eer'],
  sharesProcess: true,
  rules: RULES,

  async *run(file, pen, { full }) {
    const legacy = await legacyEerOf(file);
    if (legacy) return yield* judgeLegacy(legacy, pen);
    const start = await startOf(file, 'EER movie');
    if (!('order' in start)) return yield pen.report(...start);

    // The sum of all frames may come first: it does not count.
    const counts = ({ compression }: { compression: number }) => isEer(compression);
    const walk = await walkPages(file, start, { full, counts, tag: EER_TAGS.acquisition });
    const facts = factsOf(walk, 'eer');
    if (facts) yield pen.learn({ ...facts });
    yield* walk.faults.report(pen);
    const { first, counted, others } = walk;
    if (!first) return yield pen.report('no_frames', { found: `${others} pages of other kinds` });

    const { width, height } = first;
    if (width !== height || !SIZES.includes(width))
      yield pen.report('frame_size', { found: `${width} × ${height}`, expected: '4096 × 4096 or 2048 × 2048' });
    yield* judgeAcquisition(walk, counted, pen);
    yield* judgePacking(walk, pen);
  },
});

function* judgeLegacy({ frames, errors, brokenAt, isTooLong }: LegacyEer, pen: EerPen): Generator<Said, void> {
  // No dimensions are known, so that the rules between files have nothing to compare.
  yield pen.learn({ legacyFrames: frames });
  if (isTooLong) return yield pen.report('page_count', { expected: String(MOST_FRAMES) });
  yield pen.report('legacy', { found: String(frames) });
  const samples = errors.slice(0, MOST_SAMPLES).map((end) => `byte ${end}`);
  if (errors.length > 0) yield pen.report('detector_error', { count: errors.length, samples });
  if (brokenAt !== null)
    yield pen.report('legacy_broken', { location: `byte ${brokenAt}`, found: String(brokenAt), frames });
}

async function* judgeAcquisition(
  { tiff, field }: Pick<Walk, 'tiff' | 'field'>,
  frames: number,
  pen: EerPen,
): AsyncGenerator<Said, void> {
  if (!field) return yield pen.report('no_acquisition');
  const told = { location: 'tag 65001' };
  const bytes = (field.bytes ?? 0) <= MOST_XML ? await tiff.bytes(field, MOST_XML) : null;
  if (!bytes) return yield pen.report('acquisition', { ...told, found: `${field.count} bytes that are not there` });

  const acquisition = acquisitionOf(bytes);
  if (typeof acquisition === 'string') return yield pen.report('acquisition', { ...told, found: acquisition });
  yield pen.learn({ acquisition });
  const expected = Number(acquisition.numberOfFrames);
  if (Number.isInteger(expected) && expected > 0 && expected !== frames)
    yield pen.report('frame_count', { ...told, found: String(frames), expected: String(expected) });
}

/** One frame tells for all. The height of a subpixel was not always written. */
function* judgePacking({ first, page }: Pick<Walk, 'first' | 'page'>, pen: EerPen): Generator<Said, void> {
  if (first?.compression !== OWN_WIDTHS) return;
  const missing = [EER_TAGS.runBits, EER_TAGS.columnBits].filter((tag) => !page?.fields.has(tag));
  if (missing.length === 0) return;
  yield pen.report('packing_unsaid', {
    location: `page ${page?.number}`,
    found: missing.map((tag) => `tag ${tag}`).join(' and '),
  });
}
