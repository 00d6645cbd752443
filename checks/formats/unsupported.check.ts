/** Is this a file that no deposition can take? It is refused by its name, with the way to one that can be taken. */
import { defineCheck } from '../check.js';
import type { Rule } from '../finding.js';

const RULES = {
  imod_model: {
    severity: 'error',
    message: 'IMOD models are not taken.',
    fix: 'Write its points as text (`model2point IN.mod OUT.txt` of IMOD), and these as CSV with columns headed x, y and z; `point2model` makes a model of them again.',
    docs: 'https://bio3d.colorado.edu/imod/doc/man/model2point.html',
  },
  hdf5: {
    severity: 'error',
    message: 'HDF5 files are not taken, nor segmentations in them (EMDB-SFF).',
    fix: 'Write volumes and masks as MRC or OME-Zarr, and surfaces as GLB, STL, OBJ or VTK.',
  },
  gltf: {
    severity: 'error',
    message: 'glTF is taken only in its binary form, which is one file.',
    fix: 'Export the surface as GLB.',
    docs: 'https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#glb-file-format-specification',
  },
  ply: {
    severity: 'error',
    message: 'PLY files are not taken.',
    fix: 'Export the surface as GLB, STL, OBJ or VTK.',
  },
} as const satisfies Record<string, Rule>;

const BY_EXTENSION: Readonly<Record<string, keyof typeof RULES>> = {
  '.mod': 'imod_model',
  '.hff': 'hdf5',
  '.hdf': 'hdf5',
  '.hdf5': 'hdf5',
  '.h5': 'hdf5',
  '.gltf': 'gltf',
  '.ply': 'ply',
};

/** What programs of the field write, and the portal does not take. */
export const unsupportedCheck = defineCheck<keyof typeof RULES>({
  id: 'unsupported',
  version: 1,
  title: 'File of a format that is not taken',
  extensions: Object.keys(BY_EXTENSION),
  rules: RULES,
  sharesProcess: true,

  async *run(file, pen) {
    const name = file.path.toLowerCase();
    const rule = BY_EXTENSION[name.slice(name.lastIndexOf('.'))];
    if (rule) yield pen.report(rule);
  },
});
