import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileDifferences, type ManifestRow } from './file-difference.js';

const file = (path: string, sha256: string): ManifestRow => [path, sha256.length, sha256];
const told = (before: readonly ManifestRow[], after: readonly ManifestRow[]) =>
  fileDifferences(before, after).map(({ kind, path, from }) => (from ? `${kind} ${from} ${path}` : `${kind} ${path}`));

describe('the difference of two manifests', () => {
  it.each<[what: string, before: ManifestRow[], after: ManifestRow[], changes: string[]]>([
    ['is none of the same files', [file('a', '1')], [file('a', '1')], []],
    ['tells what came and went', [file('a', '1')], [file('b', '2')], ['removed a', 'added b']],
    ['tells other bytes under a path', [file('a', '1')], [file('a', '2')], ['changed a']],
    ['tells the same bytes under another path', [file('a', '1')], [file('b', '1')], ['renamed a b']],
    ['does not take a copy for another name', [file('a', '1')], [file('a', '1'), file('b', '1')], ['added b']],
    [
      'gives each of several with the same bytes one name',
      [file('a', '1'), file('b', '1'), file('c', '1')],
      [file('x', '1'), file('y', '1')],
      ['removed c', 'renamed a x', 'renamed b y'],
    ],
    [
      'tells two files that have changed places as two that have changed',
      [file('a', '1'), file('b', '2')],
      [file('a', '2'), file('b', '1')],
      ['changed a', 'changed b'],
    ],
  ])('%s', (_, before, after, changes) => {
    expect(told(before, after)).toEqual(changes);
  });

  it('has what there was and what there is', () => {
    expect(fileDifferences([['a', 3, 'x']], [['b', 3, 'x']])).toEqual([
      { kind: 'renamed', path: 'b', from: 'a', before: { size: 3, sha256: 'x' }, after: { size: 3, sha256: 'x' } },
    ]);
  });

  it('makes the other side, where it is applied, and is none of a manifest with itself', () => {
    fc.assert(
      fc.property(manifest, manifest, (before, after) => {
        const files = new Map(before.map(([path, , sha256]) => [path, sha256]));
        const changes = fileDifferences(before, after);
        for (const { kind, path, from } of changes) if (kind !== 'added') files.delete(from ?? path);
        for (const change of changes) if (change.after) files.set(change.path, change.after.sha256);

        expect([...files].sort()).toEqual(after.map(([path, , sha256]) => [path, sha256]).sort());
        expect(fileDifferences(after, after)).toEqual([]);
      }),
    );
  });
});

const manifest = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...'abcdefg'), fc.constantFrom('1', '2', '3')).map(([path, sha256]) => file(path, sha256)),
  { selector: ([path]) => path },
);
