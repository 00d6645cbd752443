import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

describe('the pace of an upload', () => {
  it('is what came since it was last looked at, of each upload by itself', () => {
    const pace = new Pace();

    expect([pace.of('a', 1_000, 0), pace.of('b', 0, 100)]).toEqual([null, null]);
    expect([pace.of('a', 3_000, 250), pace.of('b', 10, 350)]).toEqual([8_000, 40]);
    expect(pace.of('a', 3_000, 500)).toBe(0);
  });

  it.each<[string, bytes: number, at: number]>([
    ['it rested', 2_000, 60_000],
    ['it began anew', 10, 250],
    ['no time has gone by', 2_000, 0],
  ])('is unknown where %s, and known again after that', (_, bytes, at) => {
    const pace = new Pace();
    pace.of('a', 1_000, 0);

    expect(pace.of('a', bytes, at)).toBeNull();
    expect(pace.of('a', bytes + 500, at + 1_000)).toBe(500);
  });

  it('takes no more memory with each upload there ever was', () => {
    const pace = new Pace();
    for (let i = 0; i < 2_500; i++) pace.of(`upload ${i}`, 0, i);

    expect(pace.of('upload 0', 10, 2_500)).toBeNull();
    expect(pace.of('upload 2499', 10, 3_499)).toBe(10);
  });
});
