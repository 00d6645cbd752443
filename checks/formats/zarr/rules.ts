/** What can be wrong with an OME-Zarr store? Keys are paths within it; levels are counted from 0, the finest. */
import type { Rule } from '../../finding.js';

const V04 = 'https://ngff.openmicroscopy.org/0.4/';
const V05 = 'https://ngff.openmicroscopy.org/0.5/';
const ZARR_V2 = 'https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html';
const ZARR_V3 = 'https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html';

const UPLOAD_AGAIN = 'Upload the folder again, and compare the number of its files with the original.';
const PACK_AGAIN = 'Pack the folder again: `zip -r -0 tomogram.zarr.zip tomogram.zarr`.';
const REWRITE = 'Write the image again with a current program: the Python package ome-zarr, for one.';
const EDIT = 'Correct the metadata at the place that is named, or write the image again with a current program.';
const SET_SCALE = 'Write the size of a voxel into the `scale` of every level, in the unit of the axes.';
const REMOVE = 'Remove what does not belong to the image.';

const error = (message: string, fix: string, docs?: string): Rule => ({
  ...{ severity: 'error', message, fix },
  ...(docs && { docs }),
});
const warning = (message: string, fix: string, docs?: string): Rule => ({
  ...error(message, fix, docs),
  severity: 'warning',
});
const info = (message: string, fix: string, docs?: string): Rule => ({
  ...error(message, fix, docs),
  severity: 'info',
});

/** How the store lies there. */
const STORE = {
  content: error(
    'This is {what}, and no Zarr store.',
    'Upload the folder, or a zip of it whose name ends in .zarr.zip.',
  ),
  empty: error('There is nothing in it.', UPLOAD_AGAIN),
  too_many_keys: error(
    'It has more than 200,000 files.',
    'Write the image with larger chunks, 128 voxels a side, or in shards (OME-Zarr 0.5).',
  ),
  zip: error('The zip cannot be read: {why}.', PACK_AGAIN),
  zip_bomb: error('The zip would unpack to {ratio} times its size ({bytes} bytes).', PACK_AGAIN),
  ratio: warning('A member unpacks to more than 100 times its size.', PACK_AGAIN),
  unsafe_path: error(
    'A member would be unpacked outside of the folder, or has a name that no system takes.',
    PACK_AGAIN,
  ),
  link: error('A link is no file of the store: {why}.', 'Put the file itself in place of the link.'),
  encrypted: error('A member of the zip is encrypted.', 'Pack the folder again without a password.'),
  duplicate_name: error('Two members of the zip have the same name: readers take one or the other.', PACK_AGAIN),
  unreadable: error('It cannot be read: {why}.', UPLOAD_AGAIN),
  checksum: error('The bytes are not those that were packed: {why}.', PACK_AGAIN),
  stray_files: warning('Files lie in the store that are neither metadata nor chunks.', REMOVE),
  mixed_versions: warning('Metadata of zarr v2 and of zarr v3 lie side by side: readers see one or the other.', REMOVE),
} as const satisfies Record<string, Rule>;

/** The image and its axes. */
const IMAGE = {
  no_group: error(
    'The metadata of the group are missing: {expected}.',
    'Add the file, or write the image again.',
    ZARR_V2,
  ),
  json: error('The metadata cannot be parsed: {why}.', REWRITE),
  zarr_format: error('The group does not say of which edition of zarr it is.', EDIT, ZARR_V2),
  no_multiscales: error(
    'No image is described: {why}.',
    'Add `multiscales` to the metadata, or upload the image itself.',
    V04,
  ),
  several_multiscales: warning(
    'Several images are described; only the first is looked at.',
    'Upload each by itself.',
    V04,
  ),
  version: error('The edition of OME-Zarr is {found}; {expected} is read here.', REWRITE, V05),
  version_missing: warning(
    'The metadata do not say of which edition of OME-Zarr they are.',
    'Add `"version": "0.4"`.',
    V04,
  ),
  version_mixed: error('Parts of the store are of different editions of OME-Zarr.', REWRITE, V05),
  structure: error('The metadata are not as OME-Zarr has them: {why}.', EDIT, V04),
  axes_repeated: error('Two axes have the same name.', EDIT, V04),
  axes_space: error('{found} axes are of the type "space"; there must be two or three.', EDIT, V04),
  axes_order: error('The axes must stand in the order time, channel, space.', EDIT, V04),
  axes_not_zyx: error(
    'The axes are {found}; a volume of a tomogram has z, y and x, in this order.',
    'Write the image again with the axes z, y, x: relabelling is right only where the data lie so.',
  ),
  unit_missing: warning(
    'The axes have no unit: nothing in this image can be measured.',
    'Add `"unit": "angstrom"` to every axis.',
    V04,
  ),
  unit_unknown: warning(
    'The unit of an axis is no unit of length that is known.',
    'Write angstrom, nanometer or micrometer.',
    V04,
  ),
  units_differ: warning('The axes have different units.', 'Write all lengths in one unit: angstrom.', V04),
  advised: info(
    'The metadata do not tell what is advised: {found}.',
    'Add it, so that others know how the levels were made.',
    V04,
  ),
  label_missing: error('The folder of labels names an image that is not there.', UPLOAD_AGAIN, V04),
  label_unlisted: warning(
    'An image of labels is not named in the folder of labels: viewers do not find it.',
    'Add its name to `labels`.',
    V04,
  ),
  label_dtype: error('Labels must be integers.', 'Write the labels as int8, uint16 or another type of integers.', V04),
  label_repeated: warning('A label is described twice.', EDIT, V04),
} as const satisfies Record<string, Rule>;

/** Levels, the finest first. */
const LEVELS = {
  scale_missing: error('The level has {found} transformations of the type "scale"; there must be one.', SET_SCALE, V04),
  transformation_order: error('A translation comes before the scale, or there is more than one.', EDIT, V04),
  transformation_length: error('A transformation has {found} numbers for {expected} axes.', EDIT, V04),
  scale_not_positive: error('The scale is {found}; every number must be above zero.', SET_SCALE, V04),
  scale_unset: warning('The scale is 1: the number that is written where the voxel size is not known.', SET_SCALE, V04),
  scale_implausible: warning('A voxel of {found} Å is out of what electron microscopes give.', SET_SCALE),
  scale_anisotropic: warning('The voxels are not cubes: {found}.', SET_SCALE),
  scale_ratio: warning(
    'The scale changes by {found} from the level before, and the shape by {expected}.',
    SET_SCALE,
    V04,
  ),
  level_missing: error('The level is listed, and there is no array.', UPLOAD_AGAIN, V04),
  level_is_group: error('The level is a group and no array.', REWRITE, V04),
  level_repeated: error('Two levels have the same path.', EDIT, V04),
  level_path: error('The path of the level leads out of the image.', EDIT, V04),
  level_order: error(
    'The levels must go from the finest to the coarsest, and this one is larger than the one before.',
    EDIT,
    V04,
  ),
  level_shape: warning(
    'The level is not half as large as the one before: {found} after {expected}.',
    'Make the levels again, each by a factor of 2.',
  ),
  level_dimensions: error('The array has {found} dimensions, and the image {expected} axes.', REWRITE, V04),
  level_dtype: warning('The level is {found}, and the finest {expected}.', REWRITE, V04),
  dimension_names: error(
    'The names of the dimensions are not those of the axes.',
    'Write `dimension_names` as the axes are named.',
    V05,
  ),
  array: error('The metadata of the array are not as zarr has them: {expected} expected.', REWRITE, ZARR_V3),
  dtype_uncommon: warning(
    'Few programs for tomograms read {found}.',
    'Write the image as int8, int16, uint16 or float32.',
  ),
  nested: error('Within an array lies another group or array.', REMOVE, ZARR_V3),
  array_unlisted: info('An array is none of the levels.', 'List it among the levels, or remove it.', V04),
} as const satisfies Record<string, Rule>;

/** What the levels are made of. */
const CHUNKS = {
  separator: warning(
    'The indices of chunks are parted by "."; OME-Zarr asks for "/".',
    'Write the image with `dimension_separator="/"`.',
    V04,
  ),
  chunk_names: error(
    'The chunks are named as {found}, and the metadata say {expected}: readers find none.',
    EDIT,
    ZARR_V2,
  ),
  no_chunks: error('All {count} chunks of the finest level are missing.', UPLOAD_AGAIN),
  chunks_missing: warning(
    '{count} of {expected} chunks are missing ({percent} %): readers take them for {fill}.',
    'Upload the folder again, unless the program left out chunks that are empty.',
    ZARR_V3,
  ),
  chunk_outside: warning('There are chunks outside of the shape of the array.', REMOVE),
  chunk_size: error('A chunk has not the size that its shape and type ask for.', UPLOAD_AGAIN, ZARR_V3),
  chunk_damaged: error('A chunk cannot be unpacked: {why}.', UPLOAD_AGAIN),
  chunk_too_large: error(
    'A chunk takes {found} unpacked: more than {expected} are not looked into.',
    'Write the image with smaller chunks: 128 or 256 voxels a side.',
  ),
  codec_unknown: warning(
    'The codec "{found}" is not known here: the chunks were not looked into.',
    'Write the image with blosc, zstd or gzip.',
    ZARR_V3,
  ),
  not_finite: error(
    'Some voxels hold no number, but NaN or infinity.',
    'Find the step that wrote them (a division by zero, a mask) and repeat it.',
  ),
  empty_volume: error('Every voxel has the same value: the volume is empty.', 'Upload the volume that was meant.'),
  empty_mask: info(
    'Every voxel has the same value: if this is a mask, it marks nothing.',
    'Upload what was meant, unless there is nothing to mark.',
  ),
} as const satisfies Record<string, Rule>;

export const RULES = { ...STORE, ...IMAGE, ...LEVELS, ...CHUNKS };
export type Code = keyof typeof RULES;
