/** Is this DM3 or DM4 file of Gatan whole, and is there an image in it? */
import { defineCheck, type Pen, type Said } from '../check.js';
import type { Rule } from '../finding.js';
import { contentOf, isZeroFilled } from '../readers/content.js';
import { DM_HEADER_BYTES, type DmImage, dmHeaderOf, dmImagesOf } from '../readers/dm.js';
import type { DmFacts } from './tomography-facts.js';

const UPLOAD_AGAIN = 'Upload the file again, and compare its size with the original.';
const SAVE_AGAIN = 'Save the image again in DigitalMicrograph, as DM4.';

/** Bytes are counted from 0. */
const RULES = {
  empty_file: { severity: 'error', message: 'The file is empty.', fix: UPLOAD_AGAIN },
  content: { severity: 'error', message: 'This is {what}, and no DM3 or DM4 image.', fix: SAVE_AGAIN },
  zero_filled: {
    severity: 'error',
    message: 'The file begins with nothing but zeros: a copy that reserved the space and never wrote the bytes.',
    fix: UPLOAD_AGAIN,
  },
  magic: {
    severity: 'error',
    message: 'The file does not begin with the version of DM3 or DM4.',
    fix: 'Look what this file is: its name and its content do not fit. Upload the image itself.',
  },
  version: {
    severity: 'info',
    message: 'This is DM{found}, and its name says DM{expected}.',
    fix: 'Let the name end in .dm{found}.',
  },
  byte_order: {
    severity: 'error',
    message: 'The flag of the byte order is neither 0 nor 1.',
    fix: SAVE_AGAIN,
  },
  truncated: {
    severity: 'error',
    message: 'The file is cut short: the header promises {expected} and {found} are there.',
    fix: UPLOAD_AGAIN,
  },
  trailing: {
    severity: 'warning',
    message: 'The file has {found}, and the header accounts for {expected}.',
    fix: UPLOAD_AGAIN,
  },
  tags: { severity: 'error', message: 'The tree of tags is broken: {found}.', fix: SAVE_AGAIN },
  no_image: { severity: 'error', message: 'There is no image in the file.', fix: SAVE_AGAIN },
  data_type: {
    severity: 'warning',
    message: 'The pixels are of {found}: programs of the field read real numbers alone.',
    fix: 'Save the image as integers of 8, 16 or 32 bits, or as floats of 32 bits.',
  },
  data_size: {
    severity: 'error',
    message: 'The pixels take {found}, and {expected} by their number and kind.',
    fix: SAVE_AGAIN,
  },
  many_sections: {
    severity: 'warning',
    message: 'There are {found} images on one another; a gain reference is one.',
    fix: 'Save the gain reference alone.',
  },
} as const satisfies Record<string, Rule>;

type DmPen = Pen<keyof typeof RULES>;

/** By DataType: what a pixel is, its bytes, and whether programs of the field read it. */
const DATA_TYPES: Readonly<Record<number, readonly [dtype: string, bytes: number, isRead: boolean]>> = {
  1: ['int16', 2, true],
  2: ['float32', 4, true],
  3: ['complex float32', 8, false],
  6: ['uint8', 1, true],
  7: ['int32', 4, true],
  9: ['int8', 1, true],
  10: ['uint16', 2, true],
  11: ['uint32', 4, true],
  12: ['float64', 8, true],
  13: ['complex float64', 16, false],
  14: ['bool', 1, false],
  23: ['rgb', 4, false],
  39: ['int64', 8, false],
  40: ['uint64', 8, false],
};

/** Å in a unit of length. */
const UNITS: Readonly<Record<string, number>> = {
  pm: 0.01,
  Å: 1,
  A: 1,
  nm: 10,
  µm: 1e4,
  μm: 1e4,
  um: 1e4,
  mm: 1e7,
  m: 1e10,
};

/** Gatan's: a header, a tree of tags with the pixels in it, and eight bytes of zeros. */
export const dmCheck = defineCheck<keyof typeof RULES>({
  id: 'dm',
  version: 1,
  title: 'Gatan DM3 or DM4 image',
  extensions: ['.dm3', '.dm4'],
  sharesProcess: true,
  rules: RULES,

  async *run(file, pen) {
    const bytes = await file.read(0, 4096);
    const header = dmHeaderOf(bytes);
    if (!header) return yield otherContent(bytes, pen);
    if (header.order === null)
      return yield pen.report('byte_order', { location: `byte ${header.version === 4 ? 12 : 8}` });

    const { images, fault } = await dmImagesOf(file, header);
    // The first of several is the thumbnail.
    const image = images.filter(({ dimensions }) => dimensions.length > 0).at(-1);
    const facts = image && factsOf(image, header.version);
    if (facts) yield pen.learn({ ...facts });

    const [, named] = /\.dm([34])$/i.exec(file.path) ?? [];
    if (named && named !== String(header.version))
      yield pen.report('version', { location: 'byte 0', found: String(header.version), expected: named });
    const sizes = { found: inBytes(file.size), expected: inBytes(header.fileBytes) };
    if (file.size < header.fileBytes) yield pen.report('truncated', sizes);
    else if (file.size > header.fileBytes) yield pen.report('trailing', sizes);
    const isCut = file.size < header.fileBytes && fault?.isBeyondEnd;
    if (fault && !isCut) yield pen.report('tags', { location: `byte ${fault.at}`, found: fault.fault });
    if (!fault && !image) yield pen.report('no_image');
    if (image) yield* judgeImage(image, pen);
  },
});

function otherContent(bytes: Uint8Array, pen: DmPen): Said {
  if (bytes.length === 0) return pen.report('empty_file');
  // A DM file too short for its header begins as one: it is known by that.
  const content = bytes.length < DM_HEADER_BYTES ? null : contentOf(bytes);
  if (content) return pen.report('content', { what: content.name, fix: content.fix });
  return pen.report(isZeroFilled(bytes) ? 'zero_filled' : 'magic', { location: 'byte 0' });
}

function* judgeImage({ index, dimensions, dataType, pixelDepth, data }: DmImage, pen: DmPen): Generator<Said, void> {
  const location = `image ${index}`;
  const [dtype, bytes = pixelDepth, isRead = false] = DATA_TYPES[dataType ?? 0] ?? [];
  if (!isRead) yield pen.report('data_type', { location, found: dtype ?? `an unknown kind (DataType ${dataType})` });
  const sections = dimensions.slice(2).reduce((product, n) => product * n, 1);
  if (sections > 1) yield pen.report('many_sections', { location, found: String(sections), expected: '1' });

  const pixels = dimensions.reduce((product, n) => product * n, 1);
  const expected = pixels * (bytes ?? 0);
  if (data?.bytes === expected && expected > 0 && (pixelDepth ?? bytes) === bytes) return;
  const found = inBytes(data?.bytes ?? 0);
  yield pen.report('data_size', { location, found, expected: `${inBytes(expected)} (${dimensions.join(' × ')})` });
}

/** Null where the sizes are none that an image can have. */
function factsOf({ dimensions, dataType, scale, unit }: DmImage, version: 3 | 4): DmFacts | null {
  const [columns = 1, rows = 1, ...rest] = dimensions;
  const sections = rest.reduce((product, n) => product * n, 1);
  if (![columns, rows, sections].every((n) => Number.isSafeInteger(n) && n > 0)) return null;
  const [dtype = 'unknown'] = DATA_TYPES[dataType ?? 0] ?? [];
  const size = (scale ?? 0) * (UNITS[unit?.trim() ?? ''] ?? 0);
  const pixelSize = size > 0 && Number.isFinite(size) ? size : null;
  return { format: 'dm', version, dimensions: [columns, rows, sections], dtype, pixelSize };
}

const inBytes = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`;
