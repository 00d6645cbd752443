import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf, isWanted, TOPICS_OF_ANYONE, TOPICS_OF_STAFF } from './webhook-filter.js';

describe('a filter of events', () => {
  it.each<[patterns: string[], topic: string, wanted: boolean]>([
    [['submission.transitioned'], 'submission.transitioned', true],
    [['submission.transitioned'], 'submission.changed', false],
    [['submission.*'], 'submission.changed', true],
    [['submission.*'], 'submissions.changed', false],
    [['thread.created', 'submission.*'], 'submission.deleted', true],
    [['*'], 'whatever.comes', true],
    [[], 'submission.changed', false],
  ])('%j takes %s: %s', (patterns, topic, wanted) => {
    expect(isWanted(patterns, topic)).toBe(wanted);
  });

  it.each<[pattern: string, fault: string]>([
    ['submission.transitoned', 'There is no event "submission.transitoned": did you mean "submission.transitioned"?'],
    ['submissions.*', 'There is no event "submissions.*": did you mean "submission.*"?'],
    ['Thread.created', 'There is no event "Thread.created": did you mean "thread.created"?'],
  ])('names the nearest of what it may have meant by %s', (pattern, fault) => {
    expect(faultOf(pattern, TOPICS_OF_STAFF)).toBe(fault);
  });

  it('does not take what tells of notes from those who may not read them', () => {
    for (const pattern of ['note.created', 'note.*', 'queue.changed', 'queue.*']) {
      expect(faultOf(pattern, TOPICS_OF_STAFF)).toBeNull();
      expect(faultOf(pattern, TOPICS_OF_ANYONE)).toMatch(/^There is no event/);
    }
  });

  it('takes each topic, and what it begins with, and finds it by both', () => {
    for (const topic of TOPICS_OF_STAFF)
      for (const pattern of [topic, topic.replace(/\.[^.]+$/, '.*'), '*']) {
        expect(faultOf(pattern, TOPICS_OF_STAFF)).toBeNull();
        expect(isWanted([pattern], topic)).toBe(true);
      }
  });

  it('never takes a pattern that finds nothing, whatever is written', () => {
    const scrap = fc.constantFrom('submission', '.', '*', 'note', 'created', 'transitioned', '.*', 'x', ' ', '');
    const written = fc.oneof(
      fc.string(),
      fc.array(scrap, { maxLength: 5 }).map((scraps) => scraps.join('')),
    );

    fc.assert(
      fc.property(written, (pattern) => {
        const finds = TOPICS_OF_ANYONE.some((topic) => isWanted([pattern], topic));

        if (faultOf(pattern, TOPICS_OF_ANYONE) === null) expect(finds).toBe(true);
        else expect(TOPICS_OF_ANYONE).not.toContain(pattern);
      }),
      { numRuns: 500 },
    );
  });
});
