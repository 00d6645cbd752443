import { describe, expect, it } from 'vitest';
import { randoms } from '../samples/spoiled.js';
import { seenRows } from './seen-rows.js';

const row = (...numbers: readonly number[]) => Float64Array.from(numbers);

describe('seen rows', () => {
  it('are told apart by each of their numbers, however many there are', () => {
    const random = randoms(3);
    const seen = seenRows(3, 1_000_000);
    const known = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      const numbers = [0, 1, 2].map(() => Math.floor(random() * 40) / 8);
      expect(seen.isNew(row(...numbers))).toBe(!known.has(numbers.join()));
      known.add(numbers.join());
    }
    expect(seen.size).toBe(known.size);
  });

  it('are kept up to a number, and count as new beyond', () => {
    const seen = seenRows(1, 2000);
    for (let i = 0; i < 2000; i++) expect(seen.isNew(row(i))).toBe(true);

    expect([seen.isNew(row(1999)), seen.isNew(row(2000)), seen.isNew(row(2000)), seen.size]).toEqual([
      false,
      true,
      true,
      2000,
    ]);
  });
});
