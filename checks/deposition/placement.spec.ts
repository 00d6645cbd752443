import { describe, expect, it } from 'vitest';
import { associate } from './associate.js';
import { placementOutcome } from './placement.js';

const place = (paths: readonly string[], mapping: { run_name: string; kind: 'gain'; path: string }[] = []) =>
  placementOutcome(
    associate({
      datasets: [{ key: 'main', runs: ['TS_1', 'TS_2'], mapping, tomograms: {}, annotations: {} }],
      files: paths.map((path) => ({ path, sha256: null, facts: null })),
    }),
  );

describe('the places of files', () => {
  it('are nothing to speak of where each has its own', () => {
    expect(place(['TS_1/TS_1.st', 'TS_2/TS_2.st'])).toBeNull();
  });

  it('are told with the first of those that have none', () => {
    expect(place(['TS_1.st', 'elsewhere.st', 'other.st'])).toMatchObject({
      outcome: 'passed',
      findings: [{ rule: 'unmatched', severity: 'warning', count: 2, file: 'elsewhere.st' }],
    });
  });

  it('fail where a row of a mapping names what is not there', () => {
    const outcome = place(['TS_1.st'], [{ run_name: 'TS_1', kind: 'gain', path: 'lost.mrc' }]);

    expect(outcome).toMatchObject({ outcome: 'failed', findings: [{ rule: 'not_uploaded', severity: 'error' }] });
  });
});
