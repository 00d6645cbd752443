/** What can a file of a deposition be? */

export const FILE_KINDS = [
  'frame',
  'gain',
  'mdoc',
  'tilt_series',
  'rawtlt',
  'tlt',
  'xtilt',
  'xf',
  'local_xf',
  'tilt_com',
  'newst_com',
  'aln',
  'tomogram',
  'annotation',
  'mapping',
  'photo',
] as const;
export type FileKind = (typeof FILE_KINDS)[number];
