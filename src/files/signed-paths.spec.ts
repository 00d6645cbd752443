import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folderDepth, isSigned, readSigned, type Signed, sign } from './signed-paths.js';

const WHAT: Signed = {
  submissionId: '7d2f1f0a-5b1c-4f8e-9a51-0d5d2b1c9e11',
  fileId: '9b0e7c1d-0000-4000-8000-5f6a7b8c9d0e',
  depth: 0,
  audience: 'link',
  audienceId: '11111111-0000-4000-8000-5f6a7b8c9d0e',
  epoch: 3,
  until: 1_800_000_000,
};
const SHA = 'ab'.repeat(32);

describe('a signed path', () => {
  it('says what it opens, for whom and until when', () => {
    const signed = sign(WHAT, SHA, 'key');

    expect(readSigned(signed)).toEqual(WHAT);
    expect(isSigned(signed, WHAT, SHA, 'key')).toBe(true);
  });

  it('is nobody’s with another key, for other bytes, or with any character changed', () => {
    const signed = sign(WHAT, SHA, 'key');

    expect(isSigned(signed, WHAT, SHA, 'another')).toBe(false);
    expect(isSigned(signed, WHAT, 'cd'.repeat(32), 'key')).toBe(false);
    fc.assert(
      fc.property(fc.nat(signed.length - 2), fc.constantFrom(...'abcXYZ019_-'), (at, wrong) => {
        fc.pre(signed[at] !== wrong && signed[at] !== '.');
        const changed = signed.slice(0, at) + wrong + signed.slice(at + 1);
        const read = readSigned(changed);
        expect(read !== null && isSigned(changed, read, SHA, 'key')).toBe(false);
      }),
    );
  });

  it('of a folder holds whatever its bytes are', () => {
    const signed = sign({ ...WHAT, depth: 1 }, SHA, 'key');

    expect(isSigned(signed, { ...WHAT, depth: 1 }, 'cd'.repeat(32), 'key')).toBe(true);
  });

  it.each(['', '.', 'e30.', 'W10.AA', '%%%'])('is not "%s"', (text) => {
    expect(readSigned(text)).toBeNull();
  });

  it.each([
    ['a/b.zarr/0/.zarray', 2],
    ['b.zarr/.zattrs', 1],
    ['a/b/c.mrc', 2],
    ['c.mrc', 0],
  ])('of the folder of %s has %i steps', (path, depth) => {
    expect(folderDepth(path)).toBe(depth);
  });
});
