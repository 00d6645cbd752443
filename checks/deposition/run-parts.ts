/** Which are the one tilt series and the one acquisition of a run? The same image in two formats is one; MDOCs of frames are put together. */
import type { AnglesFacts, MdocFacts } from '../formats/tomography-facts.js';
import { factsAs, filesOf, onlyFile, type Run, type RunFile } from './deposition.js';
import { partsOf } from './kinds.js';

/** Files of the same thing: an MRC and a Zarr of one name, beside each other or not. */
export function itemsOf(files: readonly RunFile[]): RunFile[][] {
  const items = new Map<string, RunFile[]>();
  for (const file of files) {
    const { stem, extension } = partsOf(file.path);
    const isZarr = extension === '.zarr';
    const same = items.get(stem);
    const isPair = same?.length === 1 && same.some((other) => (partsOf(other.path).extension === '.zarr') !== isZarr);
    if (isPair) same.push(file);
    else items.set(same ? file.path : stem, [file]);
  }
  return [...items.values()];
}

/** The tilt series, where the run has one: of two formats the one whose sections are known. */
export function tiltSeriesOf(run: Run): RunFile | null {
  const [item, other] = itemsOf(filesOf(run, 'tilt_series'));
  if (!item || other) return null;
  return item.find((file) => sectionsIn(file) !== null) ?? item[0] ?? null;
}

/** Images in the tilt series. */
export const sectionsIn = (file: RunFile | null): number | null =>
  factsAs(file, 'mrc', 'zarr')?.dimensions?.[2] ?? null;

/** The run's only list of angles of a kind, where it could be read. */
export function anglesOf(
  run: Run,
  kind: 'rawtlt' | 'tlt' | 'xtilt',
): { readonly file: RunFile; readonly facts: AnglesFacts } | null {
  const file = onlyFile(run, kind);
  const facts = factsAs(file, 'angles');
  return file && facts ? { file, facts } : null;
}

/** What an MDOC tells, and where each section stands. */
export interface Acquisition {
  readonly facts: MdocFacts;
  /** One file, or one for each section. */
  readonly files: readonly RunFile[];
  /** The file of a section, and its head's line. */
  readonly places: readonly { readonly file: RunFile; readonly line: number | null }[];
  readonly isMerged: boolean;
}

/** Null where there is none that can be read, or several that are not of frames. */
export function acquisitionOf(run: Run): Acquisition | null {
  const mdocs = filesOf(run, 'mdoc').flatMap((file) => {
    const facts = factsAs(file, 'mdoc');
    return facts ? [{ file, facts }] : [];
  });
  const series = mdocs.filter(({ facts }) => facts.kind !== 'frame set');
  if (series.length > 1 || mdocs.length === 0) return null;
  const [one = mdocs[0], isMerged] = [series[0], series.length === 0 && mdocs.length > 1];
  if (isMerged) return merged(mdocs);
  if (!one) return null;
  const { file, facts } = one;
  const places = facts.tiltAngles.map((_, i) => ({ file, line: facts.lines?.[i] ?? null }));
  return { facts, files: [file], places, isMerged: false };
}

/** In the order in which they were taken; by name where a time is missing. */
function merged(mdocs: readonly { readonly file: RunFile; readonly facts: MdocFacts }[]): Acquisition {
  const hasTimes = mdocs.every(({ facts }) => typeof facts.times[0] === 'number');
  const timeOf = (facts: MdocFacts) => (hasTimes ? (facts.times[0] ?? 0) : 0);
  const ordered = mdocs.toSorted((a, b) => timeOf(a.facts) - timeOf(b.facts) || (a.file.path < b.file.path ? -1 : 1));
  const all = ordered.map(({ facts }) => facts);
  const each = <T>(list: (facts: MdocFacts) => readonly T[] | undefined): T[] =>
    all.flatMap((facts) => list(facts) ?? []);
  const first = <T>(value: (facts: MdocFacts) => T | null): T | null =>
    all.map(value).find((one) => one !== null) ?? null;
  const tiltAngles = each(({ tiltAngles }) => tiltAngles);
  return {
    facts: {
      ...{ format: 'mdoc', kind: 'frame set', sections: tiltAngles.length, tiltAngles },
      ...{ lines: each(({ lines }) => lines), zValues: tiltAngles.map((_, i) => i) },
      ...{ doses: each(({ doses }) => doses), priorDoses: each(({ priorDoses }) => priorDoses) },
      ...{ subFrames: each(({ subFrames }) => subFrames), framePaths: each(({ framePaths }) => framePaths) },
      times: each(({ times }) => times),
      magnifications: each(({ magnifications }) => magnifications),
      binnings: each(({ binnings }) => binnings),
      pixelSpacing: first(({ pixelSpacing }) => pixelSpacing),
      rotationAngle: first(({ rotationAngle }) => rotationAngle),
      voltage: first(({ voltage }) => voltage),
      ...{ imageFile: null, imageSize: first(({ imageSize }) => imageSize) },
      tiltAxisAngle: first(({ tiltAxisAngle }) => tiltAxisAngle),
      titles: all[0]?.titles ?? [],
    },
    files: ordered.map(({ file }) => file),
    places: ordered.flatMap(({ file, facts }) =>
      facts.tiltAngles.map((_, i) => ({ file, line: facts.lines?.[i] ?? null })),
    ),
    isMerged: true,
  };
}

/** `section 3`, as the MDOC numbers it, and its line. */
export function sectionName({ facts, places, isMerged }: Acquisition, i: number): string {
  const place = places[i];
  if (isMerged) return place?.file.path ?? `section ${i}`;
  return `section ${facts.zValues[i] ?? i}${place?.line ? `, line ${place.line}` : ''}`;
}

export const NO_MDOC = 'There is no MDOC that can be read, or several.';
