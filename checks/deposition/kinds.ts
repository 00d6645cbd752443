/** What can a file of a deposition be, and by what of its path is that told? */

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

/** Around another format. */
export const CONTAINERS = ['.gz', '.bz2', '.zip'] as const;

/** Of which kind a file is by its extension; null where that leaves it open. */
export const EXTENSIONS: Readonly<Record<string, FileKind | null>> = {
  ...{ '.mdoc': 'mdoc', '.rawtlt': 'rawtlt', '.tlt': 'tlt', '.xtilt': 'xtilt', '.tltx': 'xtilt', '.xf': 'xf' },
  ...{ '.aln': 'aln', '.com': null },
  ...{ '.eer': 'frame', '.gain': 'gain', '.dm4': 'gain', '.dm3': 'gain' },
  ...{ '.st': 'tilt_series', '.ali': 'tilt_series', '.rec': 'tomogram' },
  ...{ '.mrc': null, '.mrcs': null, '.map': null, '.tif': null, '.tiff': null, '.zarr': null },
  ...{ '.star': 'annotation', '.glb': 'annotation', '.stl': 'annotation', '.obj': 'annotation' },
  ...{ '.vtk': 'annotation', '.vtp': 'annotation', '.csv': null, '.tsv': null, '.txt': null },
  ...{ '.png': 'photo', '.jpg': 'photo', '.jpeg': 'photo', '.gif': 'photo' },
};

/** The ends of names that tell more than their extension. */
export const ENDINGS: readonly (readonly [ending: RegExp, kind: FileKind])[] = [
  [/local\.xf$/i, 'local_xf'],
  [/(^|[^a-z])tilt[a-b]?\.com$/i, 'tilt_com'],
  [/(^|[^a-z])newst[a-b]?\.com$/i, 'newst_com'],
];

/** Extensions of images, of which only places and names tell what they are. */
export const IMAGES: ReadonlySet<string> = new Set(['.mrc', '.mrcs', '.map', '.tif', '.tiff', '.zarr']);
/** Of these, those that are frames or gain references. */
export const FRAMES_ONLY: ReadonlySet<string> = new Set(['.tif', '.tiff']);
/** Extensions of tables, which are points where they lie among annotations. */
export const TABLES: ReadonlySet<string> = new Set(['.csv', '.tsv', '.txt']);

/**
 * What lies in a folder one of whose words this is; "tilt_series" and "TiltSeries" are the word "tiltseries".
 * Of several words the one that stands first here tells.
 */
export const FOLDER_WORDS: Readonly<Record<string, FileKind>> = {
  ...words('annotation', 'annotation annotations mask masks segmentation segmentations labels points particles picks'),
  ...words('annotation', 'mesh meshes coordinates'),
  ...words('gain', 'gain gains gainref gainrefs gainreference gainreferences'),
  ...words('frame', 'frame frames movie movies moviestack moviestacks subframes fractions tifs tiffs'),
  ...words('tomogram', 'tomogram tomograms tomo tomos reconstruction reconstructions rec recs volumes'),
  ...words('tilt_series', 'tiltseries tiltstack tiltstacks stack stacks alignment alignments aligned'),
};

/** What a file is in whose name, beside that of its run, this word stands; as above. */
export const NAME_WORDS: Readonly<Record<string, FileKind>> = {
  ...words('gain', 'gain gainref gainreference countref superref'),
  ...words('annotation', 'mask masks seg segmentation label labels'),
  ...words('tomogram', 'rec vol tomo tomogram recon reconstruction wbp sirt sart denoised'),
  ...words('tilt_series', 'st ts ali align aligned stack tiltseries'),
};

/** What may follow a run's name. */
const SUFFIX = /_(?:ali|full_rec|rec|vol|ts|st|vali|align|bin\d+|dose-filt|gain)$/i;

/** A stem without one suffix, without two, and so on. */
export function* withoutSuffixes(stem: string): Generator<string> {
  let rest = stem;
  while (SUFFIX.test(rest)) {
    rest = rest.replace(SUFFIX, '');
    yield rest;
  }
}

/** Kinds of which a run has one at most. */
export const SINGLE: ReadonlySet<FileKind> = new Set([
  ...(['tilt_series', 'rawtlt', 'tlt', 'xtilt', 'xf', 'local_xf', 'tilt_com', 'newst_com', 'aln'] as const),
]);

function words(kind: FileKind, all: string): Record<string, FileKind> {
  return Object.fromEntries(all.split(' ').map((word) => [word, kind]));
}

/** The words of a part of a path, in lower case, and each with the next one: `tilt`, `series`, `tiltseries`. */
export function wordsOf(part: string): string[] {
  const all = part
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
  return all.flatMap((word, i) => [word, ...(all[i + 1] ? [word + all[i + 1]] : [])]);
}

/** Of which kind the files of a folder are by its words, the nearest folder first. */
export function kindOfFolders(folders: readonly string[]): FileKind | null {
  return folders.reduceRight<FileKind | null>((kind, folder) => kind ?? kindByWords(folder, FOLDER_WORDS), null);
}

export function kindByWords(part: string, table: Readonly<Record<string, FileKind>>): FileKind | null {
  const all = new Set(wordsOf(part));
  const word = all.size > 0 && Object.keys(table).find((one) => all.has(one));
  return word ? (table[word] ?? null) : null;
}

export interface PathParts {
  readonly folders: readonly string[];
  /** The base name. */
  readonly name: string;
  /** The base name without the extensions that are known. */
  readonly stem: string;
  /** The last extension that is not a container's, in lower case; '' where there is none that is known. */
  readonly extension: string;
}

/** Take a path apart: `a/TS_1.mrc.mdoc` has the stem `TS_1` and the extension `.mdoc`. */
export function partsOf(path: string): PathParts {
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  let stem = name;
  let extension = '';
  for (;;) {
    const at = stem.lastIndexOf('.');
    const last = stem.slice(at).toLowerCase();
    if (at < 1) break;
    const isContainer = extension === '' && (CONTAINERS as readonly string[]).includes(last);
    if (!isContainer && !Object.hasOwn(EXTENSIONS, last)) break;
    if (!isContainer && extension === '') extension = last;
    stem = stem.slice(0, at);
  }
  return { folders, name, stem, extension };
}
