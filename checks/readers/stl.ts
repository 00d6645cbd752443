/** Which triangles does an STL file hold? Of both kinds: records of 50 bytes, or words. Read in pieces, whatever its size. */
import type { SourceFile } from '../check.js';
import { decimalOf } from './decimal.js';

export const HEADER_BYTES = 84;
export const RECORD_BYTES = 50;
const RECORDS_AT_ONCE = 20_000;

/** Three corners, one after another: x, y, z. */
export type Corners = Float64Array;

/** How many triangles the header of a binary file promises. */
export const triangleCount = (header: Uint8Array): number =>
  new DataView(header.buffer, header.byteOffset, header.byteLength).getUint32(80, true);

/** Binary files may begin with "solid", too: their size tells them apart. */
export function isText(head: Uint8Array, size: number): boolean {
  const binarySize = head.length < HEADER_BYTES ? -1 : HEADER_BYTES + RECORD_BYTES * triangleCount(head);
  if (binarySize === size) return false;
  const text = new TextDecoder('latin1').decode(head);
  return /^\s*solid\b/i.test(text) && (/\b(facet|endsolid)\b/i.test(text) || !text.includes('\0'));
}

/** Tell each triangle of the first `count` records; the same array is used again. */
export async function eachTriangle(file: SourceFile, count: number, take: (corners: Corners, i: number) => void) {
  const corners = new Float64Array(9);
  for (let first = 0; first < count; first += RECORDS_AT_ONCE) {
    const most = Math.min(RECORDS_AT_ONCE, count - first);
    const bytes = await file.read(HEADER_BYTES + first * RECORD_BYTES, most * RECORD_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; (i + 1) * RECORD_BYTES <= bytes.length; i++) {
      for (let c = 0; c < 9; c++) corners[c] = view.getFloat32(i * RECORD_BYTES + 12 + 4 * c, true);
      take(corners, first + i);
    }
  }
}

export type StlFault = 'facet_corners' | 'not_finite' | 'stray_line' | 'no_endsolid';

export interface StlListener {
  triangle(corners: Corners): void;
  fault(fault: StlFault, line: number, value: string): void;
}

/** What follows what: a word that comes otherwise is a fault. */
export function stlText(hear: StlListener) {
  const corners = new Float64Array(9);
  let count = 0;
  let number = 0;
  let isInSolid = false;
  let facetAt = 0;

  function closeFacet(): void {
    if (facetAt === 0) return;
    if (count === 3) hear.triangle(corners);
    else hear.fault('facet_corners', facetAt, `${count} corners`);
    facetAt = 0;
  }

  function takeVertex(words: readonly string[], line: string): void {
    const values = words.slice(1).map((word) => decimalOf(word) ?? Number.NaN);
    if (facetAt === 0 || values.length !== 3) hear.fault('stray_line', number, line);
    else if (values.some(Number.isNaN)) hear.fault('not_finite', number, line);
    if (count < 3) corners.set(values.slice(0, 3), 3 * count);
    count++;
  }

  const WORDS: Readonly<Record<string, (words: readonly string[], line: string) => void>> = {
    solid: () => {
      if (isInSolid) hear.fault('no_endsolid', number, '');
      isInSolid = true;
    },
    facet: () => {
      closeFacet();
      facetAt = number;
      count = 0;
    },
    outer: () => {},
    vertex: takeVertex,
    endloop: () => {},
    endfacet: closeFacet,
    endsolid: () => {
      closeFacet();
      isInSolid = false;
    },
  };

  return {
    take(lines: readonly string[]): void {
      for (const raw of lines) {
        number++;
        const line = raw.trim();
        if (line === '') continue;
        const words = line.split(/\s+/);
        const word = (words[0] ?? '').toLowerCase();
        if (Object.hasOwn(WORDS, word)) WORDS[word]?.(words, line);
        else hear.fault('stray_line', number, line);
      }
    },
    end(): void {
      closeFacet();
      if (isInSolid) hear.fault('no_endsolid', number, '');
    },
  };
}
