import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldersOf, nameFrom, nameOf } from './names.js';

const anyPath = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('a', 'é', 'é', '/', '\\', '.', '..', ' ', '\u0000', '\u202e', 'C:', '雪', '🧬'))
    .map((parts) => parts.join('')),
);
const soundSegment = fc.stringMatching(/^[\p{L}\p{N}_(-][\p{L}\p{N} ._()-]{0,20}[\p{L}\p{N}_)]$/u);

describe('the name of a file', () => {
  it.each(['data.h5ad', 'tomo 1/réf (2).mrc', '雪/🧬.zarr/.zattrs', 'CON', 'ab:c', '...', 'x..y'])(
    'takes %j',
    (path) => {
      expect(nameOf(path)).toEqual({ path });
    },
  );

  it('is one, however its accents were written', () => {
    expect(nameOf('re\u0301f.mrc')).toEqual(nameOf('r\u00e9f.mrc'));
  });

  it.each([
    ['', 'is empty'],
    ['/etc/passwd', 'is an absolute path'],
    ['C:/data.mrc', 'is an absolute path'],
    ['c:data.mrc', 'is an absolute path'],
    ['a\\b.mrc', 'Separate folders by "/"'],
    ['C:\\data.mrc', 'has a backslash'],
    ['../x', 'has a part "." or ".."'],
    ['a/../../x', 'has a part "." or ".."'],
    ['./x', 'has a part "." or ".."'],
    ['a//b', 'has an empty part'],
    ['a/', 'has an empty part'],
    ['a\nb', 'has a control character'],
    ['a\u0000', 'has a control character'],
    ['a\u202egpj.mrc', 'has a control character'],
    ['a\u0085', 'has a control character'],
    ['a\ufffdb', 'is not valid text'],
    ['a\ud800b', 'is not valid text'],
    [' a', 'begins or ends with a space'],
    ['a /b', 'begins or ends with a space'],
    ['a/b\u00a0', 'begins or ends with a space'],
    ['é'.repeat(128), 'is too long'],
    [`${'a'.repeat(200)}/`.repeat(6).slice(0, -1), 'is too long'],
  ])('refuses %j', (path, why) => {
    expect(nameOf(path)).toEqual({ refusal: expect.stringContaining(why) });
  });

  it('is at most 255 bytes in a part and 960 in all', () => {
    expect(nameOf('é'.repeat(127))).toEqual({ path: 'é'.repeat(127) });
    expect(nameOf(`${'a'.repeat(191)}/`.repeat(5).slice(0, -1))).toHaveProperty('path');
  });

  it('never leaves its folder, and is not changed by being taken again', () => {
    fc.assert(
      fc.property(anyPath, (written) => {
        const name = nameOf(written);
        if ('refusal' in name) {
          expect(name.refusal).toMatch(/^The path ".*" (is|has) .*\.$/su);
          return;
        }
        expect(nameOf(name.path)).toEqual(name);
        expect(posix.normalize(name.path)).toBe(name.path);
        expect(posix.resolve('/data', name.path)).toBe(`/data/${name.path}`);
        expect(foldersOf(name.path)).not.toContain('');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is taken whenever its parts are ordinary', () => {
    fc.assert(
      fc.property(fc.array(soundSegment, { minLength: 1, maxLength: 5 }), (segments) => {
        expect(nameOf(segments.join('/'))).toHaveProperty('path');
      }),
    );
  });

  it('knows the folders it lies in', () => {
    expect(foldersOf('a/b/c.mrc')).toEqual(['a', 'a/b']);
    expect(foldersOf('c.mrc')).toEqual([]);
  });

  it.each([
    ['/public/Data set.h5ad', 'Data set.h5ad'],
    ['C:\\Users\\me\\x.mrc', 'x.mrc'],
    ['../../x.mrc', 'x.mrc'],
    [' x\n.mrc ', 'x.mrc'],
    ['', null],
    ['a/..', null],
  ])('is made of the foreign name %j', (foreign, name) => {
    expect(nameFrom(foreign)).toBe(name);
  });
});
