import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import type { SourceFile } from '../check.js';
import { runCheck } from '../run-checks.js';
import { damaged } from '../samples/damage.js';
import { eerPage, type TiffPage, type TiffParts, tiffBytes } from '../samples/tiff.js';
import { tiffCheck } from './tiff.check.js';
import { TIFF_RULES } from './tiff-rules.js';

const QUICK = { schema: null, full: false };
const FULL = { schema: null, full: true };

const run = (file: SourceFile, options = QUICK) => runCheck(tiffCheck, file, options);
const rulesOf = async (file: SourceFile, options = QUICK) =>
  (await run(file, options)).findings.map(({ rule }) => rule).sort();
const tiff = (parts: Partial<TiffParts> = {}) => fileOf('frames/TS_001_000_0.0.tif', tiffBytes(parts));
const written = (text: string) => fileOf('a.tif', Buffer.from(text, 'latin1'));
/** Three pages, the second of them another. */
const second = (page: Partial<TiffPage>, all: Partial<TiffPage> = {}) =>
  tiff({ pages: [all, { ...all, ...page }, all] });
const tagged = (tag: number, values: readonly number[] | null, type = 4) =>
  second({ tags: { [tag]: values && { type, values } } });

const LZW = 5;
const DEFLATE = 8;
const PACKBITS = 32773;

describe('tiff check', () => {
  it.each([
    ['classic', 'little'],
    ['classic', 'big'],
    ['Big', 'little'],
    ['Big', 'big'],
  ] as const)('finds nothing wrong with a sound movie, %s and %s-endian', async (kind, order) => {
    const { findings, facts } = await run(tiff({ isBig: kind === 'Big', order }), FULL);

    expect(findings).toEqual([]);
    expect(facts).toEqual({
      ...{ format: 'tiff', isBig: kind === 'Big', dimensions: [20, 10, 3] },
      ...{ dtype: 'uint16', compression: 'none', pixelSize: null },
    });
  });

  it.each([
    ['none', 1],
    ['lzw', LZW],
    ['deflate', DEFLATE],
    ['deflate', 32946],
    ['packbits', PACKBITS],
  ])('unpacks strips and tiles of compression %s (%i)', async (name, compression) => {
    const strips = { compression, width: 300, height: 50, rowsPerStrip: 20 };
    const tiles = { ...strips, tile: [64, 32] as const };

    for (const page of [strips, tiles, { ...strips, bits: 8 }, { ...strips, bits: 32, format: 3 }]) {
      const { findings, facts } = await run(tiff({ pages: [page, page] }), FULL);
      expect([findings, facts.compression]).toEqual([[], name]);
    }
  });

  it('leaves out what is a smaller copy of another page', async () => {
    const small = { width: 5, height: 3, tags: { 254: { type: 4, values: [1] } } };
    const { findings, facts } = await run(tiff({ pages: [{}, small, {}] }));

    expect([findings, facts.dimensions]).toEqual([[], [20, 10, 2]]);
  });

  /** Each rule, and the least that breaks it. Further rules that the same fault breaks come after it. */
  const BROKEN: Record<keyof typeof tiffCheck.rules, [what: string, file: SourceFile, ...also: string[]]> = {
    empty_file: ['nothing', written('')],
    content: ['an error page', written('<!DOCTYPE html><html>404 Not Found</html>')],
    zero_filled: ['zeros', fileOf('a.tif', new Uint8Array(5000))],
    magic: ['a line of text', written('TS_run1_4.tiff')],
    offset_size: ['offsets of four bytes', patched({ isBig: true }, (bytes) => bytes.writeUInt16LE(4, 4))],
    no_pages: ['a header alone', tiff({ pages: [] })],
    truncated: ['a transfer cut short', tiff({ trim: 3 })],
    page_loop: ['a page that comes again', looped()],
    page_count: ['more pages than any movie has', manyPages(65_537)],
    page_tags: ['a page of no tags', patched({}, (bytes) => bytes.writeUInt16LE(0, bytes.readUInt32LE(4)))],
    field_type: ['a tag of a type nobody knows', tagged(700, [0], 99)],
    dimensions: ['a page of no width', tagged(256, null)],
    page_differs: ['a page of another size', second({ width: 22 })],
    no_data: ['a page that lists no strips', tagged(273, null)],
    piece_count: ['a list that is too short', tagged(279, [160, 160])],
    piece_short: ['a strip that is too short', second({ strips: (rows) => rows.map((row) => row.subarray(1)) })],
    pieces_shared: ['pages that share their strips', shared()],
    piece_limit: ['more strips than are looked at', manyStrips()],
    compression_unknown: ['a compression nobody knows', second({ compression: 34676 })],
    compression_lossy: ['JPEG', second({ compression: 7 })],
    data_damaged: ['deflated strips that are damaged', second({ strips: spoiled }, { compression: DEFLATE })],
    data_surplus: ['strips of too many rows', second({ strips: twice }, { compression: PACKBITS })],
    is_eer: ['EER under the name of a TIFF', tiff({ pages: [eerPage()] })],
    colour: ['a picture in colour', tiff({ pages: [{ samples: 3, bits: 8 }] })],
  };

  const rows = Object.entries(BROKEN).map(([rule, [what, file, ...also]]) => ({ rule, what, file, also }));
  it.each(rows)('reports $what as $rule', async ({ rule, file, also }) => {
    expect(await rulesOf(file)).toEqual([rule, ...also].sort());
    expect(await rulesOf(file, FULL)).toEqual([rule, ...also].sort());
  });

  it('says which pages have a fault, and how many', async () => {
    const other = { width: 22 };
    const { findings } = await run(tiff({ pages: [{}, other, {}, ...Array<Partial<TiffPage>>(9).fill(other)] }));

    expect(findings).toMatchObject([
      {
        location: 'page 2',
        count: 10,
        samples: ['page 2', 'page 4', 'page 5', 'page 6', 'page 7'],
        found: '22 × 10 of uint16',
        expected: '20 × 10 of uint16',
      },
    ]);
  });

  it('tells what it has seen of a file that is cut short', async () => {
    const { facts, findings } = await run(tiff({ trim: 100 }));

    expect(facts).toMatchObject({ format: 'tiff', dimensions: [20, 10, 2] });
    expect(findings[0]?.message).toMatch(/the directory of page 3 ends at byte \d+, and the file at byte \d+\.$/);
  });

  it.each([
    ['LZW', LZW],
    ['deflate', DEFLATE],
    ['PackBits', PACKBITS],
  ])('finds strips of %s that end too early', async (_, compression) => {
    const cut = (strips: readonly Uint8Array[]) => strips.map((strip) => strip.subarray(0, strip.length >> 1));

    expect(await rulesOf(tiff({ pages: [{ compression, width: 100, strips: cut }] }))).toEqual(['data_damaged']);
  });

  it('finds strips that lie behind the end, and a directory that is whole', async () => {
    const { findings } = await run(tagged(273, [8, 99_999, 8]));

    expect(findings).toMatchObject([{ rule: 'truncated', location: 'page 2', expected: '100159' }]);
  });

  it('finds codes of LZW that stand for nothing yet', async () => {
    // CLEAR, a letter, and 300: codes of nine bits.
    const bits = [256, 65, 300].map((code) => code.toString(2).padStart(9, '0')).join('');
    const strip = Uint8Array.from(bits.padEnd(32, '0').match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
    const { findings } = await run(tiff({ pages: [{ compression: LZW, strips: (all) => all.map(() => strip) }] }));

    expect(findings).toMatchObject([{ rule: 'data_damaged', found: '1 byte', expected: '160 bytes' }]);
  });

  it('inflates what is too large for one go', async () => {
    const page = { compression: DEFLATE, width: 2000, height: 400, rowsPerStrip: 400 };
    const cut = ([strip]: readonly Uint8Array[]) => (strip ? [strip.subarray(0, strip.length - 40)] : []);

    expect(await rulesOf(tiff({ pages: [page] }))).toEqual([]);
    expect(await rulesOf(tiff({ pages: [{ ...page, strips: cut }] }))).toEqual(['data_damaged']);
    expect(await rulesOf(tiff({ pages: [{ ...page, strips: spoiled }] }))).toEqual(['data_damaged']);
  });

  it('stops inflating where the pixels would be complete', async () => {
    const bomb = deflateSync(new Uint8Array(2 ** 28));
    const page = { compression: DEFLATE, height: 20, strips: ([, ...rest]: readonly Uint8Array[]) => [bomb, ...rest] };

    const before = process.memoryUsage().rss;
    expect(await rulesOf(tiff({ pages: [page] }), FULL)).toEqual(['data_surplus']);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });

  it('unpacks every strip only where everything is asked for', async () => {
    const strips = (all: readonly Uint8Array[]) => all.map((strip, i) => (i === 1 ? Uint8Array.of(1, 2, 3) : strip));
    const file = tiff({ pages: [{ compression: DEFLATE, strips }] });

    expect(await rulesOf(file)).toEqual([]);
    expect(await rulesOf(file, FULL)).toEqual(['data_damaged']);
  });

  it('reads thousands of pages without reading what they hold', async () => {
    const [page, pages] = [{ width: 1000, height: 100, bits: 8, rowsPerStrip: 50 }, 300];
    const bytes = tiffBytes({ pages: Array<Partial<TiffPage>>(pages).fill(page) });
    let [reads, read] = [0, 0];
    const file: SourceFile = {
      ...fileOf('a.tif', bytes),
      read: async (offset, length) => {
        reads++;
        const found = bytes.subarray(offset, offset + length);
        read += found.length;
        return found;
      },
    };

    expect(await rulesOf(file)).toEqual([]);
    expect(reads).toBeLessThanOrEqual(3 * pages);
    expect(read).toBeLessThan(bytes.length / 5);
  });

  it('has a row for every rule that the formats share', () => {
    expect(Object.keys(BROKEN)).toEqual(expect.arrayContaining(Object.keys(TIFF_RULES)));
  });
});

describe('tiff check of damaged files', () => {
  it.each([
    ['classic', { pages: [{ compression: LZW }, { compression: LZW }, { compression: LZW }] }],
    ['big-endian', { order: 'big', pages: [{ compression: DEFLATE }, { compression: DEFLATE }] }],
    ['Big', { isBig: true, pages: [{ compression: PACKBITS, tile: [16, 16] }, { tile: [16, 16] }] }],
  ] as const)('never breaks on them: %s', async (_, parts) => {
    for (const bytes of damaged(tiffBytes(parts), 1500, 43)) {
      const { cause } = await run(fileOf('a.tif', bytes), FULL);
      expect(cause, bytes.toString('hex')).toBeUndefined();
    }
  });

  it('finds every cut of a packed movie', async () => {
    const bytes = tiffBytes({ pages: [{ compression: LZW }, { compression: LZW }] });
    for (let end = 0; end < bytes.length; end++)
      expect((await run(fileOf('a.tif', bytes.subarray(0, end)))).outcome, `cut at ${end}`).toBe('failed');
  });
});

function patched(parts: Partial<TiffParts>, patch: (bytes: Buffer) => void): SourceFile {
  const bytes = tiffBytes(parts);
  patch(bytes);
  return fileOf('a.tif', bytes);
}

/** Its last page names the first as the next. */
function looped(): SourceFile {
  return tiff({ next: tiffBytes().readUInt32LE(4) });
}

function shared(): SourceFile {
  const page = { rowsPerStrip: 10 };
  const tags = { 273: { type: 4, values: [8] }, 279: { type: 4, values: [400] } };
  const other = { ...page, strips: () => [], tags };
  return tiff({ pages: [page, other, other, other] });
}

/** Five pages of a strip a row, and as many rows as may be: all lie in one byte. */
function manyStrips(): SourceFile {
  const height = 2 ** 20;
  const all = (value: number) => ({ type: 1, values: Array<number>(height).fill(value) });
  const tags = { 273: all(8), 278: { type: 4, values: [1] }, 279: all(1) };
  const page = { width: 1, height, bits: 8, rowsPerStrip: height, strips: () => [], tags };
  return tiff({ pages: Array<Partial<TiffPage>>(5).fill(page) });
}

/** Pages of one pixel. */
function manyPages(count: number): SourceFile {
  const tags = [256, 257, 258, 273, 279];
  const pageBytes = 2 + 12 * tags.length + 4;
  const bytes = Buffer.alloc(8 + count * pageBytes);
  bytes.write('II*\0\x08', 'latin1');
  for (let page = 0; page < count; page++) {
    const at = 8 + page * pageBytes;
    bytes.writeUInt16LE(tags.length, at);
    for (const [i, tag] of tags.entries()) {
      bytes.writeUInt16LE(tag, at + 2 + 12 * i);
      bytes.writeUInt16LE(4, at + 4 + 12 * i);
      bytes.writeUInt32LE(1, at + 6 + 12 * i);
      bytes.writeUInt32LE(tag === 258 ? 8 : tag === 273 ? at : 1, at + 10 + 12 * i);
    }
    if (page + 1 < count) bytes.writeUInt32LE(at + pageBytes, at + pageBytes - 4);
  }
  return fileOf('a.tif', bytes);
}

function spoiled(strips: readonly Uint8Array[]): Uint8Array[] {
  return strips.map((strip) => Uint8Array.from(strip, (byte, i) => (i > 1 ? byte ^ 0xff : byte)));
}

function twice(strips: readonly Uint8Array[]): Uint8Array[] {
  return strips.map((strip) => Buffer.concat([strip, strip]));
}
