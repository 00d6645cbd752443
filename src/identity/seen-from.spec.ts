import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOf, seenFrom } from './seen-from.js';

describe('the place of a session', () => {
  it.each([
    ['198.51.100.7', '198.51.100.0/24'],
    ['::ffff:198.51.100.7', '198.51.100.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['nowhere', null],
    [undefined, null],
  ])('of %s is kept as %s', (ip, place) => {
    expect(placeOf(ip)).toBe(place);
  });

  it('never holds the last part of an address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        fc.pre(!ip.endsWith('.0'));
        expect(placeOf(ip)).not.toContain(`${ip}/`);
        expect(placeOf(ip)).toMatch(/\.0\/24$/);
      }),
    );
  });

  it('comes with what the browser says of itself, as far as it fits', () => {
    expect(seenFrom({ ip: '198.51.100.7', headers: { 'user-agent': 'x'.repeat(1_000) } })).toEqual({
      userAgent: 'x'.repeat(300),
      address: '198.51.100.0/24',
    });
    expect(seenFrom({ headers: {} })).toEqual({ userAgent: null, address: null });
  });
});
