import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, differences } from './value-difference.js';

const told = (before: unknown, after: unknown) =>
  differences(before, after).map(({ kind, pointer, from, before: was, after: is }) => ({
    kind,
    pointer,
    from,
    was,
    is,
  }));

describe('the difference of two documents', () => {
  it.each<[what: string, before: unknown, after: unknown, changes: object[]]>([
    ['is a field that was written', { a: 1 }, { a: 2 }, [{ kind: 'changed', pointer: '/a', was: 1, is: 2 }]],
    ['is a field that came', {}, { a: null }, [{ kind: 'added', pointer: '/a', is: null }]],
    ['is a field that went', { a: { b: 1 } }, { a: {} }, [{ kind: 'removed', pointer: '/a/b', was: 1 }]],
    ['writes names as pointers do', { 'a/b~': 1 }, {}, [{ kind: 'removed', pointer: '/a~1b~0', was: 1 }]],
    ['is in values of another kind', { a: [1] }, { a: { b: 1 } }, [{ kind: 'changed', pointer: '/a' }]],
    [
      'names what came and went in a list of texts',
      { a: ['x', 'y'] },
      { a: ['z', 'y'] },
      [
        { kind: 'removed', pointer: '/a/0', was: 'x' },
        { kind: 'added', pointer: '/a/0', is: 'z' },
      ],
    ],
    ['is a whole list, where its items cannot be told apart', [1, 1], [1], [{ kind: 'changed', pointer: '' }]],
    [
      'follows an item to another place',
      [
        { orcid: '1', name: 'A' },
        { orcid: '2', name: 'B' },
      ],
      [
        { orcid: '2', name: 'C' },
        { orcid: '1', name: 'A' },
      ],
      [
        { kind: 'moved', pointer: '/0', from: '/1' },
        { kind: 'changed', pointer: '/0/name', from: '/1/name', was: 'B', is: 'C' },
      ],
    ],
    [
      'moves as few items as it can',
      ['a', 'b', 'c', 'd'],
      ['d', 'a', 'b', 'c'],
      [{ kind: 'moved', pointer: '/0', from: '/3' }],
    ],
    [
      'tells items apart by what all of them have',
      [{ orcid: '1', email: 'a' }, { email: 'b' }],
      [{ orcid: '1', email: 'a' }],
      [{ kind: 'removed', pointer: '/1', was: { email: 'b' } }],
    ],
  ])('%s', (_, before, after, changes) => {
    expect(told(before, after)).toMatchObject(changes);
    expect(told(before, after)).toHaveLength(changes.length);
  });

  it('says which item of a list it is about', () => {
    const [change] = differences({ authors: [{ orcid: '1', name: 'A' }] }, { authors: [{ orcid: '1', name: 'B' }] });

    expect(change).toMatchObject({ pointer: '/authors/0/name', item: { by: 'orcid', is: '1' } });
  });

  it('does not take what every object inherits for a member', () => {
    expect(told({}, JSON.parse('{"constructor": 1}'))).toMatchObject([{ kind: 'added', pointer: '/constructor' }]);
  });

  it('is none between what is equal, in whatever order its members are', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(differences(value, turned(value))).toEqual([]);
      }),
    );
  });

  it('makes the other side, where it is applied', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        expect(applied(before, differences(before, after))).toEqual(after);
      }),
      { numRuns: 500 },
    );
  });
});

/** Few names and values, so that two documents have much in common. */
const scalar = fc.oneof(
  fc.constantFrom('x', 'y', 'z', ''),
  fc.integer({ min: 0, max: 3 }),
  fc.constant(null),
  fc.boolean(),
);
const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('document'), { maxLength: 4 }),
    fc.uniqueArray(fc.constantFrom('x', 'y', 'z', 'u', 'v')),
    fc.uniqueArray(fc.record({ key: fc.integer({ min: 0, max: 5 }), value: tie('document') }), {
      selector: ({ key }) => key,
      maxLength: 6,
    }),
    fc.dictionary(fc.constantFrom('a', 'b', 'key', 'name', 'a/b', '~'), tie('document'), { maxKeys: 4 }),
  ),
}));

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, turned(inner)]),
  );
}

/** Each value in a box of its own: it is still itself after those around it have moved. */
interface Box {
  value: unknown[] | Map<string, Box> | unknown;
}
const boxed = (value: unknown): Box => ({
  value: Array.isArray(value)
    ? value.map(boxed)
    : typeof value === 'object' && value !== null
      ? new Map(Object.entries(value).map(([name, inner]) => [name, boxed(inner)]))
      : value,
});
const unboxed = ({ value }: Box): unknown =>
  Array.isArray(value)
    ? value.map((box) => unboxed(box as Box))
    : value instanceof Map
      ? Object.fromEntries([...value].map(([name, box]) => [name, unboxed(box)]))
      : value;

const stepsOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
const member = ({ value }: Box, step: string): Box =>
  (Array.isArray(value) ? value[Number(step)] : (value as Map<string, Box>).get(step)) as Box;
const find = (root: Box, pointer: string): Box => stepsOf(pointer).reduce(member, root);
const parentOf = (pointer: string) => pointer.slice(0, pointer.lastIndexOf('/'));

/** What goes and what moves is taken out; then what comes is put in, from the outside in; then values are written. */
function applied(before: unknown, changes: readonly Change[]): unknown {
  const root = boxed(before);
  const taken = changes
    .filter(({ kind }) => kind === 'removed' || kind === 'moved')
    .map((change) => {
      const at = change.from ?? change.pointer;
      return { change, parent: find(root, parentOf(at)), box: find(root, at), name: stepsOf(at).at(-1) ?? '' };
    });
  const boxes = new Map(taken.map(({ change, box }) => [change, box]));
  for (const { parent, box, name } of taken) {
    if (Array.isArray(parent.value)) parent.value.splice(parent.value.indexOf(box), 1);
    else (parent.value as Map<string, Box>).delete(name);
  }
  const depth = ({ pointer }: Change) => stepsOf(pointer).length;
  const index = ({ pointer }: Change) => Number(stepsOf(pointer).at(-1));
  const put = changes.filter(({ kind }) => kind === 'added' || kind === 'moved');
  for (const change of put.toSorted((a, b) => depth(a) - depth(b) || index(a) - index(b) || 0)) {
    const parent = find(root, parentOf(change.pointer));
    const box = boxes.get(change) ?? boxed(change.after);
    const name = stepsOf(change.pointer).at(-1) ?? '';
    if (Array.isArray(parent.value)) parent.value.splice(Number(name), 0, box);
    else (parent.value as Map<string, Box>).set(name, box);
  }
  for (const { kind, pointer, after } of changes)
    if (kind === 'changed') find(root, pointer).value = boxed(after).value;
  return unboxed(root);
}
