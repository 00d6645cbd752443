import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEGINNING, breakIn, type Entry, type Link, linkTo } from './chain.js';

const entry = (n: number): Entry => ({
  id: `entry ${n}`,
  at: `2026-01-01T00:00:00.00000${n % 10}Z`,
  actorId: n % 2 ? 'somebody' : null,
  action: 'label.created',
  objectType: 'label',
  objectId: `${n}`,
  submissionId: null,
  details: { n, nested: { b: 1, a: [n] } },
});

function chain(length: number): Link[] {
  const links: Link[] = [];
  for (let n = 0; n < length; n++) {
    const hash = linkTo(links.at(-1)?.hash ?? BEGINNING, entry(n));
    links.push({ ...entry(n), position: n + 1, hash });
  }
  return links;
}

const start = { position: 0, hash: BEGINNING };

describe('a chain of entries', () => {
  it('holds as it was written, whole and from any place on', () => {
    const links = chain(5);

    expect(breakIn(links, start)).toBeNull();
    expect(breakIn(links.slice(3), { position: 3, hash: links[2]?.hash ?? '' })).toBeNull();
    expect(breakIn([], start)).toBeNull();
  });

  it('does not depend on the order in which the members of an entry are written', () => {
    const { details, ...rest } = entry(3);

    expect(linkTo(BEGINNING, { details, ...rest })).toBe(linkTo(BEGINNING, { ...rest, details }));
  });

  it('breaks where any member of any entry is changed', () => {
    const members = [
      'id',
      'at',
      'actorId',
      'action',
      'objectType',
      'objectId',
      'submissionId',
      'details',
      'hash',
    ] as const;
    fc.assert(
      fc.property(fc.nat(7), fc.constantFrom(...members), (at, member) => {
        const links = chain(8).map((link, i) => (i === at ? { ...link, [member]: 'another' } : link));
        expect(breakIn(links, start)).toEqual({ position: at + 1, why: 'changed' });
      }),
    );
  });

  it('breaks where an entry is taken out, put in, or in another place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), (at) => {
        const links = chain(8);
        const [a, b] = [links[at], links[at + 1]];
        if (!a || !b) throw new Error('no such place');
        expect(breakIn(links.toSpliced(at, 1), start)).toEqual({ position: at + 1, why: 'missing' });
        expect(breakIn(links.toSpliced(at, 0, a), start)?.why).toBe('missing');
        expect(
          breakIn(links.toSpliced(at, 2, { ...b, position: at + 1 }, { ...a, position: at + 2 }), start)?.why,
        ).toBe('changed');
      }),
    );
  });
});
