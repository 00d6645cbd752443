/** What is this MRC file, once its header is known to make sense? What is judged next, and what is learnt of it. */
import type { SourceFile } from '../../check.js';
import {
  type ByteOrder,
  isUnsigned,
  type Layout,
  layoutOf,
  type Mode,
  type MrcHeader,
  voxelSizeOf,
} from '../../readers/mrc.js';
import type { MrcFacts } from '../tomography-facts.js';

export interface Described {
  readonly header: MrcHeader;
  readonly layout: Layout;
  readonly dtype: string;
  readonly order: ByteOrder;
  /** Is it by its name a stack of images, whose sections are no third dimension? */
  readonly isStack: boolean;
  /** May it be a mask, where sections of zeros say that nothing is there? Small integers, and no name against it. */
  readonly isMask: boolean;
}

export const isStackByName = ({ path }: Pick<SourceFile, 'path'>): boolean => /\.(st|ali|mrcs)$/i.test(path);

export function describe(header: MrcHeader, mode: Mode, order: ByteOrder, file: SourceFile): Described {
  const isStack = isStackByName(file);
  return {
    ...{ header, order, isStack },
    layout: layoutOf(header, mode),
    dtype: isUnsigned(header) ? 'uint8' : mode.dtype,
    isMask: mode.bitsPerVoxel <= 8 && !isStack && !/\.rec$/i.test(file.path),
  };
}

/** Images of a stack have no depth of their own. */
export const isFlat = ({ grid, dimensions }: MrcHeader): boolean => grid[2] === 1 && dimensions[2] > 1;

/** What the rules between files judge by, and for people what else the header says. */
export interface HeaderFacts extends MrcFacts {
  readonly byteOrder: ByteOrder;
  readonly version: number;
  readonly labels: readonly string[];
  readonly axes: readonly number[];
  readonly dataBytes: number;
  readonly extendedHeader: { readonly type: string | null; readonly bytes: number } | null;
  /** As declared. */
  readonly statistics: Readonly<Record<'min' | 'max' | 'mean' | 'rms', number | null>>;
}

export function factsOf({ header, layout, dtype, order }: Described): HeaderFacts {
  const { dimensions, mode, spaceGroup, version, extendedType, extendedBytes, min, max, mean, rms } = header;
  const labels = header.labels.filter((label) => label !== '');
  const [, axis] = /tilt\s*axis\s*angle\s*=\s*([-+]?\d*\.?\d+)/i.exec(labels.join('\n')) ?? [];
  const [x = null, y = null, z = null] = voxelSizeOf(header);
  return {
    ...{ format: 'mrc', dimensions, mode, dtype, byteOrder: order, spaceGroup, version, labels },
    voxelSize: [x, y, isFlat(header) ? null : z],
    axes: header.axes,
    dataBytes: Number(layout.dataBytes),
    extendedHeader: extendedBytes > 0 ? { type: extendedType || null, bytes: extendedBytes } : null,
    statistics: {
      ...{ min: min <= max ? numeric(min) : null, max: min <= max ? numeric(max) : null },
      ...{ mean: mean >= Math.min(min, max) ? numeric(mean) : null, rms: rms >= 0 ? numeric(rms) : null },
    },
    tiltAxisAngle: axis === undefined ? null : Number(axis),
  };
}

/** Facts go through JSON, which has no infinity and no zero below zero. */
export const numeric = (value: number): number | null => (Number.isFinite(value) ? value || 0 : null);
export const rounded = (value: number): string => String(Number(value.toPrecision(6)));
export const inBytes = (count: number | bigint): string => `${count} ${count === 1 || count === 1n ? 'byte' : 'bytes'}`;
