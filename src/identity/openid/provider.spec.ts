import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config.js';

const CLIENT = { clientId: 'a', clientSecret: 'b' };
const CAMPUS = { id: 'campus', label: 'Campus', issuer: 'https://login.example.org', ...CLIENT };

const load = (providers: unknown, rest: Record<string, string> = {}) =>
  loadConfig({ DATABASE_URL: 'postgres://localhost/x', OPENID_PROVIDERS: JSON.stringify(providers), ...rest })
    .OPENID_PROVIDERS;

describe('the providers of the settings', () => {
  it('are none, unless they are given', () => {
    expect(loadConfig({ DATABASE_URL: 'postgres://localhost/x' }).OPENID_PROVIDERS).toEqual([]);
  });

  it('are trusted with nothing that is not said', () => {
    expect(load([CAMPUS])).toEqual([
      {
        ...CAMPUS,
        ...{ scopes: ['openid', 'profile', 'email'], trustEmail: false, subjectIsOrcid: false, rolesMap: {} },
      },
    ]);
  });

  it('need no more of ORCID than the client, and less is said of its sandbox', () => {
    const orcid = { label: 'ORCID', issuer: 'https://orcid.org', scopes: ['openid'], subjectIsOrcid: true };

    expect(load([{ id: 'orcid', ...CLIENT }])).toMatchObject([orcid]);
    expect(load([{ id: 'orcid', issuer: 'https://sandbox.orcid.org', ...CLIENT }])).toMatchObject([
      { ...orcid, issuer: 'https://sandbox.orcid.org' },
    ]);
  });

  it.each<[what: string, providers: unknown]>([
    ['what is no list', { CAMPUS }],
    ['a member that nobody reads', [{ ...CAMPUS, secret: 'x' }]],
    ['no secret', [{ ...CAMPUS, clientSecret: '' }]],
    ['an id that is no part of an address', [{ ...CAMPUS, id: 'The Campus' }]],
    ['the id of a page', [{ ...CAMPUS, id: 'providers' }]],
    ['two of one id', [CAMPUS, { ...CAMPUS, issuer: 'https://other.example.org' }]],
    ['two of one issuer', [CAMPUS, { ...CAMPUS, id: 'other' }]],
    ['a role that is not', [{ ...CAMPUS, rolesClaim: 'groups', rolesMap: { heads: 'king' } }]],
    ['an issuer in the clear', [{ ...CAMPUS, issuer: 'http://login.example.org' }]],
  ])('are refused with %s, by the name of the setting and without a secret', (_, providers) => {
    expect(() => load(providers)).toThrow(/OPENID_PROVIDERS/);
    expect(() => load(providers)).not.toThrow(/clientSecret":/);
  });

  it('are refused where they are not JSON', () => {
    expect(() => loadConfig({ DATABASE_URL: 'postgres://localhost/x', OPENID_PROVIDERS: '[{' })).toThrow(/as JSON/);
  });

  it('may be in the clear where OUTBOUND_ALLOW has their host and port', () => {
    const issuer = 'http://127.0.0.1:4000';

    expect(load([{ ...CAMPUS, issuer }], { OUTBOUND_ALLOW: '127.0.0.1:4000' })).toMatchObject([{ issuer }]);
    expect(() => load([{ ...CAMPUS, issuer }], { OUTBOUND_ALLOW: '127.0.0.1:4001' })).toThrow(/by https/);
  });
});
