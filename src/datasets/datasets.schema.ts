/** What does the API take and give about data sets? */
import { z } from 'zod';
import { OUTCOMES } from '../../checks/finding.js';
import { DatasetFacts } from '../../checks/profiles/dataset-facts.js';
import { pageOf, pageQuery } from '../platform/page.js';

const Title = z
  .string()
  .trim()
  .min(1, 'expected a title')
  .max(300)
  .regex(/^[^\p{Cc}]*$/u, 'expected no control characters');

export const DatasetEdit = z
  .strictObject({
    title: Title.nullable().meta({ description: 'Null: what the file says of itself, or its name.' }),
  })
  .partial()
  .meta({ id: 'DatasetEdit', description: 'A JSON merge patch (RFC 7396).' });
export type DatasetEdit = z.infer<typeof DatasetEdit>;

export const DatasetOrder = z
  .strictObject({
    order: z.array(z.uuid()).min(1).max(10_000).meta({ description: 'Every data set, the first first.' }),
  })
  .meta({ id: 'DatasetOrder' });
export type DatasetOrder = z.infer<typeof DatasetOrder>;

/** The facts as they are kept, which an older check may have written: what is not as it is now is left out. */
export function factsOf(kept: Readonly<Record<string, unknown>>): DatasetFacts {
  const sound = Object.entries(DatasetFacts.shape).flatMap(([name, shape]) => {
    const parsed = shape.safeParse(kept[name]);
    return parsed.success && parsed.data !== undefined ? [[name, parsed.data]] : [];
  });
  return DatasetFacts.parse(Object.fromEntries(sound));
}

const Note = z
  .object({
    code: z.enum(['title-differs', 'title-repeated', 'bytes-repeated', 'doi-differs', 'doi-missing']),
    message: z.string(),
  })
  .meta({ id: 'DatasetNote', description: 'Where the file and the metadata do not agree. It stops nothing.' });
export type Note = z.infer<typeof Note>;

export const DatasetView = z
  .object({
    id: z.uuid().meta({ description: 'The same in every version of the record, whatever becomes of its file.' }),
    position: z.int().meta({ description: 'From 1.' }),
    title: z.string(),
    titleFrom: z.enum(['person', 'file', 'name']).meta({
      description: 'Somebody has given it; the file says it of itself; it is the name of the file.',
    }),
    path: z.string(),
    size: z.int(),
    sha256: z.string(),
    checks: z.object({
      state: z.enum(['unchecked', 'running', ...OUTCOMES]),
      run: z.uuid().nullable(),
      errors: z.int(),
      warnings: z.int(),
    }),
    facts: DatasetFacts.nullable().meta({ description: 'What the last run has learnt of these bytes.' }),
    notes: z.array(Note),
    etag: z.string().meta({ description: 'For `If-Match`.' }),
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Dataset' });
export type DatasetView = z.infer<typeof DatasetView>;

export const DatasetsPage = pageOf(DatasetView, 'DatasetPage');
export const DatasetsQuery = pageQuery();
export type DatasetsQuery = z.infer<typeof DatasetsQuery>;
