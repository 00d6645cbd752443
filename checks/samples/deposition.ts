/**
 * What does a small, sound deposition look like to the rules between its files? Two runs, aligned by IMOD or by AreTomo, with
 * frames, tilt series, tomogram and annotations, on which no rule finds anything. Name only what to spoil.
 */
import { createHash } from 'node:crypto';
import type { AnnotationValues, RunValues, TomogramValues } from '../deposition/declared.js';
import type { Dataset, Deposition, Run, RunFile } from '../deposition/deposition.js';
import type { FileKind } from '../deposition/kinds.js';
import type { TomographyFacts } from '../formats/tomography-facts.js';
import {
  AXIS,
  alnFacts,
  anglesFacts,
  frameFacts,
  frameNames,
  gainFacts,
  maskFacts,
  mdocFacts,
  meshFacts,
  newstComFacts,
  photoFacts,
  pointsFacts,
  refined,
  SORTED,
  TAKEN,
  tiltComFacts,
  tiltSeriesFacts,
  tomogramFacts,
  xfFacts,
} from './tomography-facts.js';

export const DECLARED = {
  ...{ frames_not_deposited: false, is_gain_corrected: false },
  ...{ acceleration_voltage_v: 300_000, cs_mm: 2.7 },
  ...{ tilt_min_deg: -18, tilt_max_deg: 18, tilt_step_deg: 3, tilt_scheme: 'dose_symmetric' },
  ...{ dose_per_stack_e_a2: 3, total_dose_e_a2: 39 },
  ...{ acquisition_software: 'SerialEM', camera_manufacturer: 'Gatan', camera_model: 'K3' },
  ...{ microscope_manufacturer: 'TFS', microscope_model: 'Titan Krios G4' },
  ...{ energy_filter: 'Gatan BioContinuum', image_corrector: 'none', phase_plate: 'none' },
  frame_pixel_size_a: 1.35,
  ...{ binning_from_frames: 2, tilt_axis_rotation_deg: AXIS, is_aligned: false },
  ...{ alignment_method: 'fiducial_based', alignment_type: 'GLOBAL' },
} as const satisfies RunValues;

export const TOMOGRAMS: Readonly<Record<string, TomogramValues>> = {
  raw: {
    ...{ voxel_size_a: 10.8, ctf_corrected: true, post_processing: 'raw' },
    ...{ reconstruction_method: 'WBP', reconstruction_software: 'IMOD' },
  },
};

export const ANNOTATIONS: Readonly<Record<string, AnnotationValues>> = {
  ribosome: {
    ...{ object_name: 'cytosolic ribosome', object_id: 'GO:0022626' },
    files: [{ path: 'annotations/{run_name}_ribosomes.csv', reference_tomogram: 'raw', object_count: 4 }],
  },
  membrane: {
    ...{ object_name: 'membrane', object_id: 'GO:0016020' },
    files: [
      { path: 'annotations/{run_name}_membrane.mrc', reference_tomogram: 'raw' },
      { path: 'annotations/{run_name}_membrane.glb', reference_tomogram: 'raw' },
    ],
  },
};

/** A file with its own checksum. */
export const runFile = (
  path: string,
  kind: FileKind,
  facts: TomographyFacts | null,
  belongsTo: string | null = null,
): RunFile => ({ path, sha256: createHash('sha256').update(path).digest('hex'), kind, facts, belongsTo });

const ALIGNED: Readonly<Record<'IMOD' | 'ARETOMO', (run: string) => RunFile[]>> = {
  IMOD: (run) => [
    runFile(`${run}/${run}.tlt`, 'tlt', anglesFacts(refined())),
    runFile(`${run}/${run}.xf`, 'xf', xfFacts()),
    runFile(`${run}/${run}.xtilt`, 'xtilt', anglesFacts(SORTED.map(() => 0))),
    runFile(`${run}/tilt.com`, 'tilt_com', tiltComFacts(run)),
    runFile(`${run}/newst.com`, 'newst_com', newstComFacts(run)),
  ],
  ARETOMO: (run) => [runFile(`${run}/${run}.aln`, 'aln', alnFacts())],
};

export interface RunParts {
  readonly name: string;
  readonly dataset: string;
  readonly alignment: 'IMOD' | 'ARETOMO';
  /** Over what is sound. */
  readonly declared: RunValues;
}

export function soundRun(parts: Partial<RunParts> = {}): Run {
  const { name = 'TS_001', dataset = 'cells', alignment = 'IMOD', declared = {} } = parts;
  const frames = frameNames(name, TAKEN).map((frame) => runFile(`${name}/frames/${frame}`, 'frame', frameFacts()));
  return {
    ...{ dataset, name, declared: { ...DECLARED, alignment_software: alignment, ...declared } },
    files: [
      ...frames,
      runFile(`${name}/${name}.mdoc`, 'mdoc', mdocFacts(name)),
      runFile(`${name}/frames/gain.mrc`, 'gain', gainFacts()),
      runFile(`${name}/${name}.st`, 'tilt_series', tiltSeriesFacts()),
      runFile(`${name}/${name}.rawtlt`, 'rawtlt', anglesFacts(SORTED)),
      ...ALIGNED[alignment](name),
      runFile(`${name}/${name}_rec.mrc`, 'tomogram', tomogramFacts(), 'raw'),
      runFile(`annotations/${name}_ribosomes.csv`, 'annotation', pointsFacts(), 'ribosome'),
      runFile(`annotations/${name}_membrane.mrc`, 'annotation', maskFacts(), 'membrane'),
      runFile(`annotations/${name}_membrane.glb`, 'annotation', meshFacts(), 'membrane'),
    ],
  };
}

export function soundDataset(parts: Partial<Dataset> = {}): Dataset {
  const { key = 'cells' } = parts;
  return {
    ...{ key, tomograms: TOMOGRAMS, annotations: ANNOTATIONS },
    runs: ['TS_001', 'TS_002'].map((name) => soundRun({ name, dataset: key })),
    photos: [runFile('photo.png', 'photo', photoFacts())],
    ...parts,
  };
}

export const soundDeposition = (parts: Partial<Deposition> = {}): Deposition => ({
  ...{ kind: 'cryoet-dataset', datasets: [soundDataset()], leftOver: [], known: [] },
  ...parts,
});

/** A deposition of this one run, and what a rule is given beside it. */
export function around(run: Run): { readonly dataset: Dataset; readonly deposition: Deposition } {
  const dataset = soundDataset({ key: run.dataset, runs: [run] });
  return { dataset, deposition: soundDeposition({ datasets: [dataset] }) };
}

/** The run with other facts in the first file of this kind; null where it could not be read. */
export function withFacts(run: Run, kind: FileKind, facts: TomographyFacts | null): Run {
  const at = run.files.findIndex((file) => file.kind === kind);
  return { ...run, files: run.files.map((file, i) => (i === at ? { ...file, facts } : file)) };
}

/** The run without its files of these kinds. */
export const without = (run: Run, ...kinds: readonly FileKind[]): Run => ({
  ...{ ...run, files: run.files.filter(({ kind }) => !kinds.includes(kind)) },
});

/** The run with more files. */
export const withFiles = (run: Run, ...files: readonly RunFile[]): Run => ({ ...run, files: [...run.files, ...files] });
