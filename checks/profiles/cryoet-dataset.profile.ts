/** What must tilt series and tomograms tell about themselves? Fields are named as in the CZ cryoET data portal. */
import { z } from 'zod';
import { citesSomething } from './cryoet/citations.js';
import { Datasets } from './cryoet/datasets.js';
import { depositionFields } from './cryoet/depositions.js';
import { between } from './cryoet/drafts.js';
import { datasetExample } from './cryoet/examples.js';
import { PUBLIC_DOMAIN } from './policy.js';
import { defineProfile } from './profile.js';
import { Curie, Text } from './terms.js';

/** As it was released first: a submission that began with it ends with it, so it is not to be edited. */
export const cryoetDataset10 = defineProfile({
  id: 'cryoet-dataset',
  version: '1.0',
  title: 'Cryo-electron tomography data sets',
  description: 'Tilt series and tomograms of one or more runs, with what is needed to use them again.',
  schema: null,

  metadata: z.strictObject({
    description: Text(10_000).meta({ title: 'Description' }),
    organism: Curie('NCBITaxon').meta({ title: 'Organism' }),
    sample_type: z
      .enum(['cell', 'tissue', 'organism', 'organelle', 'virus', 'in_vitro', 'in_silico', 'other'])
      .meta({ title: 'Sample type' }),
    tilt_series: z
      .strictObject({
        tilt_axis: z.number().min(-360).max(360).meta({ title: 'Tilt axis', description: 'In degrees.' }),
        pixel_spacing: z.number().positive().meta({ title: 'Pixel spacing', description: 'In ångström.' }),
        total_flux: z
          .number()
          .positive()
          .optional()
          .meta({ title: 'Total flux', description: 'In electrons per square ångström.' }),
      })
      .meta({ title: 'Tilt series' }),
  }),

  files: [
    {
      extensions: ['.mrc', '.mrcs', '.st', '.ali', '.rec', '.map'],
      min: 1,
      max: null,
      why: 'A tilt series or a tomogram is the point of the submission.',
    },
  ],

  checklist: [
    { id: 'checks', text: 'The checks found no error, or each is waived with a reason.', auto: true, of: 'all' },
    { id: 'metadata', text: 'Title, description and sample are plausible.', auto: false, of: 'metadata' },
    {
      id: 'pixel_size',
      text: 'Pixel size and handedness were looked at for a sample of the runs.',
      auto: false,
      of: 'files',
    },
  ],
  policy: PUBLIC_DOMAIN,
  embargoDays: 730,

  example: {
    title: 'Ribosomes in situ',
    metadata: {
      description: 'Tilt series of vitrified cells, thinned by focused ion beam milling.',
      organism: 'NCBITaxon:9606',
      sample_type: 'cell',
      tilt_series: { tilt_axis: 84, pixel_spacing: 1.35 },
    },
  },
});

/** One or more data sets, each with its runs: what section 3 of the portal's requirements asks for, item by item. */
export const cryoetDataset = defineProfile({
  ...cryoetDataset10,
  version: '2.0',
  description: 'Data sets of runs: movie stacks, tilt series, alignments, tomograms and annotations.',

  metadata: z.strictObject({ ...depositionFields, datasets: Datasets }).superRefine(...between(citesSomething)),

  files: [
    {
      extensions: ['.mrc', '.mrcs', '.st', '.ali', '.rec', '.map', '.zarr.zip', '.zarr/.zattrs', '.zarr/zarr.json'],
      min: 1,
      max: null,
      why: 'A tilt series is the point of the submission.',
    },
  ],

  checklist: [
    { id: 'checks', text: 'The checks found no error, or each is waived with a reason.', auto: true, of: 'all' },
    { id: 'metadata', text: 'Title, description, sample and preparation are plausible.', auto: false, of: 'metadata' },
    { id: 'people', text: 'Each author without an ORCID iD has a reason for it.', auto: false, of: 'metadata' },
    {
      id: 'pixel_size',
      text: 'Pixel size and handedness were looked at for a sample of the runs.',
      auto: false,
      of: 'files',
    },
  ],

  example: { title: 'Ribosomes in situ', metadata: datasetExample },
});
