import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import type { SourceFile } from '../check.js';
import { runCheck } from '../run-checks.js';
import { damaged } from '../samples/damage.js';
import { gifBytes, jpegBytes, type PictureParts, pngBytes } from '../samples/photo.js';
import { photoCheck } from './photo.check.js';

const OPTIONS = { schema: null, full: false };

const run = (file: SourceFile) => runCheck(photoCheck, file, OPTIONS);
const rulesOf = async (file: SourceFile) => (await run(file)).findings.map(({ rule }) => rule);
const png = (parts: Partial<PictureParts> = {}) => fileOf('photo.png', pngBytes(parts));
const gif = (parts: Partial<PictureParts> = {}) => fileOf('photo.gif', gifBytes(parts));

describe('photo check', () => {
  it.each([
    ['png', 'photo.png', pngBytes()],
    ['jpeg', 'photo.jpg', jpegBytes()],
    ['jpeg', 'PHOTO.JPEG', jpegBytes()],
    ['gif', 'photo.gif', gifBytes()],
  ])('finds nothing wrong with a sound %s', async (type, path, bytes) => {
    const { findings, facts } = await run(fileOf(path, bytes));

    expect(findings).toEqual([]);
    expect(facts).toEqual({ format: 'photo', type, width: 600, height: 400 });
  });

  it.each([
    [{ bits: 1 }],
    [{ bits: 16, colour: 6 }],
    [{ bits: 4, colour: 3 }],
    [{ colour: 2, isInterlaced: true }],
    [{ bits: 2, isInterlaced: true, width: 517, height: 51 }],
  ])('inflates PNG of every kind: %j', async (parts) => {
    expect(await rulesOf(png(parts))).toEqual([]);
  });

  /** Each rule, and the least that breaks it. */
  const BROKEN: Record<keyof typeof photoCheck.rules, [what: string, file: SourceFile]> = {
    empty_file: ['nothing', fileOf('a.png', new Uint8Array())],
    too_large: ['more than 20 MB', { ...png(), size: 20_000_001 }],
    content: ['an error page', fileOf('a.jpg', Buffer.from('<!DOCTYPE html><html>404 Not Found</html>'))],
    zero_filled: ['zeros', fileOf('a.png', new Uint8Array(5000))],
    magic: ['a text', fileOf('a.gif', Buffer.from('snapshot.gif'))],
    extension: ['JPEG under the name of PNG', fileOf('a.png', jpegBytes())],
    truncated: ['a transfer cut short', fileOf('a.jpg', jpegBytes().subarray(0, -2))],
    damaged: ['a byte that flipped', flipped()],
    too_small: ['a picture that nobody can see', png({ width: 600, height: 49 })],
    too_many_pixels: ['a picture that no browser can show', huge()],
    narrow: ['a narrow picture', png({ width: 511 })],
    animated: ['a picture that moves', gif({ isAnimated: true })],
  };
  const rows = Object.entries(BROKEN).map(([rule, [what, file]]) => ({ rule, what, file }));
  it.each(rows)('reports $what as $rule', async ({ rule, file }) => {
    expect(await rulesOf(file)).toEqual([rule]);
  });

  it('sees that a PNG moves', async () => {
    expect(await rulesOf(png({ isAnimated: true }))).toEqual(['animated']);
  });

  it('finds pixels that are missing, though every checksum is right', async () => {
    const { findings } = await run(png({ pixels: (sound) => sound.subarray(10) }));
    expect(findings).toMatchObject([{ rule: 'damaged', found: 'its pixels are 240390 bytes in place of 240400' }]);
  });

  it('knows to the byte what interlaced pixels take', async () => {
    const parts = { bits: 2, isInterlaced: true, width: 517, height: 51 };
    expect(await rulesOf(png({ ...parts, pixels: (sound) => sound.subarray(1) }))).toEqual(['damaged']);
  });

  it('does not inflate more than the pixels take', async () => {
    const before = process.memoryUsage().rss;
    expect(await rulesOf(png({ pixels: () => Buffer.alloc(2 ** 28) }))).toEqual([]);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 29);
  });
});

describe('photo check of damaged files', () => {
  const PICTURES = [
    ['photo.png', pngBytes({ width: 520, height: 60 })],
    ['photo.jpg', jpegBytes()],
    ['photo.gif', gifBytes({ isAnimated: true })],
  ] as const;

  it.each(PICTURES)('never breaks on them: %s', async (path, bytes) => {
    for (const spoiled of damaged(bytes, 1500, 48)) {
      const { cause } = await run(fileOf(path, spoiled));
      expect(cause, spoiled.toString('hex')).toBeUndefined();
    }
  });

  it.each(PICTURES)('finds every cut of %s', async (path, bytes) => {
    for (let end = 0; end < bytes.length; end++)
      expect((await run(fileOf(path, bytes.subarray(0, end)))).outcome, `cut at ${end}`).toBe('failed');
  });
});

function flipped(): SourceFile {
  const bytes = pngBytes();
  bytes.writeUInt8((bytes[60] ?? 0) ^ 4, 60);
  return fileOf('a.png', bytes);
}

/** Its pixels are not there, and nobody looks. */
function huge(): SourceFile {
  const width = 2 ** 20;
  return png({ width, height: 257, pixels: () => Buffer.alloc(8), bits: 1 });
}
