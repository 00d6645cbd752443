/** What must a collection of single-cell data sets tell about itself? The fields of the CELLxGENE portal's collections. */
import { z } from 'zod';
import { ATTRIBUTION } from './policy.js';
import { defineProfile } from './profile.js';
import { Doi, Email, Link, Paragraphs, PublicationDoi, Text, WebAddress } from './terms.js';

/** The portal's list: specs/single-cell.md, section 2.1. */
const CONSORTIA = [
  'Allen Institute for Brain Science',
  'BRAIN Initiative',
  'CZ Biohub',
  'CZI Neurodegeneration Challenge Network',
  'CZI Single-Cell Biology',
  "European Union's Horizon 2020",
  'GUDMAP',
  'Gut Cell Atlas',
  'Human Cell Atlas',
  'HuBMAP',
  'HPAP',
  'HTAN',
  'KPMP',
  'LungMAP',
  'SEA-AD',
  'Wellcome HCA Strategic Science Support',
] as const;

/** As it was released first: a submission that began with it ends with it, so it is not to be edited. */
export const singleCell10 = defineProfile({
  id: 'single-cell',
  version: '1.0',
  title: 'Single-cell data sets (CELLxGENE schema)',
  description: 'One or more AnnData files (.h5ad) by the CELLxGENE schema, and what their collection is about.',
  schema: '7.0.0',

  metadata: z.strictObject({
    description: z
      .string()
      .trim()
      .min(1, 'expected a description')
      .max(10_000)
      .meta({ title: 'Description', description: 'What the data sets are and how they were made.' }),
    contact_name: Text(200).meta({ title: 'Contact name', description: 'Who answers questions about the data.' }),
    contact_email: z.email('expected an e-mail address').meta({ title: 'Contact e-mail' }),
    doi: Doi.optional().meta({ title: 'DOI', description: 'Of the publication, where there is one.' }),
    consortia: z.array(z.enum(CONSORTIA)).max(CONSORTIA.length).default([]).meta({ title: 'Consortia' }),
    links: z
      .array(
        z.strictObject({
          type: z.enum(['RAW_DATA', 'PROTOCOL', 'LAB_WEBSITE', 'OTHER', 'DATA_SOURCE']),
          name: Text(200).optional(),
          uri: WebAddress,
        }),
      )
      .max(100)
      .default([])
      .meta({ title: 'Links' }),
  }),

  files: [{ extensions: ['.h5ad'], min: 1, max: null, why: 'A data set is one AnnData file.', isDataset: true }],

  checklist: [
    { id: 'checks', text: 'The checks found no error, or each is waived with a reason.', auto: true, of: 'all' },
    { id: 'metadata', text: 'Title and description say what the data are.', auto: false, of: 'metadata' },
    {
      id: 'annotations',
      text: 'Cell types, tissues and assays are plausible for the publication.',
      auto: false,
      of: 'files',
    },
    { id: 'privacy', text: 'Nothing in the files identifies a donor.', auto: false, of: 'files' },
  ],
  policy: ATTRIBUTION,
  embargoDays: 730,

  example: {
    title: 'Peripheral blood of healthy adults',
    metadata: {
      description: 'Single-cell RNA sequencing of peripheral blood mononuclear cells of healthy adults, 10x 3′ v3.',
      contact_name: 'Data desk',
      contact_email: 'data@example.org',
      doi: '10.1038/s41586-020-2649-2',
      consortia: ['Human Cell Atlas'],
      links: [{ type: 'RAW_DATA', name: 'Reads', uri: 'https://example.org/reads' }],
    },
  },
});

const LINK_TYPES = ['RAW_DATA', 'PROTOCOL', 'LAB_WEBSITE', 'OTHER', 'DATA_SOURCE'] as const;

/** Every field by section 2.7 of the portal's rules: trimmed, without control characters, and a DOI however it is pasted. */
export const singleCell = defineProfile({
  ...singleCell10,
  version: '1.1',

  metadata: z.strictObject({
    description: Paragraphs(10_000, 'a description').meta({
      title: 'Description',
      description: 'What the data sets are and how they were made.',
    }),
    contact_name: Text(200).meta({ title: 'Contact name', description: 'Who answers questions about the data.' }),
    contact_email: Email.meta({ title: 'Contact e-mail' }),
    doi: PublicationDoi.optional().meta({
      title: 'DOI',
      description: 'Of the publication, where there is one; it is looked up at Crossref.',
    }),
    consortia: z
      .array(z.enum(CONSORTIA))
      .max(CONSORTIA.length)
      .refine((names) => new Set(names).size === names.length, 'expected each consortium once')
      .default([])
      .meta({ title: 'Consortia' }),
    links: z
      .array(
        z.strictObject({
          type: z.enum(LINK_TYPES, `expected one of ${LINK_TYPES.join(', ')}; a DOI has a field of its own`),
          name: Text(200).optional(),
          uri: Link,
        }),
      )
      .max(100, 'expected at most 100 links')
      .default([])
      .meta({ title: 'Links' }),
  }),
});
