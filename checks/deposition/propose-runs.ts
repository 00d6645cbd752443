/**
 * Which runs does a data set have that declares none? Those of its folders where each holds one, or else of the names of its
 * tilt series; of its tomograms where it has nothing else.
 */
import type { TomographyFacts } from '../formats/tomography-facts.js';
import { type FileKind, kindOfFolders, partsOf, withoutSuffixes } from './kinds.js';
import { indexRuns } from './run-names.js';

const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** A run has one of each, so that they tell runs apart. */
const ANCHORS: Readonly<Record<string, FileKind>> = {
  ...{ '.st': 'tilt_series', '.ali': 'tilt_series', '.mdoc': 'mdoc', '.rawtlt': 'rawtlt', '.aln': 'aln' },
  '.rec': 'tomogram',
};
const PROPOSING: ReadonlySet<FileKind> = new Set([...Object.values(ANCHORS)]);
/** A tilt series, or a tomogram, wherever it lies in a folder that says so. */
const VOLUMES: ReadonlySet<string> = new Set(['.mrc', '.mrcs', '.zarr']);

interface Anchor {
  readonly stem: string;
  /** The nearest folder that is called by no kind. */
  readonly home: string | null;
  readonly kind: FileKind;
  readonly extension: string;
  /** One of many in a run, as an MDOC of one frame. */
  readonly isOfMany: boolean;
}

interface Proposed {
  readonly path: string;
  readonly folders: readonly string[];
  readonly facts: TomographyFacts | null;
}

export function proposeRuns(files: readonly Proposed[]): string[] {
  const all = files.flatMap(anchorOf);
  const acquired = all.filter(({ kind }) => kind !== 'tomogram');
  const anchors = acquired.length > 0 ? acquired : all;
  const homes = byHome(anchors);
  const areFoldersRuns =
    anchors.every(({ home }) => home !== null) && [...homes.values()].every(isOneRun) && areRuns([...homes.values()]);
  const named = anchors.map(({ home, stem, kind }) => ({ kind, name: areFoldersRuns && home !== null ? home : stem }));

  const isStack = ({ kind }: { kind: FileKind }) => kind === 'tilt_series';
  const stacks = named.filter(isStack).map(({ name }) => name);
  // An MDOC that was mended is of the tilt series that its name holds, and of no other.
  const index = indexRuns(stacks);
  const others = named.filter((one) => !isStack(one) && index.within(one.name).length === 0).map(({ name }) => name);
  return [...new Set([...stacks, ...others])].filter((run) => RUN_NAME.test(run) && !run.includes('..')).sort();
}

function byHome(anchors: readonly Anchor[]): ReadonlyMap<string, readonly Anchor[]> {
  const homes = new Map<string, Anchor[]>();
  for (const anchor of anchors) {
    if (anchor.home === null) continue;
    const beside = homes.get(anchor.home);
    if (beside) beside.push(anchor);
    else homes.set(anchor.home, [anchor]);
  }
  return homes;
}

function anchorOf({ path, folders, facts }: Proposed): Anchor[] {
  const { stem, extension } = partsOf(path);
  const kind = ANCHORS[extension] ?? (VOLUMES.has(extension) ? kindOfFolders(folders) : null);
  if (kind === null || !PROPOSING.has(kind)) return [];
  const home = homeOf(folders);
  // One of many, each of a frame: only its folder tells the run.
  if (facts?.format === 'mdoc' && facts.kind === 'frame set')
    return home === null ? [] : [{ stem: home, home, kind, extension, isOfMany: true }];
  return [{ stem: [...withoutSuffixes(stem)].at(-1) || stem, home, kind, extension, isOfMany: false }];
}

/** Nothing comes twice that comes once in a run. */
function isOneRun(anchors: readonly Anchor[]): boolean {
  const once = anchors.flatMap(({ extension, isOfMany }) => (isOfMany ? [] : extension));
  return new Set(once).size === once.length;
}

/** Folders of runs hold the same kinds of files; folders of kinds do not. One folder is a run's where its files are called otherwise. */
function areRuns([first = [], ...others]: readonly (readonly Anchor[])[]): boolean {
  if (others.length === 0) return new Set(first.map(({ stem }) => stem)).size > 1;
  const counts = new Map<string, number>();
  const kindsOf = (anchors: readonly Anchor[]) => [...new Set(anchors.map(({ extension }) => extension))];
  for (const kind of [first, ...others].flatMap(kindsOf)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [first, ...others].every((anchors) => kindsOf(anchors).some((kind) => (counts.get(kind) ?? 0) > 1));
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
