import { describe, expect, it } from 'vitest';
import { faultOf } from './json-body.js';

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

describe('a JSON body', () => {
  it('is taken with any text that can be kept', () => {
    expect(faultOf({ title: 'Ribosomes 🧬 in situ', list: [1, null, true, 'é'] })).toBeNull();
    expect(faultOf(undefined)).toBeNull();
    expect(faultOf(nested(60))).toBeNull();
  });

  it.each([
    [{ metadata: { title: 'a\0b' } }, '/metadata/title'],
    [{ list: ['fine', '\ud800'] }, '/list/1'],
    [{ 'na\0me': 1 }, '/na\0me'],
  ])('is refused with text that cannot: %j', (body, pointer) => {
    expect(faultOf(body)).toMatchObject({ code: 'unusable-text', pointer });
  });

  it.each([70, 20_000])('is refused when it is nested %d deep', (depth) => {
    expect(faultOf(nested(depth))).toMatchObject({ code: 'nested-too-deep' });
  });
});
