/** Which frames do the sections of an MDOC name, and who else names them? */
import { type Dataset, factsAs, filesOf, type Run, type RunFile } from './deposition.js';
import { baseNameOf, frameKey, LIKENESSES, type Likeness } from './frame-names.js';
import { type Acquisition, acquisitionOf, NO_MDOC, sectionName } from './run-parts.js';
import { notApplicable } from './run-rule.js';

export const MOST_SAMPLES = 10;
const NO_FRAMES = 'There are no frames.';

/** Which frame each section names, and how it is called there. */
export interface Named {
  readonly section: number;
  readonly name: string | null;
  readonly frame: RunFile | null;
  readonly likeness: Likeness;
}

export function namedBy({ facts }: Acquisition, frames: readonly RunFile[]): Named[] {
  const byKey = new Map<string, RunFile>();
  // The greatest likeness last, so that it counts.
  for (const likeness of LIKENESSES.toReversed())
    for (const frame of frames) byKey.set(`${likeness} ${frameKey(baseNameOf(frame.path), likeness)}`, frame);
  return facts.tiltAngles.map((_, section) => {
    const path = facts.framePaths[section];
    const name = path ? baseNameOf(path) : null;
    const likeness = LIKENESSES.find((one) => name !== null && byKey.has(`${one} ${frameKey(name, one)}`));
    const frame = name !== null && likeness ? (byKey.get(`${likeness} ${frameKey(name, likeness)}`) ?? null) : null;
    return { section, name, frame, likeness: likeness ?? 'exact' };
  });
}

export function framesAndMdoc(run: Run) {
  const acquisition = acquisitionOf(run);
  const frames = filesOf(run, 'frame');
  if (frames.length === 0) return notApplicable(NO_FRAMES);
  if (!acquisition) return notApplicable(NO_MDOC);
  return { acquisition, frames, mdoc: acquisition.files[0]?.path ?? '' };
}

export const pathKey = (path: string | null): string | null =>
  path === null ? null : path.replaceAll('\\', '/').toLowerCase();

/** Frames of this run that another run's MDOC names by the same path, while that run has none of this name itself. */
export function claimedByOthers(run: Run, named: readonly Named[], dataset: Dataset): Map<string, RunFile[]> {
  const paths = acquisitionOf(run)?.facts.framePaths ?? [];
  const shared = new Map<string, RunFile[]>();
  for (const { section, frame, name } of named) {
    if (!frame || name === null) continue;
    for (const other of claimantsOf(dataset).get(pathKey(paths[section] ?? null) ?? '') ?? [])
      if (other.name !== run.name && !frameNamesOf(other).has(frameKey(name, 'converted')))
        shared.set(other.name, [...(shared.get(other.name) ?? []), frame]);
  }
  return shared;
}

const CLAIMANTS = new WeakMap<Dataset, ReadonlyMap<string, readonly Run[]>>();

/** Runs whose MDOCs name a path: told once for all runs of a data set. */
function claimantsOf(dataset: Dataset): ReadonlyMap<string, readonly Run[]> {
  const known = CLAIMANTS.get(dataset);
  if (known) return known;
  const claimants = new Map<string, Run[]>();
  for (const run of dataset.runs)
    for (const path of new Set(filesOf(run, 'mdoc').flatMap((file) => factsAs(file, 'mdoc')?.framePaths ?? []))) {
      const key = pathKey(path);
      if (key === null || run.declared.frames_not_deposited) continue;
      const beside = claimants.get(key);
      if (beside) beside.push(run);
      else claimants.set(key, [run]);
    }
  CLAIMANTS.set(dataset, claimants);
  return claimants;
}

const FRAME_NAMES = new WeakMap<Run, ReadonlySet<string>>();

function frameNamesOf(run: Run): ReadonlySet<string> {
  const names =
    FRAME_NAMES.get(run) ?? new Set(filesOf(run, 'frame').map(({ path }) => frameKey(baseNameOf(path), 'converted')));
  FRAME_NAMES.set(run, names);
  return names;
}

/** What is told of some sections. */
export function listed(acquisition: Acquisition, some: readonly Named[], mdoc: string) {
  const [first] = some;
  const place = first && acquisition.places[first.section];
  const samples = some
    .slice(0, MOST_SAMPLES)
    .map(({ name, section }) => `${sectionName(acquisition, section)}: ${name ?? 'no SubFramePath'}`);
  return {
    ...{
      file: place?.file.path ?? mdoc,
      location: first && !acquisition.isMerged ? sectionName(acquisition, first.section) : undefined,
    },
    ...{ count: some.length, all: acquisition.facts.sections, samples },
    ...{ expected: 'a frame of its own for each section', found: `${some.length} without` },
  };
}
