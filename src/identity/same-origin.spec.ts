import { describe, expect, it } from 'vitest';
import { isCrossSite, isSameOrigin } from './same-origin.js';

const OURS = 'https://data.example.org';
const HOST = { host: 'data.example.org' };

const REQUESTS: [string, Record<string, string>, { same: boolean; cross: boolean }][] = [
  ['from a page of ours', { 'sec-fetch-site': 'same-origin', origin: OURS }, { same: true, cross: false }],
  ['from a page of ours, in an old browser', { origin: OURS }, { same: true, cross: false }],
  [
    'from the address that was asked, behind a proxy',
    { origin: 'http://10.0.0.5:3000', host: '10.0.0.5:3000' },
    { same: true, cross: false },
  ],
  [
    'through a proxy that renames the host',
    { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:5173' },
    { same: true, cross: false },
  ],
  [
    'from another site',
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { same: false, cross: true },
  ],
  [
    'from a neighbour on the same site',
    { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.org' },
    { same: false, cross: true },
  ],
  ['from another port', { origin: 'https://data.example.org:8443' }, { same: false, cross: true }],
  ['from another site, in an old browser', { origin: 'https://evil.example' }, { same: false, cross: true }],
  ['from a page without an origin', { origin: 'null' }, { same: false, cross: true }],
  [
    'from another site that claims our fetch metadata in vain',
    { 'sec-fetch-site': 'none', origin: OURS },
    { same: false, cross: true },
  ],
  ['from no browser', {}, { same: false, cross: false }],
];

describe('a request', () => {
  it.each(REQUESTS)('%s', (_, headers, { same, cross }) => {
    expect(isSameOrigin({ ...HOST, ...headers }, OURS)).toBe(same);
    expect(isCrossSite({ ...HOST, ...headers }, OURS)).toBe(cross);
  });
});
