/** Is each file there once, as it was brought, and has each data set a photo of its own? */
import { type Dataset, type Deposition, factsAs, type RunFile } from '../deposition.js';
import type { FileKind } from '../kinds.js';
import {
  type CellSaid,
  compared,
  type DatasetRule,
  defineDatasetRule,
  notApplicable,
  UNKNOWN_CHECKSUMS,
} from '../run-rule.js';

/** A file, and of which run. */
interface Placed {
  readonly dataset: string;
  readonly run: string;
  readonly file: RunFile;
}

/** What is often the same for many runs, and rightly. */
const MAY_BE_SHARED: ReadonlySet<FileKind> = new Set([
  ...(['gain', 'mapping', 'photo', 'tilt_com', 'newst_com'] as const),
  // Nominal angles are the same in all runs of one scheme.
  ...(['rawtlt', 'xtilt'] as const),
]);
/** Of which two copies are certainly a mistake. */
const RECORDED: ReadonlySet<FileKind> = new Set(['frame', 'tilt_series']);

const copies = defineDatasetRule({
  id: 'D-03',
  title: 'No file is there twice',
  why: 'Two runs never give the same bytes: a copy under another name is most likely in the place of another file.',
  says: {
    recorded: {
      severity: 'error',
      message: '{file} is, byte for byte, {found}.',
      fix: 'Upload what belongs in its place, or take the copy out.',
    },
    copied: {
      severity: 'warning',
      message: '{file} is, byte for byte, {found}.',
      fix: 'See which of the two is in its place, and upload what belongs in the place of the other.',
    },
  },
  *judge(dataset, deposition) {
    const first = firstWithBytes(deposition);
    let [count, unknown] = [0, 0];
    let isFaulty = false;
    for (const { name, files } of dataset.runs) {
      for (const file of files) {
        if (file.sha256 === null) {
          unknown++;
          continue;
        }
        count++;
        const other = first.get(file.sha256);
        if (!other || !isCopy({ dataset: dataset.key, run: name, file }, other)) continue;
        isFaulty = true;
        const says = RECORDED.has(file.kind) && RECORDED.has(other.file.kind) ? 'recorded' : 'copied';
        const found = `${other.file.path} of ${other.run}`;
        yield { run: name, says, told: { file: file.path, expected: 'a file of its own', found } };
      }
    }
    if (isFaulty) return;
    if (unknown > 0) return yield notApplicable(UNKNOWN_CHECKSUMS);
    if (count === 0) return yield notApplicable('There are no files of runs.');
    yield compared('different bytes in each', `${count} files`);
  },
});

/** In another run, or in the place of another kind; one file may well be of several runs. */
function isCopy(one: Placed, other: Placed): boolean {
  if (one.file.path === other.file.path) return false;
  if (MAY_BE_SHARED.has(one.file.kind) && one.file.kind === other.file.kind) return false;
  return one.run !== other.run || one.dataset !== other.dataset || one.file.kind !== other.file.kind;
}

/** Worked out once, and not again for each data set. */
const known = new WeakMap<Deposition, ReadonlyMap<string, Placed>>();

function firstWithBytes(deposition: Deposition): ReadonlyMap<string, Placed> {
  const before = known.get(deposition);
  if (before) return before;
  const first = new Map<string, Placed>();
  for (const { key, runs } of deposition.datasets) {
    for (const { name, files } of runs) {
      for (const file of files) {
        if (file.sha256 !== null && !first.has(file.sha256)) first.set(file.sha256, { dataset: key, run: name, file });
      }
    }
  }
  known.set(deposition, first);
  return first;
}

/**
 * An object is stored under its digest, which is computed of what has arrived and compared with what was announced; before
 * publication every byte is read once more. So what is compared here is only what was found then with what is recorded.
 */
const asRecorded = defineDatasetRule({
  id: 'D-05',
  title: 'Storage holds what the manifest says',
  why: 'What is reviewed must be what was brought, and what is published what was reviewed: byte for byte.',
  says: {
    missing: {
      severity: 'error',
      message: 'Nothing is stored for {file}.',
      fix: 'Upload the file again.',
    },
    bytes: {
      severity: 'error',
      message: '{file} has {expected} by the manifest, and {found} are stored.',
      fix: 'Upload the file again.',
    },
    digest: {
      severity: 'error',
      message: 'What is stored for {file} is not what was recorded: its SHA-256 is {found}, and not {expected}.',
      fix: 'Upload the file again.',
    },
  },
  *judge(dataset) {
    const files = [...filesIn(dataset)].filter(({ file }) => file.stored !== undefined);
    if (files.length === 0) return yield notApplicable('Nothing was looked up in storage: the files lie in a folder.');
    const faults = files.flatMap(({ run, file }) => storedFault(file).map((said) => ({ ...said, run })));
    if (faults.length > 0) return yield* faults;
    const bytes = files.reduce((sum, { file }) => sum + (file.bytes ?? 0), 0);
    const stored = files.reduce((sum, { file }) => sum + (file.stored?.bytes ?? 0), 0);
    yield compared(`${files.length} files, ${bytes} bytes`, `${files.length} files, ${stored} bytes`);
  },
});

function storedFault({ path, sha256, bytes, stored }: RunFile): CellSaid<'missing' | 'bytes' | 'digest'>[] {
  if (!stored) return [{ says: 'missing', told: { file: path, expected: 'an object', found: 'none' } }];
  if (bytes !== undefined && stored.bytes !== bytes) {
    return [{ says: 'bytes', told: { file: path, expected: `${bytes} bytes`, found: `${stored.bytes} bytes` } }];
  }
  if (sha256 === null || stored.sha256 === sha256) return [];
  return [{ says: 'digest', told: { file: path, expected: sha256, found: stored.sha256 } }];
}

/** Each file once, however many runs it is of. */
function* filesIn({ runs, photos, mappings = [] }: Dataset): Generator<{ run?: string; file: RunFile }> {
  const seen = new Set<string>();
  for (const { name, files } of runs) {
    for (const file of files) {
      if (seen.has(file.path)) continue;
      seen.add(file.path);
      yield { run: name, file };
    }
  }
  for (const file of [...photos, ...mappings]) if (!seen.has(file.path)) yield { file };
}

const photos = defineDatasetRule({
  id: 'X-47',
  title: 'A key photo of its own',
  why: 'The key photo stands for the data set in lists: the same one for all tells them apart by nothing.',
  says: {
    not_an_image: {
      severity: 'warning',
      message: '{file} is {found} and no photo.',
      fix: 'Upload a PNG, JPEG or GIF.',
    },
    same: {
      severity: 'warning',
      message: 'All {count} data sets have the same key photo, {file}.',
      fix: 'Choose a photo of its own for each data set.',
    },
  },
  *judge(dataset, { datasets }) {
    const [photo] = dataset.photos;
    if (!photo) return yield notApplicable('There is no key photo.');
    const read = dataset.photos.filter(({ facts }) => facts);
    const others = read.filter((file) => !factsAs(file, 'photo'));
    for (const { path, facts } of others) {
      const found = `of the format ${facts?.format}`;
      yield { says: 'not_an_image', told: { file: path, expected: 'an image', found } };
    }
    const isSame =
      datasets.length > 1 && photo.sha256 !== null && datasets.every((each) => each.photos[0]?.sha256 === photo.sha256);
    if (isSame) {
      const told = { count: datasets.length, expected: 'a photo of its own', found: 'the same for all' };
      return yield { says: 'same', told: { file: photo.path, ...told } };
    }
    if (others.length > 0) return;
    if (datasets.length > 1 && photo.sha256 === null) return yield notApplicable(UNKNOWN_CHECKSUMS);
    if (read.length === 0) return yield notApplicable('The key photo could not be read.');
    yield compared('an image of its own', read.map(({ path }) => path).join(', '));
  },
});

export const STORED_FILE_RULES: readonly DatasetRule[] = [copies, asRecorded, photos];
