import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch } from '../submissions/merge-patch.js';
import { applied, type Draft, mergePatchBetween, type Operation, remember, valueAt } from './suggestions-patch.js';

const draft: Draft = {
  title: 'Blood',
  metadata: { tissue: 'lung', authors: ['A', 'B'], donor: { sex: 'male', 'a/b': 1 } },
};
const remembered = (...patch: Operation[]) => remember(draft, patch).remembered;

describe('a suggested change', () => {
  it.each<[what: string, patch: Operation[], after: Partial<Draft>]>([
    [
      'replaces a value',
      [{ op: 'replace', path: '/metadata/tissue', value: 'left lung' }],
      { metadata: { ...draft.metadata, tissue: 'left lung' } },
    ],
    ['replaces the title', [{ op: 'replace', path: '/title', value: 'Cells of blood' }], { title: 'Cells of blood' }],
    [
      'adds a field',
      [{ op: 'add', path: '/metadata/assay', value: '10x' }],
      { metadata: { ...draft.metadata, assay: '10x' } },
    ],
    [
      'adds to the end of a list',
      [{ op: 'add', path: '/metadata/authors/-', value: 'C' }],
      { metadata: { ...draft.metadata, authors: ['A', 'B', 'C'] } },
    ],
    [
      'adds within a list',
      [{ op: 'add', path: '/metadata/authors/1', value: 'C' }],
      { metadata: { ...draft.metadata, authors: ['A', 'C', 'B'] } },
    ],
    [
      'takes from a list',
      [{ op: 'remove', path: '/metadata/authors/0' }],
      { metadata: { ...draft.metadata, authors: ['B'] } },
    ],
    [
      'reaches a name with a slash',
      [{ op: 'replace', path: '/metadata/donor/a~1b', value: 2 }],
      { metadata: { ...draft.metadata, donor: { sex: 'male', 'a/b': 2 } } },
    ],
    [
      'builds on itself',
      [
        { op: 'add', path: '/metadata/lab', value: {} },
        { op: 'add', path: '/metadata/lab/name', value: 'X' },
      ],
      { metadata: { ...draft.metadata, lab: { name: 'X' } } },
    ],
    [
      'tests before it changes',
      [
        { op: 'test', path: '/metadata/tissue', value: 'lung' },
        { op: 'remove', path: '/metadata/tissue' },
      ],
      { metadata: { authors: ['A', 'B'], donor: draft.metadata.donor } },
    ],
  ])('%s', (_, patch, after) => {
    expect(remember(draft, patch).fault).toBeNull();
    expect(applied(draft, remembered(...patch))).toEqual({ after: { ...draft, ...after }, conflicts: [] });
  });

  it.each<[what: string, operation: Operation, detail: string]>([
    [
      'replaces what is not there',
      { op: 'replace', path: '/metadata/assay', value: 'x' },
      'There is nothing at "/metadata/assay" to replace: add it.',
    ],
    ['removes what is not there', { op: 'remove', path: '/metadata/assay' }, 'There is nothing at "/metadata/assay".'],
    [
      'adds below what is not there',
      { op: 'add', path: '/metadata/lab/name', value: 'x' },
      'There is nothing at "/metadata/lab".',
    ],
    [
      'tests in vain',
      { op: 'test', path: '/metadata/tissue', value: 'liver' },
      'What is at "/metadata/tissue" is not as the test says.',
    ],
    [
      'adds far behind a list',
      { op: 'add', path: '/metadata/authors/9', value: 'x' },
      '"/metadata/authors/9" is not a place in a list of 2.',
    ],
    [
      'gives a list a name',
      { op: 'add', path: '/metadata/authors/first', value: 'x' },
      '"/metadata/authors/first" is not a place in a list of 2.',
    ],
    [
      'removes the end of a list',
      { op: 'remove', path: '/metadata/authors/-' },
      '"/metadata/authors/-" is not a place in a list of 2.',
    ],
    [
      'goes into what every object inherits',
      { op: 'add', path: '/metadata/toString/x', value: 1 },
      'There is nothing at "/metadata/toString".',
    ],
  ])('that %s does not fit', (_, operation, detail) => {
    expect(remember(draft, [operation]).fault).toEqual({ index: 0, detail });
    expect(Object.prototype.toString).not.toHaveProperty('x');
  });

  it.each<[what: string, operation: Operation, meanwhile: Draft, conflict: object]>([
    [
      'a value that is another',
      { op: 'replace', path: '/metadata/tissue', value: 'left lung' },
      { ...draft, metadata: { ...draft.metadata, tissue: 'liver' } },
      { pointer: '/metadata/tissue', was: 'lung', now: 'liver', suggested: 'left lung' },
    ],
    [
      'a value that is gone',
      { op: 'remove', path: '/metadata/tissue' },
      { ...draft, metadata: {} },
      { pointer: '/metadata/tissue', was: 'lung' },
    ],
    [
      'a field that somebody has filled in',
      { op: 'add', path: '/metadata/assay', value: '10x' },
      { ...draft, metadata: { ...draft.metadata, assay: null } },
      { pointer: '/metadata/assay', now: null, suggested: '10x' },
    ],
    [
      'a list that is longer',
      { op: 'add', path: '/metadata/authors/-', value: 'C' },
      { ...draft, metadata: { ...draft.metadata, authors: ['A', 'B', 'D'] } },
      { pointer: '/metadata/authors', was: ['A', 'B'], now: ['A', 'B', 'D'], suggested: 'C' },
    ],
    [
      'another title',
      { op: 'replace', path: '/title', value: 'Cells' },
      { ...draft, title: 'Bloods' },
      { pointer: '/title', was: 'Blood', now: 'Bloods', suggested: 'Cells' },
    ],
  ])('is refused with both values over %s', (_, operation, meanwhile, conflict) => {
    expect(applied(meanwhile, remembered(operation)).conflicts).toEqual([conflict]);
  });

  it('minds nothing that it does not touch', () => {
    const patch = remembered({ op: 'replace', path: '/metadata/tissue', value: 'left lung' });
    const meanwhile = { title: 'Other', metadata: { tissue: 'lung', authors: [] } };

    expect(applied(meanwhile, patch)).toMatchObject({ after: { metadata: { tissue: 'left lung' } }, conflicts: [] });
  });

  it('leaves what it was given as it was', () => {
    const before = structuredClone(draft);
    applied(
      draft,
      remembered({ op: 'remove', path: '/metadata/donor' }, { op: 'add', path: '/metadata/authors/0', value: 'Z' }),
    );

    expect(draft).toEqual(before);
  });
});

describe('what is at a pointer', () => {
  it.each([
    ['/metadata/donor/sex', { there: true, value: 'male' }],
    ['/metadata/donor/a~1b', { there: true, value: 1 }],
    ['/metadata/authors/1', { there: true, value: 'B' }],
    ['/metadata/authors/2', { there: false }],
    ['/metadata/constructor', { there: false }],
    ['/metadata/tissue/0', { there: false }],
  ])('%s', (pointer, place) => {
    expect(valueAt(draft, pointer)).toEqual(place);
  });
});

/** Without null: in the metadata it is what is not there. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 3 }),
    fc.array(tie('any'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.string({ maxLength: 2 }), tie('any'), { maxKeys: 4 }),
})).object as fc.Arbitrary<Record<string, unknown>>;

describe('the merge patch between two documents', () => {
  it('makes the second of the first', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(mergePatch(before, mergePatchBetween(before, after))).toEqual(after);
      }),
    );
  });

  it('is empty where they are the same', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(mergePatchBetween(one, structuredClone(one))).toEqual({});
      }),
    );
  });
});
