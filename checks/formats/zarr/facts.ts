/** What does an OME-Zarr image tell the rules between files? */
import type { Facts } from '../../finding.js';
import { asList, asRecord, asText } from '../../readers/zarr-json.js';
import type { ZarrTree } from '../../readers/zarr-tree.js';
import { ANGSTROMS } from '../../schemas/ome-zarr.js';
import type { ZarrFacts } from '../tomography-facts.js';
import type { Looked } from './chunks.js';
import type { Described, Image } from './image.js';
import type { Pair } from './levels.js';

/** @param looked what was seen of the finest level's chunks; null before they were looked at */
export function factsOf(
  { container }: ZarrTree,
  { axes, version }: Image,
  pairs: readonly Pair[],
  { ome }: Described,
  looked: Looked | null,
): Facts {
  const told = ome.version ?? asRecord(asList(ome.multiscales)?.[0])?.version;
  const angstroms = axes.map(({ unit }) =>
    unit !== null && Object.hasOwn(ANGSTROMS, unit) ? (ANGSTROMS[unit] ?? null) : null,
  );
  const inAngstroms = (scale: readonly number[]) => scale.map((n, i) => n * (angstroms[i] ?? 1));
  const [finest] = pairs;
  const isVolume = axes.map(({ name }) => name).join() === 'z,y,x' && finest?.array.shape.length === 3;
  const [z = 0, y = 0, x = 0] = finest?.array.shape ?? [];
  const sizeAlong = (axis: string): number | null => {
    const i = axes.findIndex(({ name }) => name === axis);
    const [size, unit] = [finest?.level.scale?.[i], angstroms[i] ?? null];
    return size === undefined || unit === null ? null : size * unit;
  };
  return {
    format: 'zarr',
    version: asText(told) ?? (version === 2 ? '0.4' : 'unknown'),
    axes: axes.map(({ name, type, unit }) => ({ name, type, unit })),
    dtype: finest?.array.dtype.name ?? null,
    levels: pairs.map(({ level, array }) => ({
      ...{ path: level.path, shape: array.shape, scale: inAngstroms(level.scale ?? []) },
    })),
    dimensions: isVolume ? [x, y, z] : null,
    voxelSize: [sizeAlong('x'), sizeAlong('y'), sizeAlong('z')],
    chunks: looked && { expected: looked.expected, missing: looked.missing },
    ...(looked?.values !== undefined && { values: looked.values }),
    ...(container === 'zip' && { container }),
  } satisfies ZarrFacts;
}
