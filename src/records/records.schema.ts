/** What does the API take and give about records? */
import { z } from 'zod';
import { DatasetFacts } from '../../checks/profiles/dataset-facts.js';
import { TOMBSTONE_REASONS } from '../submissions/decision.js';

const instant = z.iso.datetime();
const links = z.record(z.string(), z.string());

export const Accession = z
  .string()
  .regex(/^ACC-\d{6,}$/, 'expected an accession such as ACC-000001')
  .meta({ description: 'The permanent name of a record.', example: 'ACC-000001' });

export const VersionNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'expected the number of a version, such as 1')
  .transform(Number)
  .meta({ description: 'The number of a version, from 1.' });

export const RecordSummary = z
  .object({
    accession: z.string(),
    version: z.int(),
    title: z.string(),
    profile: z.string(),
    profileVersion: z.string(),
    files: z.object({ count: z.int(), bytes: z.int() }),
    publishedAt: instant,
    permanentUrl: z.url(),
    links,
  })
  .meta({ id: 'RecordSummary' });
export type RecordSummary = z.infer<typeof RecordSummary>;

const RecordFile = z
  .object({
    path: z.string(),
    size: z.int(),
    sha256: z.string(),
    url: z.url().meta({ description: 'Permanent: these bytes, or the reason why they are gone.' }),
    facts: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .meta({ description: 'What each check has learnt about it: numbers of cells, of voxels.' }),
  })
  .meta({ id: 'RecordFile' });

const RecordDataset = z
  .object({
    id: z.uuid().meta({ description: 'The same in every version of the record.' }),
    position: z.int(),
    title: z.string(),
    path: z.string(),
    size: z.int(),
    sha256: z.string(),
    url: z.url().meta({ description: 'Permanent: these bytes.' }),
    citation: z.string(),
    facts: DatasetFacts.nullable(),
  })
  .meta({ id: 'RecordDataset' });

export const RecordView = z
  .object({
    accession: z.string(),
    version: z.int(),
    versions: z.int().meta({ description: 'How many versions were ever public.' }),
    title: z.string(),
    profile: z.string(),
    profileVersion: z.string(),
    metadata: z.record(z.string(), z.unknown()),
    licence: z.string().nullable().meta({ description: 'SPDX identifier, as it was agreed to.' }),
    files: z.array(RecordFile),
    datasets: z.array(RecordDataset).meta({ description: 'In their order; none where a file is no data set.' }),
    revisionHash: z.string().nullable(),
    publishedAt: instant,
    supersededBy: z.object({ version: z.int(), url: z.string() }).nullable(),
    permanentUrl: z.url().meta({ description: 'Of this version.' }),
    citation: z.string(),
    links,
  })
  .meta({ id: 'Record' });
export type RecordView = z.infer<typeof RecordView>;

export const RecordVersion = z
  .object({
    version: z.int(),
    state: z.enum(['current', 'superseded', 'tombstoned']),
    title: z.string(),
    revisionHash: z.string().nullable(),
    publishedAt: instant,
    tombstone: z.object({ reason: z.enum(TOMBSTONE_REASONS), note: z.string(), date: instant }).nullable(),
    permanentUrl: z.url(),
  })
  .meta({ id: 'RecordVersion' });
export type RecordVersion = z.infer<typeof RecordVersion>;

/** The filters of the list; paging is added to them. */
export const FILTERS = {
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Words of title or description, or an accession.' }),
  profile: z.string().optional(),
};
