import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORY_IDS } from './categories.js';
import { isSigned, readUnsubscribeToken, unsubscribeToken } from './unsubscribe-token.js';

const KEY = 'a key of one person';
const ends = { personId: randomUUID(), ending: 'checks' } as const;
const token = unsubscribeToken(ends, KEY);

describe('a token that ends mails', () => {
  it.each([...CATEGORY_IDS, 'all' as const])('says whose they are and which: %s', (ending) => {
    const written = unsubscribeToken({ ...ends, ending }, KEY);

    expect(readUnsubscribeToken(written)).toEqual({ ...ends, ending });
    expect(isSigned(written, { ...ends, ending }, KEY)).toBe(true);
    expect(written).toMatch(/^[\w.-]+$/);
  });

  it('is of one key, one person and one category', () => {
    const [person, ending, signature] = token.split('.');
    const other = unsubscribeToken({ ...ends, personId: randomUUID() }, KEY).split('.')[0];
    for (const forged of [`${person}.all.${signature}`, `${other}.${ending}.${signature}`, `${person}.${ending}.`]) {
      const read = readUnsubscribeToken(forged);
      expect(read && isSigned(forged, read, KEY), forged).toBe(false);
    }
    expect(isSigned(token, ends, 'the key of somebody else')).toBe(false);
  });

  it('is none where a character of it is another', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'Ax0.-_'), (at, letter) => {
        const spoiled = token.slice(0, at) + letter + token.slice(at + 1);
        const read = readUnsubscribeToken(spoiled);
        expect(read !== null && isSigned(spoiled, read, KEY)).toBe(spoiled === token);
      }),
    );
  });

  it.each(['', '.', '..', 'x.checks.y', `${token}.more`, token.replace('checks', 'constructor')])(
    'is not %j',
    (text) => {
      expect(readUnsubscribeToken(text)).toBeNull();
    },
  );
});
