import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, hintOf, kindOf, makeSecret } from './secrets.js';

describe('a secret', () => {
  it('says what it opens', () => {
    expect(makeSecret('token')).toMatch(/^acc_pat_[0-9A-Za-z]{38}$/);
    expect(kindOf(makeSecret('token'))).toBe('token');
    expect(makeSecret('session')).toMatch(/^acc_ses_[0-9A-Za-z]{49}$/);
    expect(kindOf(makeSecret('session'))).toBe('session');
    for (const kind of ['link', 'visit', 'invitation'] as const) expect(kindOf(makeSecret(kind))).toBe(kind);
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => makeSecret('token'))).size).toBe(1_000);
  });

  it('is refused with any one character wrong', () => {
    const secret = makeSecret('token');

    fc.assert(
      fc.property(fc.nat(secret.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, wrong) => {
        fc.pre(secret[at] !== wrong);
        expect(kindOf(secret.slice(0, at) + wrong + secret.slice(at + 1))).toBeNull();
      }),
    );
  });

  it.each([
    ['cut short', (secret: string) => secret.slice(0, -1)],
    ['with a space behind it', (secret: string) => `${secret} `],
    ['of another prefix', (secret: string) => secret.replace('acc_pat_', 'acc_ses_')],
    ['empty', () => ''],
  ])('is refused %s', (_, spoil) => {
    expect(kindOf(spoil(makeSecret('token')))).toBeNull();
  });

  it('is kept as a hash and known by a hint that gives nothing away', () => {
    const secret = makeSecret('token');

    expect(hashOf(secret)).toMatch(/^[0-9a-f]{64}$/);
    expect(hintOf(secret)).toBe(`${secret.slice(0, 12)}…`);
  });

  it('is not seen in rubbish', () => {
    fc.assert(fc.property(fc.string(), (rubbish) => kindOf(rubbish) === null));
  });
});
