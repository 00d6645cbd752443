/**
 * What does a whole deposition look like in a folder? One data set of three runs, two aligned by IMOD and one by AreTomo, from
 * movies to annotations: bytes that the checks read, in which no rule finds anything. Spoil what a test is about.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { datasetExample } from '../checks/profiles/cryoet/examples.js';
import { pngBytes } from '../checks/samples/photo.js';
import { AXIS, TAKEN } from '../checks/samples/tomography-facts.js';
import {
  alnOf,
  gainBytes,
  linesOf,
  maskBytes,
  mdocOf,
  meshBytes,
  movieBytes,
  moviePath,
  newstComOf,
  starOf,
  tiltComOf,
  tiltSeriesBytes,
  tiltsSorted,
  tltOf,
  tomogramBytes,
  tomogramZarr,
  xfOf,
} from './run-files.js';

export const RUNS = ['TS_001', 'TS_002', 'TS_003'] as const;
export const DATASET = 'yeast';

const ALIGNED: Readonly<Record<(typeof RUNS)[number], 'IMOD' | 'ARETOMO'>> = {
  ...{ TS_001: 'IMOD', TS_002: 'IMOD', TS_003: 'ARETOMO' },
};

export interface DepositionFiles {
  /** By path. */
  readonly files: Map<string, Uint8Array>;
  // biome-ignore lint/suspicious/noExplicitAny: a test may declare anything
  readonly metadata: Record<string, any>;
}

export type Spoil = (deposition: DepositionFiles) => void;

export function depositionFiles(spoil: Spoil = () => {}): DepositionFiles {
  const files = new Map<string, Uint8Array>([
    ...RUNS.flatMap((run) => [...filesOfRun(run)]),
    ['gains/reference.mrc', gainBytes()],
    ['gains.csv', linesOf(['run_name,gain_file', ...RUNS.map((run) => `${run},gains/reference.mrc`)])],
    ['photo.png', pngBytes({ width: 640, height: 480 })],
  ]);
  const deposition = { files, metadata: structuredClone(METADATA) as Record<string, unknown> };
  spoil(deposition);
  return deposition;
}

/** Write it into a folder. */
export function writeDeposition(folder: string, { spoil = () => {} }: { spoil?: Spoil } = {}): DepositionFiles {
  const deposition = depositionFiles(spoil);
  for (const [path, bytes] of deposition.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return deposition;
}

function* filesOfRun(run: (typeof RUNS)[number]): Generator<readonly [path: string, bytes: Uint8Array]> {
  for (const i of TAKEN.keys()) yield [moviePath(run, i), movieBytes(run, i)];
  yield [`${run}/${run}.mdoc`, mdocOf(run)];
  yield [`${run}/${run}.st`, tiltSeriesBytes(run)];
  yield [`${run}/${run}.rawtlt`, linesOf(tiltsSorted(run))];
  if (ALIGNED[run] === 'ARETOMO') yield [`${run}/${run}.aln`, alnOf(run)];
  else {
    yield [`${run}/${run}.tlt`, linesOf(tltOf(run))];
    yield [`${run}/${run}.xf`, xfOf(run)];
    yield [`${run}/${run}.xtilt`, linesOf(TAKEN.map(() => '0.00'))];
    yield [`${run}/tilt.com`, tiltComOf(run)];
    yield [`${run}/newst.com`, newstComOf(run)];
  }
  yield [`${run}/tomograms/${run}_rec.mrc`, tomogramBytes(run)];
  for (const [key, bytes] of tomogramZarr(run)) yield [`${run}/tomograms/${run}_rec.zarr/${key}`, bytes];
  yield [`${run}/tomograms/${run}_rec_denoised.mrc`, tomogramBytes(run, { mode: 2 })];
  yield [`annotations/${run}_ribosomes.star`, starOf(run)];
  yield [`annotations/${run}_membrane.mrc`, maskBytes(run, 5)];
  yield [`annotations/${run}_membrane.glb`, meshBytes(run)];
  yield [`annotations/${run}_actin.mrc`, maskBytes(run, 11)];
}

const { yeast } = datasetExample.datasets;
const { ribosomes } = yeast.annotations;
const madeOn = (path: string, more: object = {}) => ({ path, reference_tomogram: 'raw', ...more });
const raw = { ...yeast.tomograms.raw, voxel_size_a: 5.4 };

/** As it is declared: profile cryoet-dataset 2.0. */
const METADATA = {
  ...datasetExample,
  datasets: {
    [DATASET]: {
      ...yeast,
      key_photo: 'photo.png',
      run_defaults: {
        ...yeast.run_defaults,
        is_gain_corrected: false,
        ...{ tilt_min_deg: -18, tilt_max_deg: 18, tilt_step_deg: 3, tilt_scheme: 'dose_symmetric' },
        ...{ dose_per_stack_e_a2: 3, total_dose_e_a2: 39 },
        // TIFF tells no pixel size.
        frame_pixel_size_a: 1.35,
        ...{ tilt_series_pixel_size_a: 2.7, binning_from_frames: 2, tilt_axis_rotation_deg: AXIS },
      },
      runs: {
        ...{ TS_001: {}, TS_002: {} },
        TS_003: { alignment_software: 'ARETOMO', alignment_method: 'projection_matching' },
      },
      tomograms: {
        raw,
        denoised: {
          ...{ ...raw, file_contains: '_denoised', post_processing: 'denoised' },
          processing_software: 'cryo-CARE 0.3',
        },
      },
      annotations: {
        ribosomes: {
          ...ribosomes,
          files: [madeOn('annotations/{run_name}_ribosomes.star', { coordinate_binning: 2, object_count: 4 })],
        },
        membrane: {
          ...{ ...ribosomes, object_name: 'membrane', object_id: 'GO:0016020' },
          files: ['mrc', 'glb'].map((extension) => madeOn(`annotations/{run_name}_membrane.${extension}`)),
        },
        actin: {
          ...{ ...ribosomes, object_name: 'actin filament', object_id: 'GO:0005884' },
          files: [madeOn('annotations/{run_name}_actin.mrc')],
        },
      },
    },
  },
};
