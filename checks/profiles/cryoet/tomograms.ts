/** Which kinds of tomogram were reconstructed? A kind holds of all runs of a data set. */
import { RECONSTRUCTION_METHODS } from '../../deposition/declared.js';
import { between, draftOf, type Fault, isFilled } from './drafts.js';
import { choice, flag, Key, mapOf, measure, parts, words } from './fields.js';

const POST_PROCESSING = ['raw', 'denoised', 'filtered', 'filtered_even', 'filtered_odd'] as const;

const Tomogram = parts(
  {
    file_contains: words(100, {
      title: 'In the names of the files',
      description: 'What they hold beside the name of the run: _denoised. Only where a data set has several kinds.',
    }).optional(),
    voxel_size_a: measure(
      { unit: 'Å', from: 0.05, to: 1000 },
      { title: 'Voxel size', description: 'Kept to three decimals.' },
    ).overwrite((size) => Math.round(size * 1000) / 1000),
    header_is_wrong: flag({
      title: 'Headers are wrong',
      description: 'The voxel size that is declared counts, and not that of the files.',
    }).optional(),
    ctf_corrected: flag({ title: 'CTF corrected', description: 'Whether the transfer function was corrected for.' }),
    reconstruction_method: choice(RECONSTRUCTION_METHODS, {
      title: 'Reconstruction method',
      description: 'By which the volume was made.',
    }),
    reconstruction_software: words(200, {
      title: 'Reconstruction software',
      description: 'With its version, where it is known.',
      examples: ['IMOD', 'AreTomo3', 'tomo3d', 'Warp'],
    }),
    post_processing: choice(POST_PROCESSING, {
      title: 'Post-processing',
      description: 'What was done to the volume afterwards; raw is nothing.',
    }),
    processing_software: words(200, {
      title: 'Processing software',
      description: 'Asked for where the tomograms are not raw.',
      examples: ['cryo-CARE', 'IsoNet', 'MemBrain', 'DeepDeWedge'],
    }).optional(),
    tomogram_version: measure(
      { unit: '', from: 0 },
      { title: 'Version', description: 'As the portal counts.' },
    ).optional(),
    is_visualization_default: flag({
      title: 'Shown first',
      description: 'Whether this kind is what a viewer opens with.',
    }).optional(),
  },
  { title: 'Kind of tomogram', description: 'One volume a run.' },
).superRefine(...between(faultsOfTomogram));

export const Tomograms = mapOf(Key, 'kinds of tomogram, of letters, digits, _ and -', Tomogram, 100, {
  title: 'Tomograms',
  description: 'By a key of your own for each kind: raw, denoised.',
});

function* faultsOfTomogram(value: unknown): Iterable<Fault> {
  const { post_processing: processing, processing_software: software } = draftOf(value);
  if (POST_PROCESSING.slice(1).some((each) => each === processing) && !isFilled(software))
    yield [['processing_software'], `is missing: the tomograms are ${String(processing)}`];
}
