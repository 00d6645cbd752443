import { describe, expect, it } from 'vitest';
import type { MeshFacts } from '../../formats/tomography-facts.js';
import { soundDataset, soundDeposition, soundRun, withFacts, without } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import { meshFacts } from '../../samples/tomography-facts.js';
import type { Run } from '../deposition.js';
import { MESH_RULES } from './meshes.js';

const run = soundRun();

function said(facts: Partial<MeshFacts> | null, scale_factor?: number, of: Run = run) {
  const files = of.files.map((file) =>
    file.path.endsWith('.glb') ? { ...file, facts: facts && meshFacts(facts) } : file,
  );
  const entry = { path: 'annotations/{run_name}_membrane.glb', reference_tomogram: 'raw' };
  const annotations = { membrane: { files: [{ ...entry, ...(scale_factor !== undefined && { scale_factor }) }] } };
  const one = { ...of, files };
  return judge(MESH_RULES, 'X-46', one, soundDeposition({ datasets: [soundDataset({ runs: [one], annotations })] }));
}

const { min, max } = meshFacts();
const scaled = (by: number): Partial<MeshFacts> => ({
  min: [min[0] * by, min[1] * by, min[2] * by],
  max: [max[0] * by, max[1] * by, max[2] * by],
});

describe('a mesh', () => {
  it('lies in its tomogram in voxels', () => {
    expect(judge(MESH_RULES, 'X-46', run).compared).toEqual([
      'voxels / 720 × 512 × 250 voxels or 7776 × 5529.6 × 2700 Å',
    ]);
  });

  it.each<[what: string, facts: Partial<MeshFacts>, scale: number | undefined]>([
    ['in ångström', scaled(10.8), undefined],
    ['in nanometres, with a scale factor', scaled(1.08), 10],
    ['a voxel beyond its edge', { max: [721, 513, 251] }, undefined],
  ])('may lie there %s', (_, facts, scale) => {
    expect(said(facts, scale)).toMatchObject({ faults: [], compared: [expect.any(String)] });
  });

  it.each<[what: string, says: string, facts: Partial<MeshFacts>, scale: number | undefined, to: number | undefined]>([
    ['lies outside', 'outside', { min: [-500, 0, 0] }, undefined, undefined],
    ['is four times as large', 'scaled', scaled(43.2), undefined, 0.25],
    ['is in micrometres', 'tiny', scaled(0.00108), undefined, 10_000],
    ['is flat', 'tiny', { max: [690, 480, 20] }, undefined, undefined],
    ['is scaled though it needs no scale', 'unscaled', {}, 20, 1],
  ])('is told where it %s', (_, says, facts, scale, to) => {
    const { faults, told } = said(facts, scale);

    expect(faults).toEqual([says]);
    const repair = { pointer: '/annotations/membrane/files/0/scale_factor', from: scale ?? null, to };
    expect(told?.repair).toEqual(to && expect.objectContaining(repair));
  });

  it.each<[what: string, facts: Partial<MeshFacts> | null, of: Run]>([
    ['it could not be read', null, run],
    ['there is none', {}, without(run, 'annotation')],
    ['the size of its tomogram is not known', {}, withFacts(run, 'tomogram', null)],
  ])('is not judged where %s', (_, facts, of) => {
    expect(said(facts, undefined, of)).toMatchObject({ faults: [], notApplicable: [expect.any(String)] });
  });
});
