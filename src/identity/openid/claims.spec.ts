import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claims, toldBy } from './claims.js';
import type { Provider } from './provider.js';

const PROVIDER: Provider = {
  ...{ id: 'campus', label: 'Campus', issuer: 'https://id.example.org', clientId: 'a', clientSecret: 'b' },
  ...{ scopes: ['openid'], trustEmail: false, subjectIsOrcid: false, rolesMap: {} },
};
const TRUSTED = { ...PROVIDER, trustEmail: true };
const WITH_ROLES = { ...PROVIDER, rolesClaim: 'groups', rolesMap: { desk: 'curator', heads: 'admin' } } as const;

describe('what a provider says of somebody', () => {
  it.each<[what: string, claims: Claims, name: string]>([
    ['their name', { name: 'Ada Example' }, 'Ada Example'],
    ['its parts', { given_name: 'Ada', family_name: 'Example' }, 'Ada Example'],
    ['one of its parts', { given_name: 'Ada', family_name: '' }, 'Ada'],
    ['a name over several lines', { name: 'Ada\n\u202eExample' }, 'Ada Example'],
    ['what they call themselves', { preferred_username: 'ada' }, 'ada'],
    ['an address alone', { email: 'ada@example.org' }, 'ada'],
    ['a name that is none', { name: 42 }, 'Somebody from Campus'],
  ])('is %s', (_, claims, name) => {
    expect(toldBy(PROVIDER, 'x', claims).name).toBe(name);
  });

  it.each<[what: string, provider: Provider, claims: Claims, email: string | null, isProved: boolean]>([
    ['of a provider that is trusted', TRUSTED, { email: 'a@b.org', email_verified: true }, 'a@b.org', true],
    ['that it has not verified', TRUSTED, { email: 'a@b.org', email_verified: false }, 'a@b.org', false],
    ['of which it says nothing', TRUSTED, { email: 'a@b.org' }, 'a@b.org', false],
    ['that is verified in words alone', TRUSTED, { email: 'a@b.org', email_verified: 'true' }, 'a@b.org', false],
    ['of a provider that is not', PROVIDER, { email: 'a@b.org', email_verified: true }, 'a@b.org', false],
    ['that is none', TRUSTED, { email: 'nobody', email_verified: true }, null, false],
    ['that is missing', TRUSTED, { email_verified: true }, null, false],
  ])('proves an address %s or not', (_, provider, claims, email, isProved) => {
    expect(toldBy(provider, 'x', claims)).toMatchObject({ email, isEmailProved: isProved });
  });

  it.each([
    ['0000-0002-1825-0097', '0000-0002-1825-0097'],
    ['https://orcid.org/0000-0002-1825-0097', '0000-0002-1825-0097'],
    ['0000-0002-1825-0098', null],
    ['ada', null],
  ])('is an ORCID iD where its subjects are: %s', (subject, orcid) => {
    expect(toldBy({ ...PROVIDER, subjectIsOrcid: true }, subject, {}).orcid).toBe(orcid);
    expect(toldBy(PROVIDER, subject, {}).orcid).toBeNull();
  });

  it.each<[what: string, provider: Provider, claims: Claims, roles: readonly string[] | null]>([
    ['a list', WITH_ROLES, { groups: ['desk', 'other', 'desk', 7] }, ['curator']],
    ['one', WITH_ROLES, { groups: 'heads' }, ['admin']],
    ['a text with several', WITH_ROLES, { groups: 'desk heads' }, ['curator', 'admin']],
    ['none', WITH_ROLES, {}, []],
    ['a name of every object', WITH_ROLES, { groups: ['constructor', '__proto__'] }, []],
    ['deeper', { ...WITH_ROLES, rolesClaim: 'realm.roles' }, { realm: { roles: ['desk'] } }, ['curator']],
    [
      'under a name with dots',
      { ...WITH_ROLES, rolesClaim: 'https://a.b/c' },
      { 'https://a.b/c': ['desk'] },
      ['curator'],
    ],
    ['nobody’s business', PROVIDER, { groups: ['desk'] }, null],
  ])('gives roles by its claims: %s', (_, provider, claims, roles) => {
    expect(toldBy(provider, 'x', claims).roles).toEqual(roles);
  });

  it('is read whatever it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('name', 'email', 'groups', 'sid', 'given_name'), fc.anything()),
        (claims) => {
          const { name, roles } = toldBy(WITH_ROLES, 'x', claims);
          expect(name).toMatch(/^\P{Cc}{1,200}$/u);
          expect(roles).not.toBeNull();
        },
      ),
    );
  });
});
