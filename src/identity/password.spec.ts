import { describe, expect, it } from 'vitest';
import { hashPassword, isPassword } from './password.js';

describe('a password', () => {
  it('is kept as argon2id with 19 MiB and two passes, salted', async () => {
    const [one, other] = await Promise.all([hashPassword('accession'), hashPassword('accession')]);

    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
  });

  it('is known again, however its accents are composed', async () => {
    const kept = await hashPassword('cafe\u0301 au lait');

    expect(await isPassword('caf\u00e9 au lait', kept)).toBe(true);
  });

  it('is refused when it differs in one letter', async () => {
    expect(await isPassword('Accession', await hashPassword('accession'))).toBe(false);
  });

  it('is refused, after as much work, where there is none', async () => {
    expect(await isPassword('accession', null)).toBe(false);
  });
});
