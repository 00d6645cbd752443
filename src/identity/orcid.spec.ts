import { describe, expect, it } from 'vitest';
import { checkDigitOf, orcidIn } from './orcid.js';

describe('an ORCID iD', () => {
  it.each([
    ['0000-0002-1825-0097', '7'],
    ['0000-0001-5109-3700', '0'],
    ['0000-0002-1694-233X', 'X'],
  ])('%s ends with the check digit %s', (orcid, digit) => {
    expect(checkDigitOf(orcid)).toBe(digit);
  });

  it('is read bare or as an address', () => {
    expect(orcidIn('0000-0002-1825-0097')).toBe('0000-0002-1825-0097');
    expect(orcidIn(' https://orcid.org/0000-0002-1694-233X ')).toBe('0000-0002-1694-233X');
  });

  it.each([
    '',
    '0000000218250097',
    '0000-0002-1825-009',
    'https://example.org/0000-0002-1825-0097',
    '0000-0002-1825-009x',
  ])('is not read in "%s"', (text) => {
    expect(orcidIn(text)).toBeNull();
  });
});
