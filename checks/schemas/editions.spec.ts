import { describe, expect, it } from 'vitest';
import { editionOf } from './editions.js';
import { OLDER_EDITIONS } from './older.js';

describe('editions of the schema', () => {
  it('are found by their version', () => {
    expect(editionOf('7.0.0').version).toBe('7.0.0');
    expect(editionOf('7.1.0').version).toBe('7.1.0');
  });

  it('are not those of a draft where none is named', () => {
    expect(editionOf(null).version).toBe('7.0.0');
  });

  it('are named to whoever asks for one that there is not', () => {
    expect(() => editionOf('6.0.0')).toThrow('There is no edition 6.0.0 of the schema; there are 7.0.0, 7.1.0.');
  });

  it('have all the terms of 7.0.0 in 7.1.0, and perturbations beside them', () => {
    const [before, after] = [editionOf('7.0.0'), editionOf('7.1.0')];

    expect(after.terms).toEqual(before.terms);
    expect([before.perturbations, before.conditions]).toEqual([null, null]);
    expect(after.reserved.uns).toEqual([...before.reserved.uns, 'is_pre_analysis']);
    expect(after.perturbations?.organisms).toEqual(['NCBITaxon:7955', 'NCBITaxon:9606', 'NCBITaxon:10090']);
  });

  it.each([
    ['1.1.0', '1.1'],
    ['2.0.0', '2.0 or 2.1'],
    ['3.1.3', '3.0 or 3.1'],
    ['5.2.3', '4.0 to 5.2'],
    ['5.3.1', '5.3'],
    ['6.2.2', '6.0 to 6.2'],
  ])('of old are one each: %s is %s', (version, name) => {
    expect(OLDER_EDITIONS.filter(({ versions }) => versions.test(version)).map((one) => one.name)).toEqual([name]);
  });
});
