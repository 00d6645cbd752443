import { describe, expect, it } from 'vitest';
import { isHidden, wholeThings } from './whole-things.js';

const file = (path: string, sha256 = 'aa', size = 1) => ({ path, sha256, size });
const pathsOf = (...paths: string[]) => wholeThings(paths.map((path) => file(path))).map(({ path }) => path);

describe('the things of a manifest', () => {
  it('are its files, each with its hash', () => {
    expect(wholeThings([file('a.mrc', '11', 5), file('b/c.mdoc', '22', 6)])).toEqual([
      { path: 'a.mrc', sha256: '11', size: 5, parts: null },
      { path: 'b/c.mdoc', sha256: '22', size: 6, parts: null },
    ]);
  });

  it('are its folders that are one thing, with their parts', () => {
    const manifest = [file('a.mrc'), file('t/x.zarr/0/0.0', '22', 5), file('t/x.zarr/.zattrs', '11', 6), file('z.mrc')];

    const [, folder, ...others] = wholeThings(manifest);

    expect(folder).toMatchObject({ path: 't/x.zarr', size: 11 });
    expect(folder?.parts?.map(({ path }) => path)).toEqual(['t/x.zarr/.zattrs', 't/x.zarr/0/0.0']);
    expect(others.map(({ path }) => path)).toEqual(['z.mrc']);
  });

  it('are not the folders within such a folder, nor files of the same ending', () => {
    expect(pathsOf('x.zarr/labels/y.zarr/.zattrs', 'x.zarr/notes.mrc', 'w.zarr', 'a.ZARR/0')).toEqual([
      ...['x.zarr', 'w.zarr', 'a.ZARR'],
    ]);
  });

  it('have a hash that is the same in any order, and another where a path, a hash or a part is another', () => {
    const hashOf = (...parts: ReturnType<typeof file>[]) => wholeThings(parts)[0]?.sha256;
    const [a, b] = [file('x.zarr/a', '11'), file('x.zarr/b', '22')];

    const hash = hashOf(a, b);

    expect(hashOf(b, a)).toBe(hash);
    const others = [hashOf(a), hashOf(a, file('x.zarr/b', '23')), hashOf(a, file('x.zarr/c', '22'))];
    expect(new Set([...others, hash]).size).toBe(4);
  });

  it('sort as bytes do, and so as the database does', () => {
    const [thing] = wholeThings([file('x.zarr/\u{1f600}'), file('x.zarr/\uffee')]);

    expect(thing?.parts?.map(({ path }) => path)).toEqual(['x.zarr/\uffee', 'x.zarr/\u{1f600}']);
  });
});

describe('a hidden file', () => {
  it.each(['.git/config', 'a/.DS_Store', '.zattrs', 'x.zarr/.DS_Store', 'x.zarr/.git/.zattrs'])('is %s', (path) => {
    expect(isHidden(path)).toBe(true);
  });

  it.each(['a.mrc', 'x.zarr/0/0', 'x.zarr/.zattrs', 'a/x.zarr/0/.zarray', 'x.zarr/.zgroup', 'x.zarr/zarr.json'])(
    'is not %s',
    (path) => {
      expect(isHidden(path)).toBe(false);
    },
  );
});
