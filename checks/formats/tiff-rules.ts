/** What can be wrong with a TIFF file, whatever its pages are for? The table that TIFF, EER and gain references share. */
import type { Rule } from '../finding.js';

const TIFF6 = 'https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf';

const UPLOAD_AGAIN = 'Upload the file again, and compare its size with the original.';
const REWRITE =
  'Export the file again from the program that acquired it, or rewrite it: `newstack -format tif` of IMOD.';
const REPACK = 'Pack the file again with LZW or deflate: `tiffcp -c lzw`.';

/** Pages are counted from 1. */
export const TIFF_RULES = {
  empty_file: { severity: 'error', message: 'The file is empty.', fix: UPLOAD_AGAIN },
  content: { severity: 'error', message: 'This is {what}, and no {wanted}.', fix: REWRITE },
  zero_filled: {
    severity: 'error',
    message: 'The file begins with nothing but zeros: a copy that reserved the space and never wrote the bytes.',
    fix: UPLOAD_AGAIN,
  },
  magic: {
    severity: 'error',
    message: 'This is no {wanted}: the file does not begin as one.',
    fix: 'Look what this file is: its name and its content do not fit. Upload the image itself.',
    docs: TIFF6,
  },
  offset_size: {
    severity: 'error',
    message: 'The header says that offsets have {found} bytes; in BigTIFF they have 8.',
    fix: REWRITE,
  },
  no_pages: { severity: 'error', message: 'There is no page in the file.', fix: REWRITE, docs: TIFF6 },
  truncated: {
    severity: 'error',
    message: 'The file is cut short: {what} ends at byte {expected}, and the file at byte {found}.',
    fix: UPLOAD_AGAIN,
  },
  page_loop: {
    severity: 'error',
    message: 'After page {last} comes a page that was there before: the list of pages runs in a circle.',
    fix: REWRITE,
    docs: TIFF6,
  },
  page_count: {
    severity: 'error',
    message: 'There are more than {expected} pages.',
    fix: 'Split the movie; none of a tilt series has so many frames.',
  },
  page_tags: {
    severity: 'error',
    message: '{what} lists {found} tags; it must be between 1 and {expected}.',
    fix: REWRITE,
    docs: TIFF6,
  },
  field_type: {
    severity: 'warning',
    message: 'Some tags have a type that TIFF does not know: {found}.',
    fix: REWRITE,
    docs: TIFF6,
  },
  dimensions: {
    severity: 'error',
    message: 'Some pages have no width and height, or none between 1 and {expected}.',
    fix: REWRITE,
    docs: TIFF6,
  },
  page_differs: {
    severity: 'error',
    message: 'Some pages differ from the first in size or in kind of pixel: {found} in place of {expected}.',
    fix: 'Put into one file what was taken as one movie, and nothing else.',
  },
  no_data: {
    severity: 'error',
    message: 'Some pages have no pixels: no strip or tile holds a byte.',
    fix: REWRITE,
    docs: TIFF6,
  },
  piece_count: {
    severity: 'error',
    message: 'Some pages do not list as many strips or tiles as their size asks for: {found} in place of {expected}.',
    fix: REWRITE,
    docs: TIFF6,
  },
  piece_short: {
    severity: 'error',
    message: 'Some strips or tiles hold fewer bytes than their pixels take: {found} in place of {expected}.',
    fix: REWRITE,
    docs: TIFF6,
  },
  pieces_shared: {
    severity: 'warning',
    message: 'Strips or tiles have {found} bytes together, and the file has {expected}: some lie upon others.',
    fix: REWRITE,
  },
  piece_limit: {
    severity: 'warning',
    message: 'There are more than {expected} strips or tiles; those after them were not looked at.',
    fix: 'Write the file again with larger strips: `tiffcp -r 64`.',
  },
  compression_unknown: {
    severity: 'warning',
    message: 'Some pages are compressed in a way that programs of the field do not read (Compression {found}).',
    fix: REPACK,
  },
  compression_lossy: {
    severity: 'warning',
    message: 'Some pages are compressed as {found}, which throws away what it cannot pack.',
    fix: 'Upload the images as the camera gave them.',
  },
  data_damaged: {
    severity: 'error',
    message: 'Some strips or tiles cannot be unpacked: {found} in place of {expected}.',
    fix: UPLOAD_AGAIN,
  },
  data_surplus: {
    severity: 'warning',
    message: 'Some strips or tiles unpack to more than the {expected} that their pixels take.',
    fix: REWRITE,
  },
} as const satisfies Record<string, Rule>;

export type TiffCode = keyof typeof TIFF_RULES;
