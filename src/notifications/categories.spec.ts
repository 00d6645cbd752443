import { describe, expect, it } from 'vitest';
import { AUDIENCE } from './audience.js';
import { CATEGORIES, CATEGORY_IDS, categoryOf, defaultsOf, patternsOf } from './categories.js';

describe('the category of a topic', () => {
  it.each([
    ['changes.requested', 'changes'],
    ['review.submitted', 'changes'],
    ['checks.failed', 'checks'],
    ['review.overdue', 'reminders'],
    ['submission.reminded', 'reminders'],
    ['review.requested', 'reviews'],
    ['submission.assigned', 'reviews'],
    ['submission.published', 'progress'],
    ['thread.mentioned', 'conversations'],
    ['delivery.failed', 'operation'],
    ['security.signed_in', 'security'],
    ['lunch', 'other'],
  ])('%s is %s', (topic, category) => {
    expect(categoryOf(topic)).toBe(category);
  });

  it('is a real one for all that follows from the lifecycle', () => {
    const strays = Object.keys(AUDIENCE).filter((topic) => categoryOf(topic) === 'other');
    expect(strays).toEqual([]);
  });

  it('is found by its patterns in the database too', () => {
    for (const topic of [...Object.keys(AUDIENCE), 'thread.created', 'share_link.expired', 'share-link.x', 'lunch']) {
      const matches = (like: string) =>
        new RegExp(`^${like.replaceAll('\\_', '_').replaceAll('.', '\\.').replace(/%$/, '.*')}$`).test(topic);
      const found = CATEGORY_IDS.filter((id) => {
        const { like, unlike } = patternsOf(id);
        return like.some(matches) && !unlike.some(matches);
      });
      expect(found, topic).toEqual([categoryOf(topic)]);
    }
  });
});

describe('a default', () => {
  it('is the most urgent of all that somebody is', () => {
    expect(defaultsOf('conversations', ['admin']).email).toBe('daily');
    expect(defaultsOf('conversations', ['curator', 'admin']).email).toBe('now');
    expect(defaultsOf('operation', ['submitter']).email).toBe('daily');
  });

  it('is never silence', () => {
    for (const id of CATEGORY_IDS) expect(defaultsOf(id, []), id).toEqual({ inApp: 'on', email: 'now', slack: 'on' });
  });
});

it('each category has words for a page', () => {
  for (const { label, description } of Object.values(CATEGORIES)) {
    expect(label).toMatch(/^[A-Z].*[a-z]$/);
    expect(description).toMatch(/\.$/);
  }
});
