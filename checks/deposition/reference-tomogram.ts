/** On which tomogram was an annotation made? As its entry in the metadata says: one of the run's own, or one that exists. */
import type { AnnotationValues } from './declared.js';
import { type Dataset, type Deposition, filesOf, type KnownTomogram, type Run, type RunFile } from './deposition.js';
import { fits, RUN_NAME } from './path-pattern.js';
import { dimensionsOf, headerSizeOf, sizeOf, tomogramSizes } from './pixel-size.js';

export type AnnotationEntry = NonNullable<AnnotationValues['files']>[number];

export interface ReferenceTomogram {
  /** A key of the data set's tomograms, or the identifier of one that exists. */
  readonly name: string;
  readonly run: string;
  readonly dimensions: readonly [number, number, number] | null;
  /** Å. */
  readonly voxelSize: number | null;
  /** Å, as its header says; it may be declared to be wrong. */
  readonly headerSize: number | null;
  /** Of one that exists. */
  readonly alignment: string | null;
  readonly exists: boolean;
}

/** A file of annotations, and what is declared of it. */
export interface AnnotationFile {
  readonly file: RunFile;
  readonly values: AnnotationValues | null;
  /** Null where no path of the metadata is that of the file. */
  readonly entry: AnnotationEntry | null;
  /** JSON pointer of the entry. */
  readonly pointer: string;
  readonly reference: ReferenceTomogram | null;
}

/** What is known of the files of annotations of a run. */
export function annotationFiles(
  run: Run,
  { dataset, deposition }: { readonly dataset: Dataset; readonly deposition: Deposition },
): AnnotationFile[] {
  const tomograms = ownTomograms(run, dataset);
  for (const { id, ...known } of knownTomograms(dataset, deposition)) {
    // Each run may have a tomogram of that name: the one of this run is meant.
    const before = tomograms.get(id);
    if (before && (!before.exists || before.run === run.name)) continue;
    tomograms.set(id, { ...known, name: id, headerSize: known.voxelSize, exists: true });
  }
  return filesOf(run, 'annotation').map((file) => {
    const values = (file.belongsTo !== null && dataset.annotations[file.belongsTo]) || null;
    const at = values?.files?.findIndex(({ path }) => isPathOf(path, run, file.path)) ?? -1;
    const entry = values?.files?.[at] ?? null;
    const reference = tomograms.get(entry?.reference_tomogram ?? '') ?? null;
    return { file, values, entry, pointer: `/annotations/${escaped(file.belongsTo ?? '')}/files/${at}`, reference };
  });
}

/** Tomograms that exist, of the record that this data set adds to. */
export const knownTomograms = ({ key }: Dataset, { known }: Deposition): readonly KnownTomogram[] =>
  known.filter(({ dataset }) => dataset === undefined || dataset === key);

/** Why nothing can be compared with the tomogram of an annotation. */
export function withoutReference({ file, entry }: AnnotationFile): string {
  if (!entry) return `No entry of the metadata is that of ${file.path}.`;
  if (entry.reference_tomogram === undefined) return `It is not declared on which tomogram ${file.path} was made.`;
  return `The tomogram "${entry.reference_tomogram}" of ${file.path} is not among those that are known.`;
}

function ownTomograms(run: Run, dataset: Dataset): Map<string, ReferenceTomogram> {
  const own = new Map<string, ReferenceTomogram>();
  for (const file of filesOf(run, 'tomogram')) {
    const { belongsTo: name } = file;
    if (name === null || own.get(name)?.dimensions) continue;
    const sizes = { headerSize: headerSizeOf(file), voxelSize: sizeOf(tomogramSizes(dataset, file)) };
    own.set(name, { name, run: run.name, dimensions: dimensionsOf(file), ...sizes, alignment: null, exists: false });
  }
  return own;
}

/** Whether a path of the metadata stands for that of a file, which may lie in the folder of its data set. */
export function isPathOf(pattern: string, { dataset, name }: Run, path: string): boolean {
  const wanted = pattern.replaceAll(RUN_NAME, name);
  return fits(wanted, path) || (path.startsWith(`${dataset}/`) && fits(wanted, path.slice(dataset.length + 1)));
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
