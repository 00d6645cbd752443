import { describe, expect, it } from 'vitest';
import { soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { alnFacts, tiltComFacts, tomogramFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { RECONSTRUCTION_RULES } from './reconstruction.js';

const said = (id: string, of: Run) => judge(RECONSTRUCTION_RULES, id, of);
const [imod, aretomo] = [soundRun(), soundRun({ alignment: 'ARETOMO' })];
const IDS = RECONSTRUCTION_RULES.map(({ id }) => id);
const voxels = (size: number, of = imod) => withFacts(of, 'tomogram', tomogramFacts({ voxelSize: [size, size, size] }));
const sized = (...dimensions: [number, number, number]) => withFacts(imod, 'tomogram', tomogramFacts({ dimensions }));

describe('a tomogram', () => {
  it.each(IDS)('is what its alignment makes by %s, which says what it compared', (id) => {
    for (const run of [imod, aretomo]) {
      expect(said(id, run)).toMatchObject({ faults: [], notApplicable: [], compared: [expect.any(String)] });
    }
  });

  it.each(IDS)('is not looked at by %s where there is none', (id) => {
    expect(said(id, without(imod, 'tomogram')).notApplicable).toEqual([expect.any(String)]);
  });

  it.each<[id: string, says: string, what: string, of: Run]>([
    ['X-33', 'finer', 'is finer than its tilt series', voxels(2.5, aretomo)],
    ['X-33', 'differs', 'is binned otherwise than tilt.com says', voxels(5.4)],
    ['X-35', 'differs', 'is thicker than its alignment', sized(720, 512, 300)],
    ['X-35', 'turned', 'has its thickness along Y', sized(720, 250, 512)],
    ['X-35', 'differs', 'is thinner than its ALN', withFacts(aretomo, 'aln', alnFacts({ thickness: 1200 }))],
  ])('is told by %s as "%s" where it %s', (id, says, _, of) => {
    expect(said(id, of).faults).toEqual([says]);
  });

  it('may be binned once more, by any factor where no file tells one, and be two voxels thinner', () => {
    expect(said('X-33', voxels(21.6)).faults).toEqual([]);
    expect(said('X-33', voxels(7, aretomo)).faults).toEqual([]);
    expect(said('X-35', sized(720, 512, 248)).faults).toEqual([]);
  });

  it('has a thickness that is not compared where none is told', () => {
    const silent = withFacts(imod, 'tilt_com', tiltComFacts('TS_001', { thickness: null }));

    expect(said('X-35', silent).notApplicable).toHaveLength(1);
  });
});
