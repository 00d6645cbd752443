/** What is there to know about a single-cell data set? The facts that the check of its file learns, as the API shows them. */
import { z } from 'zod';

const Counted = z.object({
  id: z.string().meta({ description: 'A term, or `unknown` or `na`.' }),
  label: z.string().nullable().meta({ description: 'Null where the reference data do not know the term.' }),
  cells: z.int(),
});

const terms = (what: string) =>
  z
    .array(Counted)
    .nullable()
    .meta({
      description: `${what}, with the number of cells of each, most first. A value of several terms counts for each.`,
    });
const Text = z.string().nullable();
const Names = z.array(z.string()).nullable();
const Count = z.int().nullable();

/**
 * Null is what the file does not have, or what could not be read. A run that ended early has fewer of them; what checks
 * learn for the rules between files is not here.
 */
export const DatasetFacts = z
  .object({
    title: Text,
    schemaVersion: Text.meta({ description: 'As the file states it.' }),
    citation: Text,
    organism: z.object({ id: z.string(), label: z.string().nullable() }).nullable(),
    cellCount: Count,
    primaryCellCount: Count,
    featureCount: Count,
    meanGenesPerCell: z.number(),
    rawLocation: z.enum(['X', 'raw.X']).nullable(),
    tissue: z
      .array(Counted.extend({ type: Text.meta({ description: 'The `tissue_type` of these cells.' }) }))
      .nullable(),
    assay: terms('Assays'),
    disease: terms('Diseases'),
    sex: terms('Sexes'),
    selfReportedEthnicity: terms('Ethnicities'),
    developmentStage: terms('Stages of development'),
    cellType: terms('Cell types'),
    suspensionType: Names,
    isPrimaryData: z.array(z.boolean()).nullable(),
    donors: Names,
    donorCount: Count,
    embeddings: Names,
    defaultEmbedding: Text,
    batchCondition: Names,
    xApproximateDistribution: Text,
    spatial: z.object({ isSingle: z.boolean().nullable(), hasFullres: z.boolean() }).nullable(),
    matrix: z
      .object({ encoding: Text, dtype: z.string().optional(), storedValues: z.int().optional() })
      .nullable()
      .meta({ description: 'How the raw counts are stored, or X where there are none.' }),
    obsColumns: Names,
    leftOut: z
      .record(z.string(), z.int())
      .meta({ description: 'Of lists that are too long: how many values are not in them, by the name of the fact.' }),
  })
  .partial()
  .meta({ id: 'DatasetFacts' });
export type DatasetFacts = z.infer<typeof DatasetFacts>;
