import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVisium } from '../../checks/formats/h5ad/assays.js';
import { referenceFor } from '../../checks/reference/open-reference.js';
import { sharedFolder } from '../shared.js';
import {
  type Deviation,
  deviating,
  differences,
  type Expectation,
  expectationIn,
  expectationOf,
  type Judged,
} from './agreement.js';
import { BASES, DATA_CASES, type DataCase, FILE_CASES, localOf, NOTE } from './cases.js';
import { CannotBeWritten, datasetOf } from './dataset.js';
import { partsOf } from './dataset-file.js';
import { DATA_DEVIATIONS, FILE_DEVIATIONS } from './deviations.js';
import { exclusionOf } from './exclusions.js';
import { contextOf, editionOf, judgedCase, judgedFile, withReference } from './judging.js';
import { lookUp } from './look-ups.js';
import { changed } from './mutations.js';
import { Tally } from './tally.js';

const published = sharedFolder('reference');
const isSkipped = FILE_CASES.length + DATA_CASES.length === 0 || published.isMissing;
const fixtures = sharedFolder('fixtures/h5ad');
const tally = new Tally();
let folder: string;
let removeReference: () => Promise<void>;

describe.skipIf(isSkipped)(`Single-cell conformance${NOTE}${published.note}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    removeReference = await withReference(published.at('.'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await removeReference();
    process.stdout.write(`\n${tally}\n`);
  });

  describe('of published files', () => {
    it('finds nothing wrong with the one that is valid', async () => {
      const { findings, undecided } = await judgedFile(fixtures.at('example_valid_7.0.0.h5ad'));

      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(undecided).toEqual([]);
    });

    it.each(OLDER)('says why %s is not valid any more', async (file, rules) => {
      const { findings, undecided } = await judgedFile(fixtures.at(file));

      const errors = findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
      expect([...new Set(errors)].sort()).toEqual(rules);
      expect(undecided).toEqual([]);
    });
  });

  describe('of files, beside the reference validator', () => {
    it.each(FILE_CASES.map((one) => [one.name, one] as const))('%s', async (name, one) => {
      const options = { ignoreLabels: one.ignore_labels, preAnalysis: one.pre_analysis };
      await told('files', () => compared(name, expectationOf(one), judgedFile(localOf(one), options), FILE_DEVIATIONS));
    });
  });

  describe('of data sets in words', () => {
    for (const one of DATA_CASES) {
      const why = excluded(one);
      if (why) tally.count(one.suite, 'excluded');
      it.skipIf(why)(why ? `${one.name} (${why})` : one.name, () => run(one));
    }
  });
});

/** Each was valid under its own edition. */
const OLDER: readonly (readonly [string, readonly string[]])[] = [
  ['example_valid_v2.1.0.h5ad', []],
  ['example_valid_v3.0.0-3.1.3.h5ad', []],
  ['example_valid_v4.0.0.h5ad', []],
  ['example_valid_v5.0.0-5.2.3.h5ad', []],
  ['example_valid_v5.3.1.h5ad', []],
  ['example_valid_v6.0.0-6.2.2.h5ad', []],
  ['example_invalid_CL_head.h5ad', []],
];

/** Why a case is not run: as listed, or because there can be no such file. */
function excluded(one: DataCase): string | null {
  const listed = exclusionOf(one);
  if (listed || RUNS[one.scope ?? '']) return listed;
  if (!editionOf(one)) return 'about an edition of the schema that is not known yet';
  try {
    const dataset = changed(datasetOf(one.base, BASES), one.mutations, BASES);
    partsOf(dataset.obs);
    return null;
  } catch (error) {
    return error instanceof CannotBeWritten ? `no h5ad file holds it: ${error.message}` : null;
  }
}

/** What is run in place of the whole check. */
const RUNS: Readonly<Record<string, (one: DataCase, local: string) => Promise<void> | void>> = {
  'predicate:isVisium': async (one, local) => {
    expect(String(await contextOf(one, BASES, local, isVisium))).toBe(one.expect);
  },
  geneTable: (one) => lookUp(one, referenceFor('7.0.0')),
  geneLookup: (one) => lookUp(one, referenceFor('7.0.0')),
  termLookup: (one) => lookUp(one, referenceFor('7.0.0')),
};

async function run(one: DataCase): Promise<void> {
  const local = join(folder, `${DATA_CASES.indexOf(one)}.h5ad`);
  const other = RUNS[one.scope ?? ''];
  await told(one.suite, async () => {
    if (!other) return compared(one.name, expectationIn(one), judgedCase(one, BASES, local), DATA_DEVIATIONS);
    await other(one, local);
    return 'agree';
  });
  await rm(local, { force: true });
}

async function compared(
  name: string,
  expectation: Expectation,
  judging: Promise<Judged>,
  deviations: readonly Deviation[],
): Promise<'agree' | 'deviate'> {
  const judged = await judging;
  const deviation = deviations.find(({ cases }) => cases.test(name));
  const isMeant = deviation !== undefined && differences(expectation, judged).length > 0;
  expect(differences(isMeant ? deviating(expectation, deviation) : expectation, judged)).toEqual([]);
  return isMeant ? 'deviate' : 'agree';
}

async function told(suite: string, compare: () => Promise<'agree' | 'deviate'>): Promise<void> {
  try {
    tally.count(suite, await compare());
  } catch (error) {
    tally.count(suite, 'disagree');
    throw error;
  }
}
