/** Does a mesh lie in its tomogram, and in which unit? */
import type { MeshFacts } from '../../formats/tomography-facts.js';
import { factsAs } from '../deposition.js';
import { rounded } from '../pixel-size.js';
import { type AnnotationFile, annotationFiles, withoutReference } from '../reference-tomogram.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type Repair, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

type Three = readonly [number, number, number];
type Variant = 'outside' | 'scaled' | 'tiny' | 'unscaled';

/** In which a tomogram is measured, and how large it is in it. */
interface Unit {
  readonly name: 'voxels' | 'Å';
  readonly sides: Three;
  /** How long a voxel is. */
  readonly voxel: number;
}

interface Factor {
  readonly by: number;
  readonly what: string;
}

/** What is too large may be in these. */
const SMALLER: readonly Factor[] = [
  { by: 0.5, what: 'voxels of half the size' },
  { by: 0.25, what: 'voxels of a quarter of the size' },
  { by: 0.125, what: 'voxels of an eighth of the size' },
  { by: 0.01, what: 'picometres' },
];
/** And what is too small. */
const LARGER: readonly Factor[] = [
  { by: 1e10, what: 'metres' },
  { by: 10_000, what: 'micrometres' },
  { by: 10, what: 'nanometres' },
];

const meshInTomogram = defineRunRule<Variant>({
  id: 'X-46',
  title: 'Meshes lie in their tomogram',
  why: 'A mesh does not say in which unit it is. Where it lies in the tomogram tells, and a scale factor puts it right.',
  says: {
    outside: {
      severity: 'warning',
      message:
        '{file} reaches from {found} and lies in its tomogram neither in voxels nor in Å: {expected} ({tolerance}).',
      fix: 'Declare the scale_factor by which its coordinates become voxels or ångström of the tomogram.',
    },
    scaled: {
      severity: 'warning',
      message:
        '{file} reaches from {found} and does not lie in its tomogram, {expected} ({tolerance}); taken for {unit}, it does.',
      fix: 'Declare the scale_factor {factor}.',
    },
    unscaled: {
      severity: 'warning',
      message:
        '{file}, scaled by {factor}, reaches from {found} and does not lie in its tomogram, {expected} ({tolerance}); unscaled it does.',
      fix: 'Correct or leave out the scale_factor.',
    },
    tiny: {
      severity: 'warning',
      message: 'The box around {file} takes {found} of its tomogram, less than {expected}.',
      fix: 'Declare the scale_factor by which its coordinates become voxels or ångström of the tomogram.',
    },
  },
  *judge(run, within) {
    const meshes = annotationFiles(run, within).flatMap((annotation) => {
      const facts = factsAs(annotation.file, 'mesh');
      return facts ? [{ annotation, facts, units: unitsOf(annotation) }] : [];
    });
    const [first] = meshes;
    if (!first) return yield notApplicable('There is no mesh that can be read.');
    const known = meshes.filter(({ units }) => units.length > 0);
    if (known.length === 0) {
      const { annotation } = first;
      const { path } = annotation.file;
      return yield notApplicable(
        annotation.reference ? `The size of the tomogram of ${path} is not known.` : withoutReference(annotation),
      );
    }

    const judged = known.map(({ annotation, facts, units }) => judgeMesh(annotation, facts, units));
    const faults = judged.flatMap((said) => (typeof said === 'string' ? [] : [said]));
    if (faults.length > 0) return yield* faults;
    yield compared(boxes(known[0]?.units ?? []), judged.join(', '));
  },
});

/** What is wrong with it, or the unit in which nothing is. */
function judgeMesh(mesh: AnnotationFile, facts: MeshFacts, units: readonly Unit[]): CellSaid<Variant> | Unit['name'] {
  const { file, entry } = mesh;
  const scale = entry?.scale_factor ?? 1;
  const unit = units.find((each) => isInside(facts, scale, each));
  const corner = (which: 'min' | 'max') => facts[which].map((side) => rounded(side * scale)).join(', ');
  if (unit) {
    const share = shareOf(facts, scale, unit);
    const least = TOLERANCES['X-46'].share.value;
    if (share >= least) return unit.name;
    const told = { file: file.path, expected: String(least), found: rounded(share) };
    return { says: 'tiny', told: { ...told, ...repairBy(mesh, scale, fitting(LARGER, facts, scale, units)) } };
  }

  const told = { file: file.path, expected: boxes(units), found: `${corner('min')} to ${corner('max')}` };
  const more = { ...told, tolerance: shown(TOLERANCES['X-46'].edge) };
  if (scale !== 1 && units.some((each) => isInside(facts, 1, each))) {
    const repair = repairBy(mesh, 1, { by: 1, what: 'they stand in the file' });
    return { says: 'unscaled', told: { ...more, ...repair, factor: scale } };
  }
  const factor = fitting(SMALLER, facts, scale, units);
  if (!factor) return { says: 'outside', told: more };
  const repair = repairBy(mesh, scale, factor);
  return { says: 'scaled', told: { ...more, ...repair, unit: factor.what, factor: scale * factor.by } };
}

/** The first by which it lies in the tomogram and is not tiny there. */
const fitting = (factors: readonly Factor[], facts: MeshFacts, scale: number, units: readonly Unit[]) =>
  factors.find(({ by }) =>
    units.some((unit) => {
      const all = scale * by;
      return isInside(facts, all, unit) && shareOf(facts, all, unit) >= TOLERANCES['X-46'].share.value;
    }),
  );

function repairBy({ entry, pointer }: AnnotationFile, scale: number, factor: Factor | undefined): { repair?: Repair } {
  if (!factor) return {};
  const values = { from: entry?.scale_factor ?? null, to: scale * factor.by };
  const why = `With its coordinates as ${factor.what} it lies in the tomogram.`;
  return { repair: { kind: 'metadata', pointer: `${pointer}/scale_factor`, ...values, why } };
}

/** How much of the tomogram the box around it takes. */
const shareOf = ({ min, max }: MeshFacts, scale: number, { sides }: Unit): number =>
  sides.reduce((all, side, i) => (all * ((max[i] ?? 0) - (min[i] ?? 0)) * scale) / side, 1);

/** Voxels first: what fits them fits ångström too, and would lie in a corner. */
function unitsOf({ reference }: AnnotationFile): Unit[] {
  if (!reference?.dimensions) return [];
  const { dimensions, voxelSize: voxel } = reference;
  const [x, y, z] = dimensions;
  return [
    { name: 'voxels', sides: dimensions, voxel: 1 },
    ...(voxel === null ? [] : [{ name: 'Å' as const, sides: [x * voxel, y * voxel, z * voxel] as const, voxel }]),
  ];
}

function isInside({ min, max }: MeshFacts, scale: number, { sides, voxel }: Unit): boolean {
  const edge = TOLERANCES['X-46'].edge.value * voxel;
  return sides.every((side, i) => (min[i] ?? 0) * scale >= -edge && (max[i] ?? 0) * scale <= side + edge);
}

const boxes = (units: readonly Unit[]): string =>
  units.map(({ name, sides }) => `${sides.map((side) => rounded(side)).join(' × ')} ${name}`).join(' or ');

export const MESH_RULES: readonly RunRule[] = [meshInTomogram];
