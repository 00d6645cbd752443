/** What does the extended header of an MRC file tell, and does it cover every section? */
import type { Said, SourceFile } from '../../check.js';
import { voxelSizeOf } from '../../readers/mrc.js';
import { bytesPerSection, feiOf, tiltAnglesOf } from '../../readers/mrc-extended.js';
import { type Described, rounded } from './described.js';
import type { MrcPen } from './rules.js';

const TYPES = ['CCP4', 'MRCO', 'SERI', 'AGAR', 'FEI1', 'FEI2', 'HDF5'];

export async function* judgeExtendedHeader(
  { header, order }: Described,
  file: SourceFile,
  pen: MrcPen,
): AsyncGenerator<Said, void> {
  const { extendedBytes, extendedType: type, dimensions } = header;
  if (extendedBytes === 0) return;
  if (!TYPES.includes(type))
    yield pen.report('extended_header_type', { location: 'byte 104', found: `"${type}"`, bytes: extendedBytes });

  const section = await bytesPerSection(file, header);
  if (section === null) return;
  const described = Math.floor(extendedBytes / section);
  const told = { location: 'byte 92', found: String(described), expected: String(dimensions[2]) };
  if (described < dimensions[2])
    return yield pen.report('extended_header_short', { ...told, type: type || 'SerialEM' });

  const tiltAngles = await tiltAnglesOf(file, header, order);
  if (tiltAngles) yield pen.learn({ tiltAngles });

  const { pixelSize } = await feiOf(file, header);
  const [size] = voxelSizeOf(header);
  if (!size || !pixelSize || Math.abs(size - pixelSize) <= 0.01 * pixelSize) return;
  const pixels = { found: `${rounded(size)} Å`, expected: `${rounded(pixelSize)} Å` };
  yield pen.report('voxel_size_contradiction', { location: 'byte 40', ...pixels });
}
