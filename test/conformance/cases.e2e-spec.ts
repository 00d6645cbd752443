import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVisium } from '../../checks/formats/h5ad/assays.js';
import { referenceFor } from '../../checks/reference/open-reference.js';
import { sharedFolder } from '../shared.js';
import { expectationIn } from './agreement.js';
import { BASES, DATA_CASES, type DataCase, NOTE } from './cases.js';
import { CannotBeWritten, datasetOf } from './dataset.js';
import { partsOf } from './dataset-file.js';
import { DATA_DEVIATIONS } from './deviations.js';
import { exclusionOf } from './exclusions.js';
import { contextOf, editionOf, judgedCase, withReference } from './judging.js';
import { lookUp } from './look-ups.js';
import { changed } from './mutations.js';
import { Suite } from './suite.js';

/** By scope, what is run in place of the whole check. */
const RUNS: Readonly<Record<string, (one: DataCase, local: string) => Promise<void> | void>> = {
  'predicate:isVisium': async (one, local) => {
    expect(String(await contextOf(one, BASES, local, isVisium))).toBe(one.expect);
  },
  geneTable: (one) => lookUp(one, referenceFor('7.0.0')),
  geneLookup: (one) => lookUp(one, referenceFor('7.0.0')),
  termLookup: (one) => lookUp(one, referenceFor('7.0.0')),
};

const published = sharedFolder('reference');
const suite = new Suite(DATA_DEVIATIONS);
let folder: string;
let removeReference: () => Promise<void>;

const isSkipped = DATA_CASES.length === 0 || published.isMissing;
describe.skipIf(isSkipped)(`Single-cell data sets in words${NOTE}${published.note}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    removeReference = await withReference(published.at('.'));
  });
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
  if (listed || RUNS[one.scope ?? '']) return listed;
  if (!editionOf(one)) return 'about an edition of the schema that is not known yet';
  try {
    partsOf(changed(datasetOf(one.base, BASES), one.mutations, BASES).obs);
    return null;
  } catch (error) {
    return error instanceof CannotBeWritten ? `no h5ad file holds it: ${error.message}` : null;
  }
}

async function run(one: DataCase): Promise<void> {
  const local = join(folder, `${DATA_CASES.indexOf(one)}.h5ad`);
  const other = RUNS[one.scope ?? ''];
  if (other) {
    await suite.counting(one.suite, async () => {
      await other(one, local);
      return 'agree';
    });
  } else {
    await suite.compare(one.suite, one.name, expectationIn(one), judgedCase(one, BASES, local));
  }
  await rm(local, { force: true });
}
