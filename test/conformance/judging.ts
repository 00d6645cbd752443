/** What does the h5ad check say of a file, or of a data set that is written to one? In this process, without threads. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Options, penOf, type SourceFile } from '../../checks/check.js';
import type { Finding, Undecided } from '../../checks/finding.js';
import { type H5ad, h5adOf } from '../../checks/formats/h5ad/h5ad.js';
import { h5adCheck, judge } from '../../checks/formats/h5ad.check.js';
import { withLocalFile } from '../../checks/local-file.js';
import { annDataOf } from '../../checks/readers/anndata.js';
import { type Hdf5, openHdf5 } from '../../checks/readers/hdf5.js';
import { installReference } from '../../checks/reference/install.js';
import { referenceFor } from '../../checks/reference/open-reference.js';
import { runCheck } from '../../checks/run-checks.js';
import { EDITIONS } from '../../checks/schemas/editions.js';
import type { Schema } from '../../checks/schemas/schema.js';
import type { Judged } from './agreement.js';
import type { DataCase, JsonObject } from './cases.js';
import { datasetOf } from './dataset.js';
import { writeDataset } from './dataset-file.js';
import { changed } from './mutations.js';

/** Install the reference data that lie in `from`, for this process alone; give back what removes them. */
export async function withReference(from: string, editions = ['7.0.0']): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'reference-'));
  for (const schema of editions) await installReference({ schema, to: folder, from });
  process.env.ACCESSION_REFERENCE_DIR = folder;
  return () => rm(folder, { recursive: true });
}

/** As a submission has it checked. */
export async function judgedFile(local: string, options: Partial<Options> = {}): Promise<Judged> {
  const whole = { schema: '7.0.0', full: true, ...options };
  const result = await withLocalFile({ path: 'file.h5ad', local }, (file) => runCheck(h5adCheck, file, whole));
  if (result.cause) throw result.cause;
  return result;
}

/** With the numbers that the case sets. */
export async function judgedCase(one: DataCase, bases: JsonObject, local: string): Promise<Judged> {
  const findings: Finding[] = [];
  const undecided: Undecided[] = [];
  await opened(one, bases, local, async (hdf5, by) => {
    const file: SourceFile = { path: 'file.h5ad', local, size: 0, read: async () => new Uint8Array() };
    for await (const said of judge(hdf5, penOf(h5adCheck, file), by)) {
      if ('finding' in said) findings.push(said.finding);
      else if ('undecided' in said) undecided.push(said.undecided);
    }
  });
  return { findings, undecided };
}

/** What the parts of the check are told of it. */
export async function contextOf<T>(
  one: DataCase,
  bases: JsonObject,
  local: string,
  use: (h5ad: H5ad) => T,
): Promise<T> {
  return opened(one, bases, local, async (hdf5, by) => use(h5adOf(hdf5, annDataOf(hdf5), by)));
}

async function opened<T>(
  one: DataCase,
  bases: JsonObject,
  local: string,
  use: (hdf5: Hdf5, by: Pick<H5ad, 'schema' | 'reference' | 'mode'>) => Promise<T>,
): Promise<T> {
  await writeDataset(local, changed(datasetOf(one.base, bases), one.mutations, bases));
  const hdf5 = await openHdf5(local);
  const schema = schemaOf(one);
  const mode = { ignoreLabels: one.settings?.ignoreLabels ?? false, preAnalysis: one.base === 'humanPreAnalysis' };
  try {
    return await use(hdf5, { schema, reference: referenceFor(schema.version), mode });
  } finally {
    hdf5.close();
  }
}

const EDITION_OF: Readonly<Record<string, string>> = { 'perturbation-branch': '7.1.0' };

export const editionOf = ({ suite }: DataCase): Schema | null =>
  EDITIONS.find(({ version }) => version === (EDITION_OF[suite] ?? '7.0.0')) ?? null;

/** All that `cases` are about. */
export const editionsOf = (cases: readonly DataCase[]): string[] => [
  ...new Set(cases.flatMap((one) => editionOf(one)?.version ?? [])),
];

/** The cases were run with other numbers: one gene is not few, and a section may have two spots. */
function schemaOf(one: DataCase): Schema {
  const schema = editionOf(one);
  if (!schema) throw new Error(`The edition of the suite "${one.suite}" is not known.`);
  const rows = one.settings?.visiumRows;
  const spatial = rows === undefined ? schema.spatial : { ...schema.spatial, rows: { usual: rows, of11mm: rows } };
  return { ...schema, fewestGenes: 1, spatial };
}
