import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../shared.js';
import { expectationOf } from './agreement.js';
import { FILE_CASES, localOf, NOTE } from './cases.js';
import { FILE_DEVIATIONS } from './deviations.js';
import { judgedFile, withReference } from './judging.js';
import { Suite } from './suite.js';

/** Each was valid under its own edition, but for the last. */
const OLDER: readonly (readonly [string, readonly string[]])[] = [
  ['example_valid_v2.1.0.h5ad', ['F03', 'F05', 'O01', 'T02', 'U01', 'V03']],
  ['example_valid_v3.0.0-3.1.3.h5ad', ['F03', 'F05', 'O01', 'T02', 'T03', 'U01', 'V03']],
  ['example_valid_v4.0.0.h5ad', ['F03', 'O09', 'T02', 'T03', 'U01', 'V03']],
  ['example_valid_v5.0.0-5.2.3.h5ad', ['F03', 'O09', 'T02', 'T03', 'U01']],
  ['example_valid_v5.3.1.h5ad', ['F03', 'O09', 'T02', 'T03', 'U01']],
  ['example_valid_v6.0.0-6.2.2.h5ad', ['O09', 'O14', 'T03']],
  ['example_invalid_CL_head.h5ad', ['F03', 'F05', 'O01', 'O09', 'T02', 'U01', 'V03']],
];

const published = sharedFolder('reference');
const fixtures = sharedFolder('fixtures/h5ad');
let removeReference: () => Promise<void>;

/** Seconds, and more where the machine is busy. */
const INSTALLING_MS = 240_000;

describe.skipIf(published.isMissing)(`Single-cell files${published.note}`, () => {
  beforeAll(async () => {
    removeReference = await withReference(published.at('.'));
  }, INSTALLING_MS);
  afterAll(() => removeReference());

  describe.skipIf(fixtures.isMissing)(`that are published${fixtures.note}`, () => {
    it('of today have nothing wrong', async () => {
      const { findings, undecided } = await judgedFile(fixtures.at('example_valid_7.0.0.h5ad'));

      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(undecided).toEqual([]);
    });

    it.each(OLDER)('of older editions are told what has changed since: %s', async (file, rules) => {
      const { findings } = await judgedFile(fixtures.at(file));

      const errors = findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
      expect([...new Set(errors)].sort()).toEqual(rules);
    });
  });

  describe.skipIf(FILE_CASES.length === 0)(`that the reference validator has judged${NOTE}`, () => {
    const suite = new Suite(FILE_DEVIATIONS);
    afterAll(() => suite.print());

    it.each(FILE_CASES.map((one) => [one.name, one] as const))('%s', async (name, one) => {
      const options = { ignoreLabels: one.ignore_labels, preAnalysis: one.pre_analysis };
      await suite.compare('files', name, expectationOf(one), judgedFile(localOf(one), options));
    });

    it.skipIf(process.env.ACCESSION_CASES)('need every deviation that is listed', () => {
      expect(suite.unneeded).toEqual([]);
    });
  });
});
