import { describe, expect, it } from 'vitest';
import { joinIds } from './join-ids.js';

describe('a join id', () => {
  // Section 3.12 of the specification.
  it.each([
    ['X', 'ab6yl9v%fZ'],
    ['Y', 'f-dZLjjiRl'],
  ])('of %s is %s', async (name, id) => {
    expect((await joinIds())(name)).toBe(id);
  });

  it('has ten characters, and is the same each time', async () => {
    const joinId = await joinIds();

    for (const name of ['', 'AAACCTGAGAAACCAT-1', 'é'.repeat(500)]) {
      expect(joinId(name)).toHaveLength(10);
      expect(joinId(name)).toBe(joinId(name));
    }
  });
});
