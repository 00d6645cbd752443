/** What do the metadata say of an image? Its axes and levels, judged by the schema and by what a schema cannot say. */
import type { Said } from '../../check.js';
import { asList, asRecord, asText, type Json } from '../../readers/zarr-json.js';
import { ANGSTROMS, AXIS_TYPES, EDITIONS, OLDER_EDITIONS } from '../../schemas/ome-zarr.js';
import { type Judgement, shown, type ZarrPen } from './saying.js';
import { schemaFaults } from './schema-faults.js';
import { judgeTransformations, scaleOf } from './transformations.js';

export interface Axis {
  readonly name: string;
  readonly type: string | null;
  readonly unit: string | null;
}

export interface Level {
  /** Key of its array. */
  readonly path: string;
  /** Where it is listed. */
  readonly location: string;
  /** In the order of the axes; null where it is not told as it must be. */
  readonly scale: readonly number[] | null;
}

export interface Image {
  /** Key of its group: '' is the root. */
  readonly path: string;
  readonly version: 2 | 3;
  readonly isLabel: boolean;
  readonly axes: readonly Axis[];
  readonly levels: readonly Level[];
}

/** What of the group's metadata tells about images. */
export interface Described {
  readonly path: string;
  /** Key and pointer of what follows: `zarr.json#/attributes/ome`. */
  readonly location: string;
  readonly version: 2 | 3;
  readonly ome: { readonly [name: string]: Json };
}

/** Longer metadata of one image are not judged: each fault of a schema costs memory. */
const MOST_BYTES = 262_144;
const MOST_LEVELS = 100;
/** More are told as a fault of the structure, and not looked at one by one. */
const MOST_AXES = 32;
const TRANSFORMATIONS = 'coordinateTransformations';

/** The first image of the group; null where there is none that can be read. */
export function* judgeImage(described: Described, pen: ZarrPen): Generator<Said, Image | null> {
  const { path, location, version, ome } = described;
  const [first, ...others] = asList(ome.multiscales) ?? [];
  const image = asRecord(first);
  const at = `${location}/multiscales/0`;
  const refuse = (why: string) => pen.report('structure', { location: at, why, key: location });
  if (!image) {
    yield refuse('a list of objects is expected');
    return null;
  }
  if (others.length > 0) yield pen.report('several_multiscales', { location: `${location}/multiscales` });
  if (!(yield* judgeVersion(described, image, pen))) return null;

  const { axes: axesJson, datasets, [TRANSFORMATIONS]: outer = [] } = image;
  if (JSON.stringify([axesJson, datasets, outer]).length > MOST_BYTES) {
    yield refuse(`its axes and levels take more than ${MOST_BYTES} bytes`);
    return null;
  }
  const isSound = yield* judgeStructure('multiscale', image, at, pen);
  if (ome.omero !== undefined) yield* judgeStructure('omero', ome.omero, `${location}/omero`, pen);
  yield* judgeLabels(described, pen);

  const axes = axesOf(axesJson);
  if (!axes) return null;
  yield* judgeAxes(axes, `${at}/axes`, pen);
  const untold = ['name', 'type', 'metadata'].filter((member) => image[member] === undefined);
  if (untold.length > 0) yield pen.report('advised', { location: at, found: untold.join(', ') });

  const outerSteps = asList(outer) ?? [];
  if (isSound && outerSteps.length > 0)
    yield* judgeTransformations(outerSteps, axes.length, `${at}/${TRANSFORMATIONS}`, pen);
  const levels: Level[] = [];
  for (const [i, dataset] of (asList(datasets) ?? []).slice(0, MOST_LEVELS).entries()) {
    const told = asRecord(dataset);
    const listed = asText(told?.path);
    if (!listed) continue;
    const where = `${at}/datasets/${i}`;
    const steps = asList(told?.[TRANSFORMATIONS]) ?? [];
    if (isSound) yield* judgeTransformations(steps, axes.length, `${where}/${TRANSFORMATIONS}`, pen);
    const scale = isSound ? scaleOf(steps, outerSteps, axes.length) : null;
    levels.push({ path: path === '' ? listed : `${path}/${listed}`, location: where, scale });
  }
  return { path, version, isLabel: ome['image-label'] !== undefined, axes, levels };
}

function* judgeStructure(
  schema: Parameters<typeof schemaFaults>[0],
  json: Json,
  location: string,
  pen: ZarrPen,
): Generator<Said, boolean> {
  const faults = schemaFaults(schema, json);
  for (const { at, why } of faults) yield pen.report('structure', { location: `${location}${at}`, why, key: why });
  return faults.length === 0;
}

/** 0.4 says so in every image, 0.5 once. @returns whether the image can be judged */
function* judgeVersion(
  { version, ome, location }: Described,
  image: Described['ome'],
  pen: ZarrPen,
): Generator<Said, boolean> {
  const expected = EDITIONS[version];
  const found = version === 3 ? ome.version : image.version;
  const where = { location: version === 3 ? `${location}/version` : `${location}/multiscales/0/version`, expected };
  if (found === expected) return true;
  if (found === undefined && version === 2) yield pen.report('version_missing', where);
  else
    yield pen.report('version', { ...where, found: found === undefined ? 'not told' : shown(JSON.stringify(found)) });
  // The older ones know no axes; what calls itself otherwise may be judged by what it is written on.
  return !OLDER_EDITIONS.includes(String(found));
}

function axesOf(json: Json | undefined): readonly Axis[] | null {
  const list = asList(json)?.map((axis) => {
    const told = asRecord(axis);
    const name = asText(told?.name) ?? asText(axis);
    const [type, unit] = [asText(told?.type), asText(told?.unit)];
    return name === null ? null : { name: shown(name), type: type && shown(type), unit: unit && shown(unit) };
  });
  if (list && list.length > MOST_AXES) return null;
  return list?.every((axis): axis is Axis => axis !== null) && list.length > 0 ? list : null;
}

function* judgeAxes(axes: readonly Axis[], location: string, pen: ZarrPen): Judgement {
  const names = axes.map(({ name }) => name);
  if (new Set(names).size < names.length)
    yield pen.report('axes_repeated', { location, found: shown(names.join(', ')) });

  const space = axes.filter(({ type }) => type === 'space');
  if (space.length < 2 || space.length > 3)
    yield pen.report('axes_space', { location, found: String(space.length), expected: '2 or 3' });
  const ranks = axes.map(({ type }) => {
    const rank = AXIS_TYPES.indexOf(type ?? '');
    return rank < 0 ? AXIS_TYPES.indexOf('channel') : rank;
  });
  if (ranks.some((rank, i) => rank < (ranks[i - 1] ?? 0)))
    yield pen.report('axes_order', { location, found: axes.map(({ type }) => shown(type ?? 'none')).join(', ') });
  if (names.join() !== 'z,y,x')
    yield pen.report('axes_not_zyx', { location, found: shown(names.join(', ')), expected: 'z, y, x' });

  const unitless = space.filter(({ unit }) => unit === null);
  if (unitless.length > 0)
    yield pen.report('unit_missing', { location, found: shown(unitless.map(({ name }) => name).join(', ')) });
  const units = new Set(space.flatMap(({ unit }) => unit ?? []));
  const unknown = [...units].filter((unit) => !Object.hasOwn(ANGSTROMS, unit));
  if (unknown.length > 0) yield pen.report('unit_unknown', { location, found: shown(unknown.join(', ')) });
  if (units.size > 1) yield pen.report('units_differ', { location, found: shown([...units].join(', ')) });
}

function* judgeLabels({ ome, location, version }: Described, pen: ZarrPen): Judgement {
  const told = ome['image-label'];
  if (told === undefined) return;
  const at = `${location}/image-label`;
  yield* judgeStructure('imageLabel', told, at, pen);
  const found = asRecord(told)?.version ?? EDITIONS[version];
  if (found !== EDITIONS[version])
    yield pen.report('version_mixed', {
      ...{ location: `${at}/version`, found: shown(JSON.stringify(found)), expected: EDITIONS[version] },
    });
  for (const list of ['colors', 'properties']) {
    const values = new Set<Json>();
    const repeated = new Set<Json>();
    for (const entry of asList(asRecord(told)?.[list]) ?? []) {
      const value = asRecord(entry)?.['label-value'] ?? null;
      if (values.has(value)) repeated.add(value);
      values.add(value);
    }
    if (repeated.size > 0)
      yield pen.report('label_repeated', {
        location: `${at}/${list}`,
        found: shown([...repeated].slice(0, 20).join(', ')),
      });
  }
}
