/** Which runs does a data set have that declares none? Those of its folders, or else of the names of its tilt series. */
import type { TomographyFacts } from '../formats/tomography-facts.js';
import { type FileKind, kindOfFolders, partsOf, withoutSuffixes } from './kinds.js';

const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** A run has one of each, so that they tell runs apart. */
const ANCHORS: Readonly<Record<string, FileKind>> = {
  ...{ '.st': 'tilt_series', '.ali': 'tilt_series', '.mdoc': 'mdoc', '.rawtlt': 'rawtlt', '.aln': 'aln' },
};
/** A tilt series wherever it lies in a folder that says so. */
const STACKS: ReadonlySet<string> = new Set(['.mrc', '.mrcs', '.zarr']);

interface Anchor {
  readonly stem: string;
  /** The nearest folder that is called by no kind. */
  readonly home: string | null;
  readonly kind: string;
}

interface Proposed {
  readonly path: string;
  readonly folders: readonly string[];
  readonly facts: TomographyFacts | null;
}

export function proposeRuns(files: readonly Proposed[]): string[] {
  const anchors = files.flatMap(anchorOf);
  const byHome = new Map<string, Anchor[]>();
  for (const anchor of anchors) {
    const beside = byHome.get(anchor.home ?? '');
    if (beside) beside.push(anchor);
    else byHome.set(anchor.home ?? '', [anchor]);
  }

  const homes = [...byHome].filter(([home]) => home !== '');
  const areFoldersRuns = homes.length > 1 && homes.every(([, its]) => isOneRun(its));
  const named = anchors.map(({ home, stem }) => (areFoldersRuns && home !== null ? home : stem));
  return [...new Set(named)].filter((run) => RUN_NAME.test(run) && !run.includes('..')).sort();
}

function anchorOf({ path, folders, facts }: Proposed): Anchor[] {
  const { stem, extension } = partsOf(path);
  const kind =
    ANCHORS[extension] ?? (STACKS.has(extension) && kindOfFolders(folders) === 'tilt_series' ? 'tilt_series' : null);
  if (kind === null) return [];
  const home = homeOf(folders);
  // One of many, each of a frame: only its folder tells the run.
  if (facts?.format === 'mdoc' && facts.kind === 'frame set')
    return home === null ? [] : [{ stem: home, home, kind: 'mdocs' }];
  return [{ stem: [...withoutSuffixes(stem)].at(-1) || stem, home, kind }];
}

/** None of its kinds comes twice, but for MDOCs of frames, which come together. */
function isOneRun(anchors: readonly Anchor[]): boolean {
  const kinds = anchors.map(({ kind }) => kind).filter((kind) => kind !== 'mdocs');
  return new Set(kinds).size === kinds.length;
}

/** `tomo_001` may be a run, `tomograms_bin8` is none. */
const isOfKind = (folder: string): boolean =>
  /mdoc|rawtlt|rawtilt|metadata/i.test(folder) ||
  (kindOfFolders([folder]) !== null && (!/\d$/.test(folder) || /bin_?\d+$/i.test(folder)));

function homeOf(folders: readonly string[]): string | null {
  // Numbers below a folder of a kind count what lies there, as `TiltSeries/100`.
  const isNamed = (folder: string, i: number) =>
    !isOfKind(folder) && !(/^\d+$/.test(folder) && isOfKind(folders[i - 1] ?? ''));
  return folders.filter(isNamed).at(-1) ?? null;
}
