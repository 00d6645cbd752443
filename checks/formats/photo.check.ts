/** Can this key photo be shown: is it whole, and large enough? By its content, whatever its name says. */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { contentOf, isZeroFilled } from '../readers/content.js';
import { MOST_PIXELS, photoTypeOf, readPhoto } from '../readers/photo.js';
import type { PhotoFacts } from './tomography-facts.js';

const UPLOAD_AGAIN = 'Upload the file again, and compare its size with the original.';
const EXPORT = 'Export the picture again, as PNG or JPEG.';
const LARGER = 'Export the picture with more pixels: 1024 in width serve well.';

const RULES = {
  empty_file: { severity: 'error', message: 'The file is empty.', fix: UPLOAD_AGAIN },
  too_large: {
    severity: 'error',
    message: 'The file has {found}; a key photo has 20 MB at most.',
    fix: 'Export the picture as JPEG, or with fewer pixels.',
  },
  content: { severity: 'error', message: 'This is {what}, and neither a PNG nor a JPEG nor a GIF image.', fix: EXPORT },
  zero_filled: {
    severity: 'error',
    message: 'The file begins with nothing but zeros: a copy that reserved the space and never wrote the bytes.',
    fix: UPLOAD_AGAIN,
  },
  magic: { severity: 'error', message: 'The file begins neither as PNG nor as JPEG nor as GIF.', fix: EXPORT },
  extension: {
    severity: 'warning',
    message: 'This is {found}, and its name says {expected}: some browsers will not show it.',
    fix: 'Let the name end in what the picture is.',
  },
  truncated: { severity: 'error', message: 'The picture is cut short: {found}.', fix: UPLOAD_AGAIN },
  damaged: { severity: 'error', message: 'The picture is damaged: {found}.', fix: EXPORT },
  too_small: {
    severity: 'error',
    message: 'The picture has {found} pixels; it needs {expected} at least.',
    fix: LARGER,
  },
  too_many_pixels: {
    severity: 'error',
    message: 'The picture has {found} pixels; no browser shows so many.',
    fix: 'Export the picture with 2048 pixels in width.',
  },
  narrow: {
    severity: 'warning',
    message: 'The picture is {found} pixels wide; below {expected} it will look coarse.',
    fix: LARGER,
  },
  animated: {
    severity: 'warning',
    message: 'The picture moves: where it is shown small, only its first frame is seen.',
    fix: 'Upload a picture that stands still.',
  },
} as const satisfies Record<string, Rule>;

type PhotoPen = Pen<keyof typeof RULES>;

const MOST_BYTES = 20_000_000;
const LEAST_SIDE = 50;
const GOOD_WIDTH = 512;
const NAMES: Readonly<Record<string, PhotoFacts['type']>> = { png: 'png', jpg: 'jpeg', jpeg: 'jpeg', gif: 'gif' };

export const photoCheck = defineCheck<keyof typeof RULES>({
  id: 'photo',
  version: 1,
  title: 'Key photo',
  extensions: ['.png', '.jpg', '.jpeg', '.gif'],
  sharesProcess: true,
  rules: RULES,

  async *run(file, pen) {
    if (file.size > MOST_BYTES)
      return yield pen.report('too_large', { found: `${file.size} bytes`, expected: '20 MB' });
    const bytes = await file.read(0, file.size);
    const type = photoTypeOf(bytes);
    if (!type) return yield otherContent(bytes, pen);

    const { width, height, isAnimated, fault } = await readPhoto(bytes, type);
    const facts: PhotoFacts = { format: 'photo', type, width, height };
    if (width > 0 && height > 0) yield pen.learn({ ...facts });

    const named = NAMES[file.path.slice(file.path.lastIndexOf('.') + 1).toLowerCase()];
    if (named && named !== type)
      yield pen.report('extension', { found: type.toUpperCase(), expected: named.toUpperCase() });
    if (fault) return yield pen.report(fault.kind, { location: `byte ${fault.at}`, found: fault.message });

    const size = `${width} × ${height}`;
    if (Math.min(width, height) < LEAST_SIDE)
      return yield pen.report('too_small', { found: size, expected: `${LEAST_SIDE} × ${LEAST_SIDE}` });
    if (width * height > MOST_PIXELS)
      return yield pen.report('too_many_pixels', { found: size, expected: `${MOST_PIXELS} at most` });
    if (width < GOOD_WIDTH) yield pen.report('narrow', { found: String(width), expected: String(GOOD_WIDTH) });
    if (isAnimated) yield pen.report('animated');
  },
});

function otherContent(bytes: Uint8Array, pen: PhotoPen): Said {
  if (bytes.length === 0) return pen.report('empty_file');
  const content = contentOf(bytes);
  if (content) return pen.report('content', { what: content.name, fix: content.fix });
  return pen.report(isZeroFilled(bytes) ? 'zero_filled' : 'magic', { location: 'byte 0' });
}
