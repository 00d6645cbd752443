import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.js';

describe('the nearest name', () => {
  it.each([
    ['stat', 'state'],
    ['State', 'state'],
    ['asignee', 'assignee'],
    ['udpatedAfter', 'updatedAfter'],
    ['limt', 'limit'],
  ])('to "%s" is "%s"', (name, meant) => {
    expect(nearest(name, ['state', 'assignee', 'updatedAfter', 'limit', 'cursor'])).toBe(meant);
  });

  it.each(['colour', '', 'x'.repeat(10_000)])('is none where nothing is near', (name) => {
    expect(nearest(name, ['state', 'assignee'])).toBeNull();
    expect(nearest(name, [])).toBeNull();
  });
});
