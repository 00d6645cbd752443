/** What must annotations of tomograms that exist tell about themselves? */
import { z } from 'zod';
import { DatasetsOfAnnotations } from './cryoet/datasets.js';
import { depositionFields, faultsOfTargets, targetDatasets } from './cryoet/depositions.js';
import { between } from './cryoet/drafts.js';
import { annotationsExample } from './cryoet/examples.js';
import { PUBLIC_DOMAIN } from './policy.js';
import { defineProfile } from './profile.js';

export const cryoetAnnotations = defineProfile({
  id: 'cryoet-annotations',
  version: '1.0',
  title: 'Annotations of cryo-electron tomograms',
  description: 'Objects in tomograms of data sets that are published, or your own: points, masks and surfaces.',
  schema: null,

  metadata: z
    .strictObject({ ...depositionFields, target_datasets: targetDatasets, datasets: DatasetsOfAnnotations })
    .superRefine(...between(faultsOfTargets)),

  files: [
    {
      extensions: [
        ...([
          '.star',
          '.csv',
          '.tsv',
          '.mrc',
          '.map',
          '.rec',
          '.zarr.zip',
          '.zarr/.zattrs',
          '.zarr/zarr.json',
        ] as const),
        ...(['.glb', '.stl', '.obj', '.vtk', '.vtp'] as const),
      ],
      min: 1,
      max: null,
      why: 'An annotation is the point of the submission.',
    },
  ],

  checklist: [
    { id: 'checks', text: 'The checks found no error, or each is waived with a reason.', auto: true, of: 'all' },
    { id: 'metadata', text: 'Objects, their identifiers and the method are plausible.', auto: false, of: 'metadata' },
    {
      id: 'overlay',
      text: 'Annotations were laid over their tomograms for a sample of the runs.',
      auto: false,
      of: 'files',
    },
  ],
  policy: PUBLIC_DOMAIN,
  embargoDays: 730,

  example: { title: 'Ribosomes in published tomograms of yeast', metadata: annotationsExample },
});
