/** Do masks hold what a mask may hold, and as many objects as are declared? */
import type { MrcFacts, ZarrFacts } from '../../formats/tomography-facts.js';
import { type Dataset, factsAs, filesOf, type RunFile } from '../deposition.js';
import { type AnnotationEntry, type AnnotationFile, annotationFiles, isPathOf } from '../reference-tomogram.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';

type Variant =
  | 'probabilities'
  | 'no_threshold'
  | 'negative'
  | 'empty'
  | 'full'
  | 'not_binary'
  | 'labels'
  | 'wide'
  | 'count'
  | 'points';
type Fault = CellSaid<Variant>;

const DECLARE = 'or declare object_count where each label is one object';

const maskValues = defineRunRule<Variant>({
  id: 'X-44',
  title: 'Values of masks and numbers of objects',
  why: 'A mask is 1 where its object is and 0 elsewhere, or numbers its objects one by one.',
  says: {
    probabilities: {
      severity: 'warning',
      message: '{file} holds {found}: a probability map and no mask, of which a threshold must be known.',
      fix: 'Set is_probability_map with its threshold, or upload the mask.',
    },
    no_threshold: {
      severity: 'warning',
      message: '{file} is a probability map, and it is not declared from which value on the object is there.',
      fix: 'Declare its threshold.',
    },
    negative: {
      severity: 'error',
      message: '{file} holds values below zero: {found}.',
      fix: 'Write a mask of 0 and 1, or of labels from 1 on.',
    },
    empty: {
      severity: 'error',
      message: '{file} is empty: no voxel is marked.',
      fix: 'Upload the mask with its object, or leave it out for this run.',
    },
    full: {
      severity: 'warning',
      message: '{file} marks every voxel.',
      fix: 'See whether the mask was turned inside out or written over; leave it out where it says nothing.',
    },
    not_binary: {
      severity: 'error',
      message: '{file} holds {found}; a mask of one object holds {expected}.',
      fix: `Write 1 where the object is, ${DECLARE}.`,
    },
    labels: {
      severity: 'warning',
      message:
        '{file} has {count} labels ({found}), and no number of objects is declared: are they objects, or several kinds of object?',
      fix: `Write a mask for each kind of object, ${DECLARE}.`,
    },
    wide: {
      severity: 'warning',
      message: '{file} is a mask of 0 and 1 written as {found}; {expected} is what a mask takes.',
      fix: 'Write it as 8 bit integers: `newstack -mode 0` of IMOD.',
    },
    count: {
      severity: 'error',
      message: '{file} has {found} different labels; {expected} objects are declared.',
      fix: 'Correct object_count, or upload the mask of these objects.',
    },
    points: {
      severity: 'error',
      message: '{file} has {found} points; {expected} objects are declared.',
      fix: 'Correct object_count, or upload the list of these objects.',
    },
  },
  *judge(run, within) {
    const faults: Fault[] = [];
    const seen: string[] = [];
    const unread: string[] = [];
    for (const annotation of annotationFiles(run, within)) {
      const { file } = annotation;
      const volume = factsAs(file, 'mrc', 'zarr');
      const said = volume ? judgeMask(annotation, volume, within.dataset) : judgePoints(annotation, within.dataset);
      if (said === null) continue;
      if (typeof said === 'string') {
        unread.push(said);
        continue;
      }
      for (const fault of said) faults.push(fault);
      seen.push(`${file.path}: ${volume?.values?.slice(0, 10).join(', ') ?? numberOf(file)}`);
    }
    if (faults.length > 0) return yield* faults;
    if (seen.length > 0) return yield compared('0 and 1, or as many labels as objects', seen.slice(0, 10).join('; '));
    yield notApplicable(unread[0] ?? 'There is neither a mask that can be read nor a declared number of points.');
  },
});

/** What is wrong with its values, or why that is not known. */
function judgeMask({ file, entry }: AnnotationFile, facts: MrcFacts | ZarrFacts, dataset: Dataset): Fault[] | string {
  const { path } = file;
  const dtype = facts.dtype ?? '';
  if (entry?.is_probability_map) {
    if (entry.threshold !== undefined) return `${path} is a probability map and no mask.`;
    return [{ says: 'no_threshold', told: { file: path, expected: 'a threshold', found: 'none' } }];
  }
  if (/float|complex/.test(dtype))
    return [{ says: 'probabilities', told: { file: path, expected: 'integers', found: dtype } }];
  const { values } = facts;
  if (!values) return `The volume ${path} was not read whole, so that its values are not known.`;

  const found = values.slice(0, 10).join(', ');
  const labels = values.filter((value) => value > 0);
  if (values.some((value) => value < 0))
    return [{ says: 'negative', told: { file: path, expected: '0 or more', found } }];
  if (labels.length === 0) return [{ says: 'empty', told: { file: path, expected: 'an object', found } }];
  if (entry?.object_count !== undefined && !isSemantic(values)) {
    return judgeCount('count', labels.length, file, entry, dataset);
  }
  if (labels.length > 1) {
    return [{ says: 'labels', told: { file: path, expected: '0 and 1', found, count: labels.length } }];
  }
  if (labels[0] !== 1) return [{ says: 'not_binary', told: { file: path, expected: '0 and 1', found } }];
  if (!values.includes(0)) return [{ says: 'full', told: { file: path, expected: '0 and 1', found } }];
  if (!/^u?int8$/.test(dtype)) return [{ says: 'wide', told: { file: path, expected: 'int8 or uint8', found: dtype } }];
  return [];
}

/** Null where nothing is declared of their number. */
function judgePoints({ file, entry }: AnnotationFile, dataset: Dataset): Fault[] | null {
  if (entry?.object_count === undefined || !factsAs(file, 'star', 'csv')) return null;
  return judgeCount('points', numberOf(file) ?? 0, file, entry, dataset);
}

/** One mark for all objects: how many there are cannot be seen from it. */
const isSemantic = (values: readonly number[]): boolean => values.every((value) => value === 0 || value === 1);

/** What is declared may be meant of each file, or of all that the entry stands for. */
function judgeCount(
  says: 'count' | 'points',
  found: number,
  file: RunFile,
  entry: AnnotationEntry,
  dataset: Dataset,
): Fault[] {
  const expected = entry.object_count ?? found;
  if (found === expected || totalOf(dataset, entry) === expected) return [];
  return [{ says, told: { file: file.path, expected: String(expected), found: String(found) } }];
}

/** Instances where points have them, else points; labels of a mask. */
function numberOf(file: RunFile): number | null {
  const groups = factsAs(file, 'star', 'csv')?.groups;
  if (groups) return groups.reduce((sum, { instances, count }) => sum + (instances ?? count), 0);
  return factsAs(file, 'mrc', 'zarr')?.values?.filter((value) => value > 0).length ?? null;
}

/** Counted once for each data set, and not again for each run. */
const totals = new WeakMap<Dataset, Map<AnnotationEntry, number>>();

function totalOf(dataset: Dataset, entry: AnnotationEntry): number {
  const known = totals.get(dataset) ?? new Map<AnnotationEntry, number>();
  totals.set(dataset, known);
  const before = known.get(entry);
  if (before !== undefined) return before;
  let sum = 0;
  for (const run of dataset.runs) {
    for (const file of filesOf(run, 'annotation')) if (isPathOf(entry.path, run, file.path)) sum += numberOf(file) ?? 0;
  }
  known.set(entry, sum);
  return sum;
}

export const MASK_RULES: readonly RunRule[] = [maskValues];
