/** Does an annotation lie in the tomogram on which it was made, and is it of its own object alone? */
import { factsAs, type Run } from '../deposition.js';
import { dimensionsOf, headerSizeOf, isWithin, rounded } from '../pixel-size.js';
import {
  type AnnotationFile,
  annotationFiles,
  type ReferenceTomogram,
  withoutReference,
} from '../reference-tomogram.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule, UNKNOWN_CHECKSUMS } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

type Three = readonly [number, number, number];
type SizeFault = CellSaid<'permuted' | 'binned' | 'size' | 'voxel' | 'voxel_default' | 'voxel_as_header'>;

const volumeOfTomogram = defineRunRule({
  id: 'X-39',
  title: 'Masks are as large as their tomogram',
  why: 'A mask is laid over its tomogram voxel by voxel: one of another size says nothing about it.',
  says: {
    permuted: {
      severity: 'error',
      message: '{file} is {found} voxels and its tomogram {name} is {expected}: the same sizes, along other axes.',
      fix: 'Write the mask with its axes in the order of the tomogram (x, y, z).',
    },
    binned: {
      severity: 'error',
      message: '{file} is {found} voxels and its tomogram {name} is {expected}: binned by {binning}.',
      fix: 'Write the mask at the size of the tomogram, or name the tomogram of that binning as its reference.',
    },
    size: {
      severity: 'error',
      message: '{file} is {found} voxels and its tomogram {name} is {expected}.',
      fix: 'Upload the mask that was made on this tomogram, or name the tomogram on which it was made.',
    },
    voxel: {
      severity: 'error',
      message:
        'The header of {file} gives voxels of {found} Å; those of its tomogram {name} are {expected} Å ({tolerance}).',
      fix: 'Set the voxel size of the mask to that of the tomogram: `alterheader -del x,y,z` of IMOD.',
    },
    voxel_default: {
      severity: 'warning',
      message:
        'The header of {file} gives {found}, as programs write it by themselves; voxels of {name} are {expected} Å.',
      fix: 'Set the voxel size of the mask to that of the tomogram: `alterheader -del x,y,z` of IMOD.',
    },
    voxel_as_header: {
      severity: 'info',
      message: 'The header of {file} gives voxels of {found} Å, as does that of {name}, which is declared to be wrong.',
      fix: 'Nothing: the declared size counts, {expected} Å.',
    },
  },
  *judge(run, within) {
    const volumes = annotationFiles(run, within).filter(({ file }) => factsAs(file, 'mrc', 'zarr'));
    if (volumes.length === 0) return yield notApplicable('There is no mask that can be read.');
    const known = volumes.flatMap((volume) => {
      const [found, expected] = [dimensionsOf(volume.file), volume.reference?.dimensions];
      return found && expected && volume.reference ? [{ ...volume, reference: volume.reference, found, expected }] : [];
    });
    const [first] = volumes;
    if (known.length === 0) return yield notApplicable(first ? whyUnknown(first) : '');

    const faults = known.flatMap(({ file, reference, found, expected }): SizeFault[] => {
      const { name } = reference;
      if (found.join() !== expected.join()) return [differing(file.path, name, found, expected)];
      return voxelFault(file.path, headerSizeOf(file), reference);
    });
    if (faults.length > 0) return yield* faults;
    const sizes = known.map(({ reference, expected }) => `${reference.name}: ${expected.join(' × ')}`);
    yield compared([...new Set(sizes)].join(', '), `${known.length} of that size`);
  },
});

const whyUnknown = (volume: AnnotationFile): string =>
  volume.reference ? `The size of the tomogram of ${volume.file.path} is not known.` : withoutReference(volume);

function differing(file: string, name: string, found: Three, expected: Three): SizeFault {
  const sorted = (size: Three) => [...size].sort((one, other) => one - other).join();
  const told = { file, name, found: found.join(' × '), expected: expected.join(' × ') };
  if (sorted(found) === sorted(expected)) return { says: 'permuted', told };
  const binning = binningOf(found, expected) ?? binningOf(expected, found);
  return binning ? { says: 'binned', told: { ...told, binning } } : { says: 'size', told };
}

/** The whole number by which all three sides are smaller, rounded either way. */
function binningOf(small: Three, large: Three): number | null {
  const by = Math.round(large[0] / small[0]);
  if (by < 2) return null;
  return small.every((side, i) => Math.abs(side - (large[i] ?? 0) / by) <= 1) ? by : null;
}

function voxelFault(
  file: string,
  header: number | null,
  { name, voxelSize, headerSize }: ReferenceTomogram,
): SizeFault[] {
  const tolerance = TOLERANCES['X-39'].voxel;
  if (voxelSize === null || (header !== null && isWithin(tolerance, voxelSize, header))) return [];
  const told = { file, name, expected: rounded(voxelSize), tolerance: shown(tolerance) };
  if (header === null) return [{ says: 'voxel_default', told: { ...told, found: 'no voxel size' } }];
  if (header === 1) return [{ says: 'voxel_default', told: { ...told, found: '1 Å' } }];
  const isAsHeader = headerSize !== null && isWithin(tolerance, headerSize, header);
  return [{ says: isAsHeader ? 'voxel_as_header' : 'voxel', told: { ...told, found: rounded(header) } }];
}

const sameAlignment = defineRunRule({
  id: 'X-40',
  title: 'Annotations and their tomograms are of one alignment',
  why: 'Each alignment makes a volume of its own: coordinates in one are other places in another.',
  says: {
    other_run: {
      severity: 'error',
      message: '{file} is of this run, and its tomogram {name} is of the run "{found}".',
      fix: 'Name the tomogram of this run on which the annotation was made.',
    },
    other_alignment: {
      severity: 'error',
      message: '{file} was made on {name}, which is of the alignment {found}; that of this run is {expected}.',
      fix: 'Name a tomogram of the same alignment, or correct alignment_ref.',
    },
    unknown: {
      severity: 'error',
      message: '{file} is declared to be made on "{found}", which is no tomogram of this data set.',
      fix: 'Name one of the tomograms that are declared for this data set.',
    },
  },
  *judge(run, within) {
    const files = annotationFiles(run, within);
    if (files.length === 0) return yield notApplicable('There are no annotations.');
    const isUnknown = (name: string | undefined) => name !== undefined && !(name in within.dataset.tomograms);

    const alignment = alignmentOf(run);
    const faults = files.flatMap(
      ({ file, entry, reference }): CellSaid<'other_run' | 'other_alignment' | 'unknown'>[] => {
        const told = { file: file.path, name: reference?.name };
        const wanted = entry?.reference_tomogram;
        if (!reference) {
          // Of what is brought to existing records, D-06 tells it.
          if (within.deposition.kind !== 'cryoet-dataset' || !isUnknown(wanted)) return [];
          return [{ says: 'unknown', told: { ...told, expected: 'a declared tomogram', found: wanted } }];
        }
        if (reference.run !== run.name) {
          return [{ says: 'other_run', told: { ...told, expected: run.name, found: reference.run } }];
        }
        if (!reference.exists || reference.alignment === null || alignment === null) return [];
        if (reference.alignment === alignment.id) return [];
        return [{ says: 'other_alignment', told: { ...told, expected: alignment.shown, found: reference.alignment } }];
      },
    );
    if (faults.length > 0) return yield* faults;
    const judged = files.filter(({ reference }) => reference !== null);
    const [first] = files;
    if (judged.length === 0) return yield notApplicable(first ? withoutReference(first) : '');
    const names = new Set(judged.map(({ reference }) => reference?.name));
    yield compared(alignment?.shown ?? 'that of its tomogram', [...names].join(', '));
  },
});

const ALIGNMENT_FILES = ['xf', 'aln', 'local_xf'] as const;

/** The one that the run names, or the one that it brings. */
function alignmentOf({ declared, files }: Run): { readonly id: string | null; readonly shown: string } | null {
  if (declared.alignment_ref !== undefined) return { id: declared.alignment_ref, shown: declared.alignment_ref };
  const isBrought = files.some(({ kind }) => (ALIGNMENT_FILES as readonly string[]).includes(kind));
  return isBrought ? { id: null, shown: 'the one that is brought with it' } : null;
}

const ownMasks = defineRunRule({
  id: 'X-45',
  title: 'Each object has a mask of its own',
  why: 'A file with the labels of all objects, uploaded once for each, shows every object as all of them.',
  says: {
    shared: {
      severity: 'warning',
      message: 'The masks of {found} are the same bytes: {samples_shown}. Does each file hold all labels?',
      fix: 'Write for each object a mask in which that object alone is marked.',
    },
  },
  *judge(run, within) {
    const masks = annotationFiles(run, within).filter(({ file }) => factsAs(file, 'mrc', 'zarr'));
    if (masks.length < 2) return yield notApplicable('There are fewer than two masks.');

    const same = new Map<string, AnnotationFile[]>();
    for (const mask of masks) {
      const { sha256: key } = mask.file;
      if (key === null) continue;
      const others = same.get(key);
      if (others) others.push(mask);
      else same.set(key, [mask]);
    }
    let isShared = false;
    for (const alike of same.values()) {
      const names = [...new Set(alike.map(({ values, file }) => values?.object_name ?? file.belongsTo ?? file.path))];
      const [first] = alike;
      if (names.length < 2 || !first) continue;
      isShared = true;
      const samples = alike.map(({ file }) => file.path);
      const told = { expected: 'a mask for each object', found: names.join(', '), count: alike.length, samples };
      yield { says: 'shared', told: { file: first.file.path, ...told, samples_shown: samples.slice(0, 5).join(', ') } };
    }
    if (isShared) return;
    if (masks.some(({ file }) => file.sha256 === null)) return yield notApplicable(UNKNOWN_CHECKSUMS);
    yield compared('a mask for each object', `${same.size} different masks`);
  },
});

export const ANNOTATION_RULES: readonly RunRule[] = [volumeOfTomogram, sameAlignment, ownMasks];
