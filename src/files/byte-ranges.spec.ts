import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wanted } from './byte-ranges.js';

const FILE = { etag: '"abc"', size: 100 };

describe('the wanted bytes', () => {
  it('are all, when nothing else is said', () => {
    expect(wanted({}, FILE)).toBe('all');
  });

  it.each([
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['bytes=99-99', { start: 99, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['Bytes= 1-2 ', { start: 1, end: 2 }],
    ['bytes=100-', 'none'],
    ['bytes=100-200', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=99999999999999999999-', 'none'],
    ['bytes=9-0', 'all'],
    ['bytes=-', 'all'],
    ['bytes=a-b', 'all'],
    ['bytes=0-1,5-6', 'all'],
    ['lines=0-1', 'all'],
  ])('are those of %j', (range, bytes) => {
    expect(wanted({ range }, FILE)).toEqual(bytes);
  });

  it('are none of an empty file, in any range', () => {
    expect(wanted({ range: 'bytes=0-' }, { ...FILE, size: 0 })).toBe('none');
    expect(wanted({ range: 'bytes=-5' }, { ...FILE, size: 0 })).toBe('none');
  });

  it.each(['"abc"', 'W/"abc"', '"x", "abc"', '*'])('are none that are known: If-None-Match %s', (ifNoneMatch) => {
    expect(wanted({ ifNoneMatch, range: 'bytes=0-1' }, FILE)).toBe('unchanged');
  });

  it('are all, when the range was of another version', () => {
    expect(wanted({ range: 'bytes=0-1', ifRange: '"other"' }, FILE)).toBe('all');
    expect(wanted({ range: 'bytes=0-1', ifRange: 'W/"abc"' }, FILE)).toBe('all');
    expect(wanted({ range: 'bytes=0-1', ifRange: '"abc"' }, FILE)).toEqual({ start: 0, end: 1 });
    expect(wanted({ range: 'bytes=0-1', ifNoneMatch: '"other"' }, FILE)).toEqual({ start: 0, end: 1 });
  });

  it('lie within the file, whatever is asked', () => {
    const range = fc.oneof(
      fc.string(),
      fc.tuple(fc.option(fc.nat()), fc.option(fc.nat())).map(([a, b]) => `bytes=${a ?? ''}-${b ?? ''}`),
    );
    fc.assert(
      fc.property(range, fc.nat(1_000), (text, size) => {
        const bytes = wanted({ range: text }, { etag: '"x"', size });
        if (typeof bytes === 'string') return;
        expect(bytes.start).toBeGreaterThanOrEqual(0);
        expect(bytes.end).toBeLessThan(size);
        expect(bytes.start).toBeLessThanOrEqual(bytes.end);
      }),
    );
  });
});
