import { describe, expect, it } from 'vitest';
import { networkOf } from './rate-limits.service.js';
import { PATIENCE, waitAfter } from './sign-in-pace.service.js';

describe('the wait after tries that failed', () => {
  it.each([
    ['pair', 5, 0],
    ['pair', 6, 1_000],
    ['pair', 7, 2_000],
    ['pair', 10, 16_000],
    ['pair', 99, 900_000],
    ['account', 20, 0],
    ['account', 21, 1_000],
    ['account', 999, 60_000],
    ['address', 50, 0],
    ['address', 51, 1_000],
  ] as const)('of one %s is, after %i, %i ms', (of, failures, wait) => {
    expect(waitAfter(failures, PATIENCE[of])).toBe(wait);
  });
});

describe('an address', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
  ])('%s counts as %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
