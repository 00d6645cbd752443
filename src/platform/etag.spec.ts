import { describe, expect, it } from 'vitest';
import { etagOf, Precondition, StaleVersion } from './etag.js';

const FIELDS = { title: 'Ribosomes', metadata: { organism: 'human', pixel: 1.35, 'a/b': 1 } };

/** What a stale tag is told. */
function changedFrom(before: Record<string, unknown>, now: Record<string, unknown>): readonly string[] {
  try {
    Precondition.of(etagOf(before)).check(now);
  } catch (error) {
    if (error instanceof StaleVersion) return error.changed;
    throw error;
  }
  return ['nothing'];
}

describe('an ETag', () => {
  it('is strong, and the same for the same fields in whatever order', () => {
    expect(etagOf(FIELDS)).toMatch(/^"[\w-]+"$/);
    expect(etagOf({ metadata: { 'a/b': 1, pixel: 1.35, organism: 'human' }, title: 'Ribosomes' })).toBe(etagOf(FIELDS));
    expect(etagOf({ ...FIELDS, title: 'Others' })).not.toBe(etagOf(FIELDS));
  });

  it('stays short enough for a header', () => {
    const metadata = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`field${i}`, i]));

    expect(etagOf({ title: 'x', metadata }).length).toBeLessThan(1_000);
    expect(changedFrom({ metadata }, { metadata: { ...metadata, field1: 'x' } })).toEqual(['/metadata']);
  });
});

describe('a precondition', () => {
  it('holds for what was seen, for one of several tags, and for whatever is there', () => {
    for (const header of [etagOf(FIELDS), `"other", ${etagOf(FIELDS)}`, '*', ' * ']) {
      expect(() => Precondition.of(header).check(FIELDS)).not.toThrow();
    }
  });

  it.each(['"other"', '', 'no tag', `W/${etagOf(FIELDS)}`])('does not hold for %j', (header) => {
    expect(() => Precondition.of(header).check(FIELDS)).toThrow(StaleVersion);
  });

  it('tells what has changed since', () => {
    const metadata = { ...FIELDS.metadata, organism: 'mouse', 'a/b': 2 };

    expect(changedFrom(FIELDS, { ...FIELDS, title: 'Others' })).toEqual(['/title']);
    expect(changedFrom(FIELDS, { ...FIELDS, metadata })).toEqual(['/metadata/organism', '/metadata/a~1b']);
    expect(changedFrom(FIELDS, { ...FIELDS, metadata: { ...FIELDS.metadata, more: 1 } })).toEqual([
      '/metadata',
      '/metadata/more',
    ]);
    expect(changedFrom(FIELDS, { ...FIELDS, metadata: { organism: 'human', pixel: 1.35 } })).toEqual(['/metadata']);
  });
});
