/** What may be wrong with an MRC file? Long because it is a table. Bytes are counted from 0. */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';

const MRC2014 = 'https://www.ccpem.ac.uk/mrc_format/mrc2014.php';
const IMOD = 'https://bio3d.colorado.edu/imod/doc/mrc_format.txt';

const UPLOAD_AGAIN = 'Upload the file again, and compare its size with the original.';
const SET_VOXELS =
  'Set the voxel size: `alterheader -del x,y,z` of IMOD, or `voxel_size` of the Python package mrcfile.';
const REWRITE = 'Write the file again with a current program: `newstack` of IMOD, or the Python package mrcfile.';

export const RULES = {
  empty_file: { severity: 'error', message: 'The file is empty.', fix: UPLOAD_AGAIN },
  content: { severity: 'error', message: 'This is {what}, and no MRC file.', fix: REWRITE },
  too_short: {
    severity: 'error',
    message: 'The file has {found}, and an MRC header alone takes 1024.',
    fix: UPLOAD_AGAIN,
  },
  zero_filled: {
    severity: 'error',
    message: 'The file begins with nothing but zeros: a copy that reserved the space and never wrote the bytes.',
    fix: UPLOAD_AGAIN,
  },
  magic: {
    severity: 'error',
    message: 'Bytes 208-211 are not "MAP ": programs that follow MRC2014 refuse the file.',
    fix: REWRITE,
    docs: MRC2014,
  },
  machine_stamp: {
    severity: 'warning',
    message: 'The machine stamp (bytes 212-213) names no byte order; the header makes sense as {order}-endian.',
    fix: REWRITE,
    docs: MRC2014,
  },
  byte_order: {
    severity: 'error',
    message: 'The machine stamp says {stamped}-endian, and the header makes sense only as {order}-endian.',
    fix: 'Write the stamp that fits the data: `44 44 00 00` for little-endian, `11 11 00 00` for big-endian.',
    docs: MRC2014,
  },
  mode: {
    severity: 'error',
    message: 'MODE {found} is none that MRC2014 or IMOD define.',
    fix: 'Write the file with mode 0, 1, 2, 6 or 12.',
    docs: MRC2014,
  },
  mode_fourier: {
    severity: 'error',
    message: 'MODE {found} holds a Fourier transform and no image.',
    fix: 'Upload the image that it was made from.',
    docs: MRC2014,
  },
  mode_uncommon: {
    severity: 'warning',
    message: 'Few programs read MODE {found} ({dtype}).',
    fix: 'Write the file with mode 0, 1, 2, 6 or 12: `newstack -mode 1`, for one.',
    docs: IMOD,
  },
  dimensions: {
    severity: 'error',
    message: 'NX, NY and NZ are {found}; all three must be above zero.',
    fix: REWRITE,
    docs: MRC2014,
  },
  extended_header: {
    severity: 'error',
    message: 'NSYMBT, the size of the extended header, is {found}, which the file of {size} bytes cannot hold.',
    fix: REWRITE,
    docs: MRC2014,
  },
  extended_header_type: {
    severity: 'warning',
    message: 'There is an extended header of {bytes} bytes, and EXTTYP does not say of which type.',
    fix: 'Write its type (CCP4, MRCO, SERI, AGAR, FEI1, FEI2 or HDF5) in bytes 104-107, or leave the extended header out.',
    docs: MRC2014,
  },
  extended_header_short: {
    severity: 'warning',
    message: 'The {type} extended header describes {found} sections of {expected}.',
    fix: 'Write the file again with the program that acquired it, so that every section is described.',
    docs: IMOD,
  },
  truncated: {
    severity: 'error',
    message: 'The file is cut short: the header promises {expected} and {found} are there; {missing} are missing.',
    fix: UPLOAD_AGAIN,
  },
  trailing: {
    severity: 'warning',
    message: 'After the last voxel follow {extra} that the header does not account for.',
    fix: 'Write the file again, or correct NZ if sections were appended.',
  },
  trailing_much: {
    severity: 'error',
    message: 'After the last voxel follow {extra}, more than 1 MiB, that the header does not account for.',
    fix: 'Correct NX, NY, NZ, MODE or NSYMBT, or write the file again: the header does not describe these data.',
  },
  grid: {
    severity: 'error',
    message: 'MX, MY and MZ are {found}; none may be negative.',
    fix: SET_VOXELS,
    docs: MRC2014,
  },
  cell: {
    severity: 'error',
    message: 'The cell dimensions are {found}; they must be numbers, and none negative.',
    fix: SET_VOXELS,
    docs: MRC2014,
  },
  voxel_size_unset: {
    severity: 'warning',
    message: 'The voxel size is not set: nothing in this file can be measured.',
    fix: SET_VOXELS,
    docs: MRC2014,
  },
  voxel_size_default: {
    severity: 'warning',
    message: 'The voxel size is exactly 1 Å, what programs write when they do not know it.',
    fix: SET_VOXELS,
    docs: MRC2014,
  },
  voxel_size_anisotropic: {
    severity: 'warning',
    message: 'The voxels are not cubes: {found} Å.',
    fix: SET_VOXELS,
    docs: MRC2014,
  },
  voxel_size_implausible: {
    severity: 'warning',
    message: 'A voxel size of {found} Å is out of what electron microscopes give.',
    fix: SET_VOXELS,
    docs: MRC2014,
  },
  voxel_size_contradiction: {
    severity: 'warning',
    message: 'The header gives pixels of {found}, and the microscope wrote {expected} in the extended header.',
    fix: SET_VOXELS,
    docs: MRC2014,
  },
  axes: {
    severity: 'error',
    message: 'MAPC, MAPR and MAPS are {found}; they must be 1, 2 and 3 in some order.',
    fix: 'Write 1, 2, 3 in bytes 64-75.',
    docs: MRC2014,
  },
  axes_permuted: {
    severity: 'warning',
    message: 'Columns, rows and sections run along the axes {found}; most programs take them for 1, 2, 3.',
    fix: 'Write the volume again with its axes in the order 1, 2, 3.',
    docs: MRC2014,
  },
  origin: {
    severity: 'warning',
    message: 'The volume does not begin at zero: {found}.',
    fix: 'Set start and origin to zero, unless the offset is meant: `alterheader -org 0,0,0` of IMOD.',
    docs: MRC2014,
  },
  space_group: { severity: 'error', message: 'ISPG is {found}; it cannot be negative.', fix: REWRITE, docs: MRC2014 },
  space_group_unknown: {
    severity: 'warning',
    message: 'ISPG is {found}, which is neither a space group nor the mark of a stack.',
    fix: 'Write 0 for images, 1 for a volume, 401 for a stack of volumes.',
    docs: MRC2014,
  },
  volume_stack: {
    severity: 'error',
    message: 'ISPG says that this is a stack of volumes of {mz} sections, and {nz} sections are no multiple of that.',
    fix: 'Set MZ to the sections of one volume, or ISPG to 1.',
    docs: MRC2014,
  },
  image_stack: {
    severity: 'warning',
    message: 'ISPG 0 says that this is a stack of {nz} separate images, and MZ that it is one volume.',
    fix: 'Write ISPG 1 where this is a tomogram, MZ 1 where these are images.',
    docs: MRC2014,
  },
  volume: {
    severity: 'info',
    message: 'ISPG 1 says that this is a volume, and its name that it is a stack of images.',
    fix: 'Write ISPG 0; most programs do not mind.',
    docs: MRC2014,
  },
  crystal: {
    severity: 'info',
    message: 'ISPG {found} is the space group of a crystal.',
    fix: 'Write ISPG 0 for images and 1 for a volume, unless this is a map of a crystal.',
    docs: MRC2014,
  },
  version: {
    severity: 'warning',
    message: 'NVERSION is {found}: the file does not say that it follows MRC2014.',
    fix: REWRITE,
    docs: MRC2014,
  },
  grid_differs: {
    severity: 'info',
    message: 'The grid of MX, MY and MZ is {found}, and the volume has {expected} voxels: it is a part of its cell.',
    fix: 'Write MX, MY and MZ as NX, NY and NZ, and the cell to fit, unless the volume is such a part.',
    docs: MRC2014,
  },
  cell_angles: {
    severity: 'info',
    message: 'The angles of the cell are {found} degrees, and not 90.',
    fix: 'Write 90, 90, 90 in bytes 52-63: microscopes see no other cells.',
    docs: MRC2014,
  },
  label_count: {
    severity: 'warning',
    message: 'NLABL counts {found} labels, and {expected} are there.',
    fix: 'Write the number of labels in bytes 220-223.',
    docs: MRC2014,
  },
  label_gap: {
    severity: 'warning',
    message: 'A blank label comes before one that is not.',
    fix: 'Write the labels one after another, and the blank ones last.',
    docs: MRC2014,
  },
  statistics: {
    severity: 'warning',
    message: 'The statistics in the header are not those of the data: {found} in place of {expected}.',
    fix: 'Compute them again: `alterheader -mmm` of IMOD, or `update_header_stats` of the Python package mrcfile.',
    docs: MRC2014,
  },
  not_finite: {
    severity: 'error',
    message: 'Some voxels hold no number, but NaN or infinity.',
    fix: 'Find the step that wrote them (a division by zero, a mask) and repeat it.',
  },
  empty_volume: {
    severity: 'error',
    message: 'Every voxel has the same value: the volume is empty.',
    fix: 'Upload the volume that was meant.',
  },
  empty_stack: {
    severity: 'warning',
    message: 'Every pixel has the same value: the images are empty.',
    fix: 'Upload the images that were meant.',
  },
  empty_mask: {
    severity: 'info',
    message: 'Every voxel has the same value: if this is a mask, it marks nothing.',
    fix: 'Upload what was meant, unless there is nothing to mark.',
  },
  padded: {
    severity: 'warning',
    message: 'The last section holds nothing but zeros, and those before it do not: a copy may have been interrupted.',
    fix: UPLOAD_AGAIN,
  },
} as const satisfies Record<string, Rule>;

export type MrcRule = keyof typeof RULES;
export type MrcPen = Pen<MrcRule>;
