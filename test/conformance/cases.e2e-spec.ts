import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVisium } from '../../checks/formats/h5ad/assays.js';
import { referenceFor } from '../../checks/reference/open-reference.js';
import { sharedFolder } from '../shared.js';
import { expectationIn, type Judged } from './agreement.js';
import { BASES, DATA_CASES, type DataCase, NOTE } from './cases.js';
import { CannotBeWritten, datasetOf } from './dataset.js';
import { partsOf } from './dataset-file.js';
import { DATA_DEVIATIONS } from './deviations.js';
import { exclusionOf } from './exclusions.js';
import { countedLines, judgedFragments, requiredFragments } from './fragment-cases.js';
import { contextOf, editionOf, editionsOf, judgedCase, judgedFile, withReference } from './judging.js';
import { labelled } from './labelling.js';
import { lookUp } from './look-ups.js';
import { changed } from './mutations.js';
import { Suite } from './suite.js';

/** By scope, what is run in place of the whole check. */
const RUNS: Readonly<Record<string, (one: DataCase, local: string) => Promise<void> | void>> = {
  'predicate:isVisium': async (one, local) => {
    expect(String(await contextOf(one, BASES, local, isVisium))).toBe(one.expect);
  },
  addLabels: (one, local) => labelled(one, BASES, local),
  fragmentRequired: (one, local) => requiredFragments(one, BASES, local),
  lineCount: countedLines,
  geneTable: (one) => lookUp(one, referenceFor('7.0.0')),
  geneLookup: (one) => lookUp(one, referenceFor('7.0.0')),
  termLookup: (one) => lookUp(one, referenceFor('7.0.0')),
};

const published = sharedFolder('reference');
const fixtures = sharedFolder('fixtures/h5ad');
const suite = new Suite(DATA_DEVIATIONS);
let folder: string;
let removeReference: () => Promise<void>;

/** Seconds, and more where the machine is busy. */
const INSTALLING_MS = 240_000;

const isSkipped = DATA_CASES.length === 0 || published.isMissing;
describe.skipIf(isSkipped)(`Single-cell data sets in words${NOTE}${published.note}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    removeReference = await withReference(published.at('.'), editionsOf(DATA_CASES));
  }, INSTALLING_MS);
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await removeReference();
    suite.print();
  });

  for (const one of DATA_CASES) {
    const why = excluded(one);
    if (why) suite.tally.count(one.suite, 'excluded');
    it.skipIf(why)(why ? `${one.name} (${why})` : one.name, () => run(one));
  }

  it.skipIf(process.env.ACCESSION_CASES)('need every deviation that is listed', () => {
    expect(suite.unneeded).toEqual([]);
  });
});

/** Why a case is not run: as listed, or because there can be no such file. */
function excluded(one: DataCase): string | null {
  const listed = exclusionOf(one);
  if (listed || RUNS[one.scope ?? ''] || isOfFragments(one)) return listed;
  if (!editionOf(one)) return 'about an edition of the schema that is not known yet';
  try {
    partsOf(changed(datasetOf(one.base, BASES), one.mutations, BASES).obs);
    return null;
  } catch (error) {
    return error instanceof CannotBeWritten ? `no h5ad file holds it: ${error.message}` : null;
  }
}

const isOfFragments = ({ scope = '' }: DataCase): boolean => scope.startsWith('fragment');

/** A base may be a file. */
function judged(one: DataCase, local: string): Promise<Judged> {
  const file = /^file:(\S+\.h5ad)$/.exec(one.base)?.[1];
  if (file) return judgedFile(fixtures.at(file));
  return isOfFragments(one) ? judgedFragments(one, BASES, local) : judgedCase(one, BASES, local);
}

async function run(one: DataCase): Promise<void> {
  const within = await mkdtemp(join(folder, 'case-'));
  const local = join(within, 'x.h5ad');
  const other = RUNS[one.scope ?? ''];
  if (other) {
    await suite.counting(one.suite, async () => {
      await other(one, local);
      return 'agree';
    });
  } else {
    await suite.compare(one.suite, one.name, expectationIn(one), judged(one, local));
  }
  await rm(within, { recursive: true });
}
