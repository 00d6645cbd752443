import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commaList, Instant, keyset, MalformedCursor, pageQuery } from './page.js';

const byAge = keyset('age', z.tuple([Instant, z.uuid()]));
const KEYS: [string, string] = ['2026-01-01T00:00:00.123456Z', '0e8dd1d9-13a4-4a7b-8ef5-9b4f5d7f1a2b'];
const cursorOf = (cursor: unknown) => Buffer.from(JSON.stringify(cursor)).toString('base64url');

describe('a cursor', () => {
  it('brings back the keys of the last row, microseconds and all', () => {
    const { nextCursor } = byAge.page([1, 2, 3], 2, () => KEYS);

    expect(byAge.read(nextCursor ?? undefined)).toEqual(KEYS);
  });

  it('is there only when there is more', () => {
    expect(byAge.page([1, 2, 3], 2, () => KEYS)).toMatchObject({ items: [1, 2], nextCursor: expect.any(String) });
    expect(byAge.page([1, 2], 2, () => KEYS)).toEqual({ items: [1, 2], nextCursor: null });
    expect(byAge.page([], 2, () => KEYS)).toEqual({ items: [], nextCursor: null });
  });

  it('begins the list where there is none', () => {
    expect(byAge.read(undefined)).toBeNull();
  });

  it.each([
    ['of another order', cursorOf([1, 'title', KEYS])],
    ['of another version', cursorOf([2, 'age', KEYS])],
    ['with a key that is none', cursorOf([1, 'age', ['yesterday', KEYS[1]]])],
    ['with a day that no month has', cursorOf([1, 'age', ['2026-02-30T00:00:00Z', KEYS[1]]])],
    ['that is no JSON', 'rubbish'],
    ['that is empty', ''],
  ])('%s is refused', (_, cursor) => {
    expect(() => byAge.read(cursor)).toThrow(MalformedCursor);
  });

  it('of any text is refused, and never a fault of ours', () => {
    const refuses = fc.property(fc.string(), (text) => {
      expect(() => byAge.read(text)).toThrow(MalformedCursor);
    });

    fc.assert(refuses);
  });
});

describe('what a list may be asked', () => {
  const query = pageQuery({ state: commaList(z.enum(['draft', 'private'])).optional() });

  it('has a limit that is neither nothing nor everything', () => {
    expect(query.parse({})).toEqual({ limit: 20, count: false });
    expect(query.parse({ limit: '100', count: 'true' })).toEqual({ limit: 100, count: true });
    expect(query.safeParse({ limit: '101' }).success).toBe(false);
    expect(query.safeParse({ limit: '0' }).success).toBe(false);
  });

  it('takes several values by commas', () => {
    expect(query.parse({ state: 'draft,private' }).state).toEqual(['draft', 'private']);
    expect(query.safeParse({ state: 'draft,gone' }).success).toBe(false);
    expect(query.safeParse({ state: '' }).success).toBe(false);
  });
});
