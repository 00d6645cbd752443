import { describe, expect, it } from 'vitest';
import { retryIn } from './retry.js';

const WAITS = [100, 1000];

describe('the time until a mail is tried again', () => {
  it('is that of the list, one for each try', () => {
    expect([1, 2].map((attempt) => retryIn(attempt, WAITS, () => 0))).toEqual([100, 1000]);
  });

  it('is a little longer at random, and never shorter', () => {
    expect(retryIn(2, WAITS, () => 0.999)).toBe(1250);
  });

  it('is none after the last try', () => {
    expect(retryIn(3, WAITS)).toBeNull();
  });
});
