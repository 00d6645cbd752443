/** Of which kind is a file? By what is surest first: what it is declared as, what was read in it, its name, where it lies. */
import type { TomographyFacts } from '../formats/tomography-facts.js';
import {
  ENDINGS,
  EXTENSIONS,
  type FileKind,
  FRAMES_ONLY,
  IMAGES,
  kindByWords,
  kindOfFolders,
  NAME_WORDS,
  type PathParts,
  TABLES,
} from './kinds.js';

/** Formats that are of one kind only. */
const FORMATS: Readonly<Partial<Record<TomographyFacts['format'], FileKind>>> = {
  ...{ mdoc: 'mdoc', mapping: 'mapping', xf: 'xf', 'local-xf': 'local_xf', aln: 'aln' },
  ...{ 'tilt-com': 'tilt_com', 'newst-com': 'newst_com' },
  ...{ dm: 'gain', star: 'annotation', csv: 'annotation', mesh: 'annotation', photo: 'photo' },
};

export interface KindEvidence {
  readonly parts: PathParts;
  /** Folders that are no run's and no data set's. */
  readonly folders: readonly string[];
  readonly facts: TomographyFacts | null;
  /** By a row of a mapping table, or a pattern of the metadata. */
  readonly declared: FileKind | null;
  /** The run it belongs to, where that is known. */
  readonly run: string | null;
  /** An MDOC names it as a frame. */
  readonly isNamedAsFrame: boolean;
  /** What the names of tomograms hold, as declared. */
  readonly tomogramParts: readonly string[];
}

export function kindOf(evidence: KindEvidence): FileKind | null {
  const { parts, facts, declared, isNamedAsFrame } = evidence;
  const { name, extension } = parts;
  if (declared) return declared;
  const ended = ENDINGS.find(([ending]) => ending.test(name));
  if (ended) return ended[1];
  const known = facts && FORMATS[facts.format];
  if (known) return known;
  const byExtension = EXTENSIONS[extension];
  if (byExtension) return byExtension;
  if (TABLES.has(extension)) return kindOfFolders(evidence.folders) === 'annotation' ? 'annotation' : null;
  if (!IMAGES.has(extension)) return null;
  return isNamedAsFrame ? 'frame' : kindOfImage(evidence);
}

/** Of an image whose extension leaves it open. */
function kindOfImage({ parts, folders, run, tomogramParts }: KindEvidence): FileKind | null {
  const { stem, extension } = parts;
  const beside = run === null ? stem : stem.replaceAll(run, ' ');
  const byName = kindByWords(beside, NAME_WORDS);
  const byFolder = kindOfFolders(folders);
  if (byName === 'gain') return 'gain';
  // Tilt series, tomograms and masks are no TIFF.
  if (FRAMES_ONLY.has(extension)) return byFolder === 'gain' ? 'gain' : 'frame';
  if (byFolder === 'annotation' || byFolder === 'frame' || byFolder === 'gain') return byFolder;
  // A tomogram and a tilt series may lie in one folder: their names tell more than it.
  if (tomogramParts.some((part) => part !== '' && stem.includes(part))) return 'tomogram';
  if (byName ?? byFolder) return byName ?? byFolder;
  return run !== null && stem === run ? 'tilt_series' : null;
}

/** How to tell what a file is where nothing does. */
export const tellKind = ({ extension, name }: PathParts): string =>
  extension === ''
    ? `Files as ${name} are not looked at: leave it out, or tell in file_mapping what it is.`
    : 'What it is cannot be told: put it into a folder called frames, gains, tilt_series, tomograms or annotations, or tell it in file_mapping.';
