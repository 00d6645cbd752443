import { describe, expect, it } from 'vitest';
import { publishedTerms, shortTerms } from './published-terms.js';

const published = (ancestors: Readonly<Record<string, Readonly<Record<string, number>>>>, more = {}) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(ancestors).map(([id, above]) => [id, { label: id, deprecated: false, ancestors: above, ...more }]),
    ),
  );
const parentsIn = (text: string) => Object.fromEntries(publishedTerms(text).map(({ id, parents }) => [id, parents]));

describe('a published ontology', () => {
  it('has the ancestors as parents that are above no other', () => {
    const text = published({
      'X:1': {},
      'X:2': { 'X:1': 1 },
      'X:3': { 'X:1': 1 },
      'X:4': { 'X:3': 1, 'X:2': 1, 'X:1': 2 },
      'X:5': { 'X:4': 1, 'X:3': 2, 'X:2': 1, 'X:1': 3 },
    });

    expect(parentsIn(text)).toEqual({
      ...{ 'X:1': [], 'X:2': ['X:1'], 'X:3': ['X:1'], 'X:4': ['X:3', 'X:2'], 'X:5': ['X:4'] },
    });
  });

  it('keeps an ancestor that is reached through another ontology alone, and is farther away than a parent', () => {
    const text = published({ 'X:1': {}, 'X:2': {}, 'X:3': { 'X:2': 1, 'X:1': 3 } });

    expect(parentsIn(text)['X:3']).toEqual(['X:2', 'X:1']);
  });

  it('tells by what a term is replaced, unless that is prose', () => {
    const by = (replaced_by: string) => publishedTerms(published({ 'X:1': {} }, { replaced_by }))[0]?.replacedBy;

    expect([by('CL:0000003'), by('CVCL_0030'), by('the newer term'), by('')]).toEqual([
      ...['CL:0000003', 'CVCL_0030', null, null],
    ]);
  });

  it.each([
    ['ancestors that are no terms', published({ 'X:1': { 'Y:1': 1 } }), 'The ancestor Y:1 of X:1 is no term.'],
    [
      'an ancestor whose own ancestors are left out',
      published({ 'X:1': {}, 'X:2': { 'X:1': 1 }, 'X:3': { 'X:2': 1 } }),
      'X:1 is above X:2, and not above X:3 below that.',
    ],
    ['a circle', published({ 'X:1': { 'X:2': 1, 'X:1': 2 }, 'X:2': { 'X:1': 1, 'X:2': 2 } }), 'in a circle'],
    ['no labels', '{"X:1": {"deprecated": false, "ancestors": {}}}', 'The term X:1 has no label'],
    ['no terms', '[[', 'JSON'],
  ])('is refused with %s', (_, text, message) => {
    expect(() => publishedTerms(text)).toThrow(message);
  });
});

describe('an ontology in short', () => {
  it('has its parents as they are', () => {
    expect(shortTerms('{"X:1": ["one", 1, [], "X:2"], "X:2": ["two", 0, ["X:1"]]}')).toEqual([
      { id: 'X:1', label: 'one', isDeprecated: true, parents: [], replacedBy: 'X:2' },
      { id: 'X:2', label: 'two', isDeprecated: false, parents: ['X:1'], replacedBy: null },
    ]);
    expect(() => shortTerms('{"X:1": ["one", 1]}')).toThrow('The term X:1 has no label or parents');
  });
});
