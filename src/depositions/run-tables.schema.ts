/** What does the API give and take of tables of runs? */
import { z } from 'zod';
import { pageOf, pageQuery } from '../platform/page.js';

export const RunTableImport = z
  .object({
    added: z.array(z.string()),
    changed: z.array(z.object({ run: z.string(), field: z.string(), from: z.unknown(), to: z.unknown() })),
    removed: z.array(z.string()),
    faults: z.array(
      z.object({
        row: z.int().meta({ description: 'From 1, which is that of the heads.' }),
        column: z.string().nullable(),
        found: z.string().nullable(),
        expected: z.string(),
      }),
    ),
    applied: z.boolean().meta({ description: 'False where there are faults, or only the changes were asked for.' }),
  })
  .meta({ id: 'RunTableImport' });
export type RunTableImport = z.infer<typeof RunTableImport>;

export const RunTableQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true')
    .meta({ description: 'Whether only to tell what would change.' }),
});

export const MdocImportView = z
  .object({
    dataset: z.string(),
    run: z.string(),
    file: z.string(),
    fills: z.record(z.string(), z.unknown()).meta({ description: 'What is not declared yet.' }),
    differs: z.array(z.object({ field: z.string(), declared: z.unknown(), found: z.unknown(), tolerance: z.string() })),
    agrees: z.array(z.string()),
    silent: z.array(z.object({ field: z.string(), why: z.string() })),
    patch: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The merge patch of the metadata that takes over what it fills.' }),
  })
  .meta({ id: 'MdocImport' });
export type MdocImportView = z.infer<typeof MdocImportView>;
export const MdocImportsPage = pageOf(MdocImportView, 'MdocImportPage');
export const MdocImportsQuery = pageQuery({ dataset: z.string().optional(), run: z.string().optional() });
export type MdocImportsQuery = z.output<typeof MdocImportsQuery>;
