import { describe, expect, it } from 'vitest';
import { alnFacts, tomogramFacts } from '../samples/tomography-facts.js';
import { type Brought, type BroughtFile, knownOf } from './judge-deposition.js';

const file = (path: string, facts: BroughtFile['facts'] = null): BroughtFile => ({ path, sha256: null, facts });

const brought: Brought = {
  kind: 'cryoet-dataset',
  metadata: {
    datasets: {
      cells: { runs: { TS_1: {}, TS_2: {}, TS_3: {}, TS_4: { alignment_ref: 'AL-4' } }, tomograms: { raw: {} } },
      others: { runs: { TS_9: {} } },
    },
  },
  files: [
    file('cells/TS_1/tomograms/TS_1_rec.mrc', tomogramFacts()),
    file('cells/TS_2/TS_2.aln', alnFacts()),
    file('cells/TS_3/TS_3.st'),
  ],
  known: [],
};

describe('what others may refer to', () => {
  const { runs, tomograms } = knownOf(brought, 'cells', 'mine');

  it('are all runs of the data set, each with the alignment that it has', () => {
    expect(runs).toEqual([
      { dataset: 'mine', name: 'TS_1', alignment: 'alignment' },
      { dataset: 'mine', name: 'TS_2', alignment: 'alignment' },
      { dataset: 'mine', name: 'TS_3', alignment: null },
      { dataset: 'mine', name: 'TS_4', alignment: 'AL-4' },
    ]);
  });

  it('are its tomograms, by their keys', () => {
    expect(tomograms).toMatchObject([{ dataset: 'mine', run: 'TS_1', id: 'raw', voxelSize: 10.8 }]);
  });

  it('are none of a data set that is not there', () => {
    expect(knownOf(brought, 'nuclei', 'mine')).toEqual({ runs: [], tomograms: [] });
  });
});
