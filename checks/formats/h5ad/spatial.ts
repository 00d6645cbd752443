/** Does `uns.spatial` describe what a spatial assay needs: one section or none, its images and their scale? */
import type { Pen, Said } from '../../check.js';
import type { Rule } from '../../finding.js';
import type { Dataset, Group, Node } from '../../readers/hdf5-tree.js';
import { anyOf, is11mm, isSlideSeq, isVisium, isVisiumSection } from './assays.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import type { Saying } from './saying.js';

const UNS = `${DOCS.schema}#uns-dataset-metadata`;
const SPATIAL = '/uns/spatial';

const error = (message: string, fix: string) => ({ severity: 'error', message, fix, docs: UNS }) as const;

export const SPATIAL_RULES = {
  S02: error(
    'The assay is spatial, and uns.spatial is {found}; it must be a dictionary.',
    'Say whether the file is one section: `adata.uns["spatial"] = {"is_single": True}`, for Visium with its library.',
  ),
  S03: error(
    'There is an uns.spatial, and no cell is of Visium or Slide-seqV2.',
    'Correct assay_ontology_term_id, or remove it: `del adata.uns["spatial"]`.',
  ),
  S04: error(
    'uns.spatial does not say whether the file is one spatial section: is_single is missing.',
    'Add it: `adata.uns["spatial"]["is_single"] = True`, or False where the file puts several sections together.',
  ),
  S05: error(
    'is_single must be True or False; it is {found}.',
    'Write a bool: `adata.uns["spatial"]["is_single"] = True`.',
  ),
  S06: error(
    'Beside is_single, uns.spatial may have one key, the library; it has {count}.',
    'Keep the library of this section: `del adata.uns["spatial"][…]` for each of the others.',
  ),
  S07: error(
    'The library "{library}" is only for a Visium file that is one section (is_single is True).',
    'Remove it: `del adata.uns["spatial"]["{library}"]`.',
  ),
  S08: error(
    'The file is one Visium section, and uns.spatial has no library with its images and scale factors.',
    'Add it: `adata.uns["spatial"]["library_1"] = {"images": {"hires": …}, "scalefactors": {…}}`.',
  ),
  S09: error(
    'The library "{library}" must be a dictionary of images and scalefactors; it is {found}.',
    'Put images and scale factors there: `adata.uns["spatial"]["{library}"] = {"images": {…}, "scalefactors": {…}}`.',
  ),
  S10: error(
    'The library has {count} keys other than images and scalefactors.',
    'Remove them: `del {access}[…]` for each.',
  ),
  S11: error('The library has no images.', 'Add them: `{access}["images"] = {"hires": …, "fullres": …}`.'),
  S12: error(
    'images must be a dictionary; it is {found}.',
    'Put the images in one: `{access} = {"hires": …, "fullres": …}`.',
  ),
  S13: error(
    'There are {count} images other than hires and fullres.',
    'Keep hires and fullres: `del {access}[…]` for each of the others.',
  ),
  S14: error(
    'The image hires is missing.',
    'Add tissue_hires_image.png as Space Ranger wrote it: `{access}["hires"] = np.asarray(PIL.Image.open(…))`.',
  ),
  S15: {
    severity: 'warning',
    message: 'The image fullres is missing; it is strongly recommended.',
    fix: 'Add the image that Space Ranger was given: `{access}["fullres"] = np.asarray(PIL.Image.open(…))`.',
    docs: UNS,
  },
  S16: error(
    'The image {name} must be an array; it is {found}.',
    'Store its pixels: `{access} = np.asarray(PIL.Image.open(…))`.',
  ),
  S17: error(
    'The pixels of {name} must be uint8; they are {found}.',
    'Convert them, from 0..1 to 0..255 for one: `{access} = (255 * {access}).round().astype("uint8")`.',
  ),
  S18: error(
    'The image {name} must be height × width × 3 or 4 channels; its shape is {found}.',
    'Store it in colours: `{access} = np.asarray(PIL.Image.open(…).convert("RGB"))`.',
  ),
  S19: error(
    'The longer side of hires must be {expected} pixels; it is {found}.',
    'Take tissue_hires_image.png as Space Ranger wrote it, and do not scale it.',
  ),
  S20: error(
    'The library has no scalefactors.',
    'Add them from scalefactors_json.json: `{access}["scalefactors"] = {"spot_diameter_fullres": …, "tissue_hires_scalef": …}`.',
  ),
  S21: error(
    'scalefactors must be a dictionary; it is {found}.',
    'Write it as one: `{access} = {"spot_diameter_fullres": …, "tissue_hires_scalef": …}`.',
  ),
  S22: error(
    'There are {count} scale factors other than spot_diameter_fullres and tissue_hires_scalef.',
    'Remove them: `del {access}[…]` for each.',
  ),
  S23: error(
    'The scale factor spot_diameter_fullres is missing.',
    'Take it from scalefactors_json.json: `{access}["spot_diameter_fullres"] = …`.',
  ),
  S24: error(
    'The scale factor tissue_hires_scalef is missing.',
    'Take it from scalefactors_json.json: `{access}["tissue_hires_scalef"] = …`.',
  ),
  S25: error('The scale factor {name} must be a float; it is {found}.', 'Convert it: `{access} = float({access})`.'),
} as const satisfies Readonly<Record<string, Rule>>;

type SpatialPen = Pen<keyof typeof SPATIAL_RULES>;
type Code = keyof typeof SPATIAL_RULES;

const UNKNOWN_ASSAY = 'Whether the file is of a spatial assay depends on terms that are not known here.';
const NO_ASSAY = 'Whether the file is of a spatial assay depends on obs.assay_ontology_term_id, which cannot be read.';

/** From the outside in; where a level is wrong, what lies in it is not looked at. */
export function* judgeSpatial(h5ad: H5ad, pen: SpatialPen): Saying {
  const because = h5ad.assays ? UNKNOWN_ASSAY : NO_ASSAY;
  const isSpatial = anyOf([isVisium(h5ad), isSlideSeq(h5ad)]);
  const spatial = spatialIn(h5ad);
  if (spatial?.kind === 'closed') return;

  if (spatial && isSpatial === false) return yield pen.report('S03', { location: SPATIAL, found: kindOf(spatial) });
  if (spatial && isSpatial === null) yield pen.undecided('S03', because);
  if (spatial?.kind !== 'group') {
    if (isSpatial === null) return yield pen.undecided('S02', because);
    if (isSpatial) yield pen.report('S02', { location: SPATIAL, found: spatial ? kindOf(spatial) : 'missing' });
    return;
  }
  yield* judgeSection(spatial, h5ad, because, pen);
}

function spatialIn({ hdf5: { root } }: H5ad): Node | undefined {
  const uns = root.children.get('uns');
  return uns?.kind === 'group' ? uns.children.get('spatial') : undefined;
}

function* judgeSection({ children }: Group, h5ad: H5ad, because: string, pen: SpatialPen): Saying {
  const isSingle = children.get('is_single');
  const location = `${SPATIAL}/is_single`;
  if (!isSingle) return yield pen.report('S04', { location, found: 'missing', expected: 'True or False' });
  if (isSingle.kind === 'closed') return;
  if (!isBool(isSingle)) {
    return yield pen.report('S05', { location, found: kindOf(isSingle), expected: 'True or False' });
  }

  const libraries = [...children.keys()].filter((key) => key !== 'is_single');
  const [library, ...more] = libraries;
  if (more.length > 0) return yield others('S06', SPATIAL, libraries, pen);
  const isSection = isVisiumSection(h5ad);
  if (isSection === null) return yield pen.undecided(library === undefined ? 'S08' : 'S07', because);
  if (library === undefined) {
    if (isSection) yield pen.report('S08', { location: SPATIAL, found: 'no library' });
    return;
  }
  const path = `${SPATIAL}/${library}`;
  if (!isSection) return yield pen.report('S07', { location: path, library, found: library });
  const node = children.get(library);
  if (node?.kind === 'group') yield* judgeLibrary(node, h5ad, pen);
  else if (node?.kind === 'dataset') yield pen.report('S09', { location: path, library, found: kindOf(node) });
}

function* judgeLibrary(library: Group, h5ad: H5ad, pen: SpatialPen): Saying {
  const { path, children } = library;
  const { hires } = h5ad.schema.spatial;
  yield* judgeKeys('S10', library, ['images', 'scalefactors'], pen);

  const images = children.get('images');
  if (!images) yield missing('S11', `${path}/images`, path, pen);
  else if (images.kind === 'dataset') yield not('a dictionary', 'S12', images, pen);
  else if (images.kind === 'group') yield* judgeImages(images, is11mm(h5ad) ? hires.of11mm : hires.usual, pen);

  const factors = children.get('scalefactors');
  if (!factors) yield missing('S20', `${path}/scalefactors`, path, pen);
  else if (factors.kind === 'dataset') yield not('a dictionary', 'S21', factors, pen);
  else if (factors.kind === 'group') yield* judgeScaleFactors(factors, pen);
}

function* judgeImages(images: Group, longerSide: number, pen: SpatialPen): Saying {
  const { path, children } = images;
  yield* judgeKeys('S13', images, ['hires', 'fullres'], pen);
  const hires = children.get('hires');
  const fullres = children.get('fullres');
  if (!hires) yield missing('S14', `${path}/hires`, path, pen);
  else yield* judgeImage('hires', hires, longerSide, pen);
  if (!fullres) yield missing('S15', `${path}/fullres`, path, pen);
  else yield* judgeImage('fullres', fullres, null, pen);
}

/** By type and shape: its pixels, which may be many, are not read. */
function* judgeImage(name: string, image: Node, longerSide: number | null, pen: SpatialPen): Saying {
  const { path: location } = image;
  const access = accessTo(location);
  if (image.kind === 'closed') return;
  if (image.kind === 'group' || image.shape.length === 0) {
    return yield pen.report('S16', { location, name, access, found: kindOf(image), expected: 'an array' });
  }
  const { dtype, shape } = image;
  if (dtype !== 'uint8') yield pen.report('S17', { location, name, access, found: dtype, expected: 'uint8' });
  const channels = shape[2] ?? 0;
  if (shape.length !== 3 || channels < 3 || channels > 4) {
    const expected = 'height × width × 3 or 4';
    yield pen.report('S18', { location, name, access, found: shape.join(' × '), expected });
  }
  const longest = Math.max(...shape);
  if (longerSide !== null && longest !== longerSide) {
    yield pen.report('S19', { location, found: `${longest}`, expected: `${longerSide}` });
  }
}

const FACTORS = { spot_diameter_fullres: 'S23', tissue_hires_scalef: 'S24' } as const;

function* judgeScaleFactors(factors: Group, pen: SpatialPen): Saying {
  const { path, children } = factors;
  yield* judgeKeys('S22', factors, Object.keys(FACTORS), pen);
  for (const [name, rule] of Object.entries(FACTORS)) {
    const location = `${path}/${name}`;
    const factor = children.get(name);
    if (!factor) yield missing(rule, location, path, pen);
    else if (factor.kind !== 'closed' && !isFloat(factor)) {
      const told = { location, name, access: accessTo(location), found: kindOf(factor), expected: 'a float' };
      yield pen.report('S25', told);
    }
  }
}

function* judgeKeys(rule: Code, { path, children }: Group, known: readonly string[], pen: SpatialPen): Saying {
  const strange = [...children.keys()].filter((key) => !known.includes(key));
  if (strange.length > 0) yield others(rule, path, strange, pen, known);
}

function others(rule: Code, path: string, keys: readonly string[], pen: SpatialPen, known?: readonly string[]): Said {
  const samples = keys.slice(0, 5).map((key) => key.slice(0, 100));
  const found = samples.join(', ');
  return pen.report(rule, {
    ...{ location: path, access: accessTo(path), count: keys.length, samples, found },
    expected: known?.join(', ') ?? 'one library',
  });
}

const missing = (rule: Code, location: string, parent: string, pen: SpatialPen): Said =>
  pen.report(rule, { location, access: accessTo(parent), found: 'missing' });

const not = (expected: string, rule: Code, node: Dataset, pen: SpatialPen): Said =>
  pen.report(rule, { location: node.path, access: accessTo(node.path), found: kindOf(node), expected });

const isBool = (node: Group | Dataset): boolean =>
  node.kind === 'dataset' && node.dtype === 'bool' && node.shape.length === 0;

/** Python's float is one of 64 bits; the reference validator takes no other. */
const isFloat = (node: Group | Dataset): boolean =>
  node.kind === 'dataset' && node.dtype === 'float64' && node.shape.length === 0;

function kindOf(node: Group | Dataset): string {
  if (node.kind === 'group') return 'a dictionary';
  return node.shape.length === 0 ? `one ${node.dtype}` : `an array of ${node.dtype}, ${node.shape.join(' × ')}`;
}

/** How Python names what lies at `/uns/…`. */
const accessTo = (path: string): string =>
  `adata.uns${path
    .split('/')
    .slice(2)
    .map((key) => `[${JSON.stringify(key)}]`)
    .join('')}`;
