import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedPointers, type MergePatch, mergePatch } from './merge-patch.js';

/** What is merged is a value of an object here: `[target, patch, result]` of RFC 7396, appendix A, where the patch keeps one. */
const EXAMPLES: readonly (readonly [target: unknown, patch: unknown, result: unknown])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

type Json = Readonly<Record<string, unknown>>;
const json = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 3 }), {
  maxKeys: 4,
}) as fc.Arbitrary<Json>;
/** Names that the language knows something of are names like others. */
const awkward = fc.dictionary(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'a', 'a/b', 'm~n', ''),
  fc.constantFrom<unknown>({}, [], null, 0, '', { __proto__: null, a: 1 }, 'text'),
) as fc.Arbitrary<Json>;
const document = fc.oneof(json, awkward);

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const described = (metadata: Json, title = 'A title') => ({ title, metadata });

function hasNull(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.values(value).some(hasNull);
}

describe('a merge patch', () => {
  it.each(EXAMPLES)('makes of %j and %j: %j', (target, patch, result) => {
    expect(mergePatch({ value: target }, { value: patch })).toEqual({ value: result });
  });

  it('makes of an empty one what was', () => {
    fc.assert(
      fc.property(document, (target) => {
        expect(JSON.stringify(mergePatch(target, {}))).toBe(JSON.stringify(target));
      }),
    );
  });

  it('changes nothing more when it is applied again', () => {
    fc.assert(
      fc.property(document, document, (target, patch) => {
        const once = mergePatch(target, patch);

        expect(JSON.stringify(mergePatch(once, patch))).toBe(JSON.stringify(once));
      }),
    );
  });

  it('makes of nothing what it says, but for what it takes away', () => {
    const withoutNull = document.filter((patch) => !hasNull(patch));

    fc.assert(
      fc.property(withoutNull, (patch) => {
        expect(JSON.stringify(mergePatch({}, patch))).toBe(JSON.stringify(patch));
      }),
    );
  });

  it('leaves target and patch as they were', () => {
    fc.assert(
      fc.property(document, document, (target, patch) => {
        const before = JSON.stringify([target, patch]);

        mergePatch(target, patch);

        expect(JSON.stringify([target, patch])).toBe(before);
      }),
    );
  });

  it('takes a name that the language knows for a name', () => {
    const patch: MergePatch = JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}');

    const merged = mergePatch({}, patch);

    expect(JSON.stringify(merged)).toBe('{"__proto__":{"polluted":true},"constructor":"x"}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('what has changed', () => {
  it('is told by pointers, as deep as both are objects', () => {
    const before = described({ doi: '10.1/a', tilt_series: { axis: 84, flux: 1 }, links: [{ uri: 'a' }] });
    const after = described({ doi: '10.1/a', tilt_series: { axis: 85, pixel: 2 }, links: [{ uri: 'b' }] }, 'Another');

    expect(changedPointers(before, after).toSorted()).toEqual([
      '/metadata/links',
      '/metadata/tilt_series/axis',
      '/metadata/tilt_series/flux',
      '/metadata/tilt_series/pixel',
      '/title',
    ]);
  });

  it('is told by RFC 6901 where a name has a slash or a tilde', () => {
    expect(changedPointers(described({}), described({ 'a/b': 1, 'm~n': 2 }))).toEqual([
      '/metadata/a~1b',
      '/metadata/m~0n',
    ]);
  });

  it('is nothing where only the order of the members differs', () => {
    expect(
      changedPointers(described({ a: { b: 1, c: [{ d: 1, e: 2 }] } }), described({ a: { c: [{ e: 2, d: 1 }], b: 1 } })),
    ).toEqual([]);
  });

  it('is nothing from a document to itself', () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(changedPointers(described(one), described(copy(one)))).toEqual([]);
      }),
    );
  });

  it('is told of a name that the language knows', () => {
    const named: Json = JSON.parse('{"__proto__": {}, "toString": {}}');

    expect(changedPointers(described({}), described(named))).toEqual(['/metadata/__proto__', '/metadata/toString']);
    expect(changedPointers(described(named), described({}))).toEqual(['/metadata/__proto__', '/metadata/toString']);
  });

  it('is something wherever two documents differ, and the same in both directions', () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        const there = changedPointers(described(one), described(other)).toSorted();

        expect(changedPointers(described(other), described(one)).toSorted()).toEqual(there);
        expect(there.length > 0).toBe(sorted(one) !== sorted(other));
      }),
    );
  });
});

/** One text for one value. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${sorted(inner)}`);
  return `{${members.toSorted().join()}}`;
}
