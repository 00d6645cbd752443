import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isZone, nextAt, quietUntil } from './local-time.js';

const after = (at: string, hour: number, zone: string) => nextAt(new Date(at), hour * 60, zone).toISOString();

describe('the next eight o’clock', () => {
  it.each([
    ['UTC', '2026-05-05T07:59:59Z', '2026-05-05T08:00:00.000Z'],
    ['UTC', '2026-05-05T08:00:00Z', '2026-05-06T08:00:00.000Z'],
    ['Asia/Kathmandu', '2026-05-05T00:00:00Z', '2026-05-05T02:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-12-31T17:00:00Z', '2026-12-31T18:00:00.000Z'],
    ['Pacific/Marquesas', '2026-05-05T20:00:00Z', '2026-05-06T17:30:00.000Z'],
    ['Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T06:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T07:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T21:00:00.000Z'],
    ['America/New_York', '2028-02-28T13:00:00Z', '2028-02-29T13:00:00.000Z'],
  ])('in %s after %s is %s', (zone, now, expected) => {
    expect(after(now, 8, zone)).toBe(expected);
  });
});

describe('an hour of the night', () => {
  it.each([
    [
      'is an hour later where the clocks jump over it',
      'Europe/Berlin',
      2,
      '2026-03-28T12:00:00Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'is half an hour later where they jump by that',
      'Australia/Lord_Howe',
      2,
      '2026-10-03T12:00:00Z',
      '2026-10-03T15:30:00.000Z',
    ],
    [
      'is an hour later where midnight itself is missing',
      'America/Santiago',
      0,
      '2026-09-05T12:00:00Z',
      '2026-09-06T04:00:00.000Z',
    ],
    ['is the first where there are two', 'America/New_York', 1, '2026-10-31T12:00:00Z', '2026-11-01T05:00:00.000Z'],
    [
      'is not the second, once the first is over',
      'America/New_York',
      1,
      '2026-11-01T05:00:00Z',
      '2026-11-02T06:00:00.000Z',
    ],
    [
      'is on the day after the one that was left out',
      'Pacific/Apia',
      3,
      '2011-12-29T13:00:00Z',
      '2011-12-30T13:00:00.000Z',
    ],
  ])('%s (%s)', (_, zone, hour, now, expected) => {
    expect(after(now, hour, zone)).toBe(expected);
  });
});

it('comes once a day, in any zone and at any time of the year', () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const instants = fc.date({ min: new Date('2012-06-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(zones, instants, fc.integer({ min: 0, max: 23 }), (zone, now, hour) => {
      const first = nextAt(now, hour * 60, zone);
      const second = nextAt(first, hour * 60, zone);

      expect(first.getTime()).toBeGreaterThan(now.getTime());
      expect(first.getTime() - now.getTime()).toBeLessThanOrEqual(26 * 3_600_000);
      expect(second.getTime() - first.getTime()).toBeGreaterThanOrEqual(22 * 3_600_000);
      expect(second.getTime() - first.getTime()).toBeLessThanOrEqual(26 * 3_600_000);
    }),
    { numRuns: 300 },
  );
});

describe('quiet hours', () => {
  const night = { from: '22:00', to: '07:30' };
  it.each([
    ['2026-05-05T19:59:00Z', null],
    ['2026-05-05T20:00:00Z', '2026-05-06T05:30:00.000Z'],
    ['2026-05-06T05:29:59Z', '2026-05-06T05:30:00.000Z'],
    ['2026-05-06T05:30:00Z', null],
    ['2026-10-24T21:00:00Z', '2026-10-25T06:30:00.000Z'],
  ])('at %s end at %s', (now, expected) => {
    expect(quietUntil(new Date(now), night, 'Europe/Berlin')?.toISOString() ?? null).toBe(expected);
  });

  it('that begin when they end are none', () => {
    expect(quietUntil(new Date(), { from: '08:00', to: '08:00' }, 'UTC')).toBeNull();
  });
});

describe('the name of a zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Asia/Calcutta'])('may be %s', (name) => {
    expect(isZone(name)).toBe(true);
  });
  it.each(['', 'Mars/Olympus', '+01:00', 'Europe/Berlin; DROP', '../etc'])('is not %j', (name) => {
    expect(isZone(name)).toBe(false);
  });
});
