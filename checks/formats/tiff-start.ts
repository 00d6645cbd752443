/** Does a file begin as TIFF does, and if not, what is it? */
import type { SourceFile, Told } from '../check.js';
import { contentOf, isZeroFilled } from '../readers/content.js';
import { type TiffHeader, tiffHeaderOf } from '../readers/tiff.js';
import type { TiffCode } from './tiff-rules.js';

const BEGINNING = 4096;

/** Its header, or the rule that it breaks. @param wanted ends "This is a gzip archive, and no …" */
export async function startOf(file: SourceFile, wanted: string): Promise<TiffHeader | readonly [TiffCode, Told]> {
  const bytes = await file.read(0, BEGINNING);
  if (bytes.length === 0) return ['empty_file', {}];
  const header = tiffHeaderOf(bytes);
  if (!header) {
    const content = contentOf(bytes);
    if (content) return ['content', { what: content.name, fix: content.fix, wanted }];
    return isZeroFilled(bytes) ? ['zero_filled', {}] : ['magic', { location: 'byte 0', wanted, found: hexOf(bytes) }];
  }
  if (header.isBig && header.offsetBytes !== 8)
    return ['offset_size', { location: 'byte 4', found: String(header.offsetBytes), expected: '8' }];
  return header.firstPage === 0 ? ['no_pages', { location: header.isBig ? 'byte 8' : 'byte 4' }] : header;
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
