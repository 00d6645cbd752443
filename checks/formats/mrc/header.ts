/** Does the header of an MRC file follow MRC2014, and does it make sense for an electron microscope? */
import type { Said } from '../../check.js';
import { type MrcHeader, voxelSizeOf } from '../../readers/mrc.js';
import { isFlat, rounded } from './described.js';
import type { MrcPen } from './rules.js';

type Judgement = Generator<Said, void>;

export function* judgeHeader(header: MrcHeader, isStack: boolean, pen: MrcPen): Judgement {
  yield* judgeLabels(header, pen);
  yield* judgeOrigin(header, pen);
  const { version, angles } = header;
  if (version !== 20140 && version !== 20141)
    yield pen.report('version', { location: 'byte 108', found: String(version), expected: '20140 or 20141' });
  // Some programs leave them zero.
  if (angles.some((angle) => angle !== 90) && angles.some((angle) => angle !== 0))
    yield pen.report('cell_angles', { location: 'byte 52', found: angles.map(rounded).join(', ') });
  yield* judgeAxes(header, pen);
  yield* judgeCell(header, isStack, pen);
  yield* judgeSpaceGroup(header, isStack, pen);
}

function* judgeLabels({ labels, labelCount }: MrcHeader, pen: MrcPen): Judgement {
  const written = labels.filter((label) => label !== '').length;
  const location = 'byte 220';
  if (written !== labelCount)
    yield pen.report('label_count', { location, found: String(labelCount), expected: String(written) });

  const gap = labels.indexOf('');
  if (gap >= 0 && labels.slice(gap).some((label) => label !== ''))
    yield pen.report('label_gap', { location: `label ${gap + 1}` });
}

function* judgeOrigin({ start, origin }: MrcHeader, pen: MrcPen): Judgement {
  if ([...start, ...origin].every((n) => n === 0)) return;
  const found = `start ${start.join(', ')}, origin ${origin.map(rounded).join(', ')}`;
  yield pen.report('origin', { location: 'byte 16', found, expected: '0, 0, 0' });
}

function* judgeAxes({ axes }: MrcHeader, pen: MrcPen): Judgement {
  const told = { location: 'byte 64', found: axes.join(', ') };
  if ([...axes].sort().join() !== '1,2,3') yield pen.report('axes', told);
  else if (axes.join() !== '1,2,3') yield pen.report('axes_permuted', told);
}

function* judgeCell(header: MrcHeader, isStack: boolean, pen: MrcPen): Judgement {
  const { cell, grid } = header;
  if (grid.some((n) => n < 0)) return yield pen.report('grid', { location: 'byte 28', found: grid.join(', ') });
  if (cell.some((size) => !(size >= 0 && Number.isFinite(size))))
    return yield pen.report('cell', { location: 'byte 40', found: cell.map(rounded).join(', ') });

  const sizes = voxelSizeOf(header).slice(0, isStack || isFlat(header) ? 2 : 3);
  const known = sizes.filter((size) => size !== null);
  const told = { location: 'byte 40', found: known.map(rounded).join(' × ') };
  if (known.length < sizes.length) return yield pen.report('voxel_size_unset', { location: 'byte 40' });
  yield* judgeGrid(header, pen);
  if (known.every((size) => size === 1)) return yield pen.report('voxel_size_default', told);

  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (least < 0.1 || most > 10_000) return yield pen.report('voxel_size_implausible', told);
  if (most - least > 0.001) yield pen.report('voxel_size_anisotropic', told);
}

/** Sections of a stack, of images or of volumes, need not be those of the grid. */
function* judgeGrid({ grid, axes, dimensions, spaceGroup }: MrcHeader, pen: MrcPen): Judgement {
  if (dimensions.some((n) => n <= 0)) return;
  const alongAxes = axes.map((axis) => grid[axis - 1]);
  const isLike = alongAxes.every((intervals, i) => intervals === dimensions[i]);
  const isStack = grid[2] === 1 || spaceGroup === 0 || spaceGroup >= 401;
  if (isLike || (isStack && alongAxes[0] === dimensions[0] && alongAxes[1] === dimensions[1])) return;
  const told = { found: alongAxes.join(' × '), expected: dimensions.join(' × ') };
  yield pen.report('grid_differs', { location: 'byte 28', ...told });
}

function* judgeSpaceGroup({ spaceGroup, dimensions, grid }: MrcHeader, isStack: boolean, pen: MrcPen): Judgement {
  const [, , nz] = dimensions;
  const [, , mz] = grid;
  const told = { location: 'byte 88', found: String(spaceGroup), nz, mz };
  if (spaceGroup < 0) yield pen.report('space_group', told);
  else if (spaceGroup === 0 && !isStack && nz > 1 && mz === nz) yield pen.report('image_stack', told);
  else if (spaceGroup === 1 && isStack) yield pen.report('volume', told);
  else if (spaceGroup > 1 && spaceGroup <= 230) yield pen.report('crystal', told);
  else if (spaceGroup >= 401 && spaceGroup <= 630 && (mz <= 0 || nz % mz !== 0)) yield pen.report('volume_stack', told);
  else if ((spaceGroup > 230 && spaceGroup < 401) || spaceGroup > 630) yield pen.report('space_group_unknown', told);
}
