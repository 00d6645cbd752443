/** What does a small, sound fragment file look like? A writer with defaults: name only what to spoil. */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { bgzfOf } from '../writers/bgzf.js';

export type Fragment = readonly [chromosome: string, start: number, stop: number, barcode: string, support: number];

export interface FragmentParts {
  readonly rows: readonly Fragment[];
  /** The lines as they are, in place of `rows`. */
  readonly text: string;
  readonly compression: 'gzip' | 'bgzf' | null;
  /** The last hand at the bytes before they are written. */
  readonly spoil: (bytes: Buffer) => Uint8Array;
}

export const SOUND_FRAGMENTS: readonly Fragment[] = [
  ['chr1', 100, 200, 'A', 1],
  ['chr2', 200, 300, 'B', 2],
  ['chr3', 300, 400, 'C', 3],
];

export function writeFragments(path: string, parts: Partial<FragmentParts> = {}): void {
  const { rows = SOUND_FRAGMENTS, compression = 'gzip', spoil = (bytes) => bytes } = parts;
  const text = Buffer.from(parts.text ?? rows.map((row) => `${row.join('\t')}\n`).join(''));
  const packed = compression === 'gzip' ? gzipSync(text) : compression === 'bgzf' ? bgzfOf(text) : text;
  writeFileSync(path, spoil(packed));
}
