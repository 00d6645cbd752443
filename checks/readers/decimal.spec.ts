import { describe, expect, it } from 'vitest';
import { randoms } from '../samples/spoiled.js';
import { decimalOf, decimalsOf, wholeOf } from './decimal.js';

describe('a decimal', () => {
  it.each([
    ['-12.50', -12.5],
    ['+.5', 0.5],
    ['3.', 3],
    ['9.37679e-005', 9.37679e-5],
    ['1E+3', 1000],
    ['-0', 0],
  ])('is read from %s', (text, value) => {
    expect(decimalOf(text)).toBe(value);
  });

  it.each(['', ' 1', '1,5', 'NaN', 'inf', '1e999', '1e0005', '0x10', '1d3', '.', '1.2.3', '1_000', undefined])(
    'is not read from %j',
    (text) => {
      expect(decimalOf(text)).toBeNull();
    },
  );

  it('is the number nearest to what is written, with few digits and with many', () => {
    const random = randoms(6);
    for (let i = 0; i < 20_000; i++) {
      const digits = Array.from({ length: 1 + Math.floor(random() * 20) }, () => Math.floor(random() * 10));
      digits.splice(Math.floor(random() * digits.length), 0, '.' as never);
      const text = `${random() < 0.5 ? '-' : ''}${digits.join('')}`;
      expect(decimalOf(text), text).toBe(Number(text) || 0);
    }
  });

  it('is whole where nothing but zeros follows its point', () => {
    expect(['4', '4.0', '4.5', '9007199254740993'].map(wholeOf)).toEqual([4, 4, null, null]);
  });

  it('is not read from a list that holds something else', () => {
    expect(decimalsOf(['1', '2.5'])).toEqual([1, 2.5]);
    expect(decimalsOf(['1', 'x'])).toBeNull();
  });
});
