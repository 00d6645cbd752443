import { describe, expect, it } from 'vitest';
import { TOLERANCES } from '../tolerances.js';
import { RULES } from './index.js';

/** Specification cryoet.md, section 5. */
const ASKED_FOR = [
  ...Array.from({ length: 47 }, (_, i) => `X-${String(i + 1).padStart(2, '0')}`),
  ...Array.from({ length: 6 }, (_, i) => `D-0${i + 1}`),
];

describe('the rules between files', () => {
  const ids = [...RULES.ofRuns, ...RULES.ofDatasets].map(({ id }) => id);

  it('are all that the specification has, each once', () => {
    expect([...ids].sort()).toEqual([...ASKED_FOR].sort());
  });

  it('say for each tolerance which rule it is of', () => {
    expect(Object.keys(TOLERANCES).filter((id) => !ids.some((known) => known === id))).toEqual([]);
  });

  it('have sentences that say what is wrong and what to do', () => {
    for (const { says, title, why } of [...RULES.ofRuns, ...RULES.ofDatasets]) {
      expect(title).not.toBe('');
      expect(why).toMatch(/\.$/);
      for (const { message, fix } of Object.values(says)) {
        expect(message).toMatch(/[.?}]$/);
        expect(fix).toMatch(/[.?`)}]$/);
      }
    }
  });
});
