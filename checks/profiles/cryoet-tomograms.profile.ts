/** What must tomograms of tilt series that exist tell about themselves? */
import { z } from 'zod';
import { DatasetsOfTomograms } from './cryoet/datasets.js';
import { depositionFields, faultsOfTargets, targetDatasets } from './cryoet/depositions.js';
import { between } from './cryoet/drafts.js';
import { tomogramsExample } from './cryoet/examples.js';
import { PUBLIC_DOMAIN } from './policy.js';
import { defineProfile } from './profile.js';

export const cryoetTomograms = defineProfile({
  id: 'cryoet-tomograms',
  version: '1.0',
  title: 'Tomograms of cryo-electron tilt series',
  description: 'Tomograms of data sets that are published, or your own, with the alignment if it is a new one.',
  schema: null,

  metadata: z
    .strictObject({ ...depositionFields, target_datasets: targetDatasets, datasets: DatasetsOfTomograms })
    .superRefine(...between(faultsOfTargets)),

  files: [
    {
      extensions: ['.mrc', '.rec', '.map', '.zarr.zip', '.zarr/.zattrs', '.zarr/zarr.json'],
      min: 1,
      max: null,
      why: 'A tomogram is the point of the submission.',
    },
  ],

  checklist: [
    { id: 'checks', text: 'The checks found no error, or each is waived with a reason.', auto: true, of: 'all' },
    { id: 'metadata', text: 'Alignment and reconstruction are plausible.', auto: false, of: 'metadata' },
    {
      id: 'voxel_size',
      text: 'Voxel size and handedness were looked at for a sample of the runs.',
      auto: false,
      of: 'files',
    },
  ],
  policy: PUBLIC_DOMAIN,
  embargoDays: 730,

  example: { title: 'Denoised tomograms of yeast', metadata: tomogramsExample },
});
