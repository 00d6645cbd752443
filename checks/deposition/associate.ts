import { indexPatterns } from './annotation-patterns.js';
import {
  type AssociatedDataset,
  type AssociatedFile,
  byAlias,
  byMapping,
  byMdoc,
  byPath,
  byPattern,
  type Candidate,
  distinct,
  type Hit,
  type Known,
} from './evidence.js';
import { type FilePlace, ofSeveral, settle } from './file-place.js';
import { indexFrames, type PlacedMdoc } from './frame-index.js';
import { LIKENESSES } from './frame-names.js';
import { kindOf } from './kind-of.js';
import { IMAGES, kindOfFolders, partsOf } from './kinds.js';
import { claimsOf } from './mapping-claims.js';
import { faultOf, type MappingFault, rowsOf, runsWithoutRow } from './mapping-rows.js';
import { proposeRuns } from './propose-runs.js';
import { indexRuns } from './run-names.js';

export interface Association {
  /** By path. */
  readonly files: readonly FilePlace[];
  /** Of data sets that declare none: they are used. */
  readonly proposedRuns: readonly string[];
  readonly faults: readonly MappingFault[];
}

interface Placed {
  readonly place: FilePlace;
  readonly usedAlias: string | null;
  readonly fault: MappingFault | null;
}

export function associate(all: {
  readonly datasets: readonly AssociatedDataset[];
  readonly files: readonly AssociatedFile[];
}): Association {
  const keys = all.datasets.map(({ key }) => key);
  const files = wholes(all.files).map((file) => candidateOf(file, keys));
  const datasetOf = (path: string) => candidateOf({ path, sha256: null, facts: null }, keys).dataset;
  const tableRows = rowsOf(all.datasets, files, datasetOf);

  const proposedRuns: string[] = [];
  const datasets = all.datasets.map((dataset) => {
    if (dataset.runs.length > 0) return dataset;
    const mapped = tableRows.filter((row) => row.dataset === dataset.key).map(({ run }) => run);
    const its = files.filter((file) => file.dataset === dataset.key);
    const runs = mapped.length > 0 ? [...new Set(mapped)].sort() : proposeRuns(its);
    for (const run of runs) proposedRuns.push(run);
    return { ...dataset, runs };
  });

  const known = indexAll(datasets, tableRows, files);
  const places = placeAll(files, known);
  const tables = new Map(places.map(({ place }) => [place.path, place]));
  const runsOf = (path: string) => {
    const { dataset = null, of = [] } = tables.get(path) ?? {};
    const keys = dataset === null ? of.map((share) => share.dataset) : [dataset];
    return keys.flatMap((key) => known.datasets.get(key)?.runs ?? []);
  };
  const isUsed = new Set(places.flatMap(({ usedAlias }) => usedAlias ?? []));
  const unused = [...known.claims.aliases].flatMap(([alias, claims]) => (isUsed.has(alias) ? [] : claims));
  const faults = [
    ...known.claims.faults,
    ...unused.map(({ row }) => faultOf('not_uploaded', row, `A row names ${row.value}, and no file is called so.`)),
    ...places.flatMap(({ fault }) => fault ?? []),
    ...runsWithoutRow(files, runsOf),
  ];
  return {
    files: placeGains(
      places.map(({ place }) => place),
      known,
    ),
    proposedRuns,
    faults,
  };
}

/** A `.zarr` folder is one file, whatever lies in it; by path. */
function wholes(files: readonly AssociatedFile[]): AssociatedFile[] {
  const byPath = new Map<string, AssociatedFile>();
  for (const file of files) {
    const [inside, folder] = /^(.*?\.zarr)\/./i.exec(file.path) ?? [];
    const path = inside === undefined ? file.path : (folder ?? file.path);
    const before = byPath.get(path);
    if (!before || (path === file.path && before.facts === null)) byPath.set(path, { ...file, path });
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function candidateOf(file: AssociatedFile, keys: readonly string[]): Candidate {
  const parts = partsOf(file.path);
  const [first = '', ...rest] = parts.folders;
  const isKeyed = keys.includes(first);
  const dataset = isKeyed ? first : keys.length === 1 ? (keys[0] ?? null) : null;
  return { ...file, parts, dataset, folders: isKeyed ? rest : parts.folders };
}

function indexAll(
  datasets: readonly AssociatedDataset[],
  rows: ReturnType<typeof rowsOf>,
  files: readonly Candidate[],
): Known {
  const datasetsOf = new Map<string, string[]>();
  for (const { key, runs } of datasets)
    for (const run of runs) datasetsOf.set(run, [...(datasetsOf.get(run) ?? []), key]);
  const claims = claimsOf(
    rows,
    files.map(({ path }) => path),
    (run, dataset) => (datasetsOf.get(run) ?? []).filter((key) => dataset === null || key === dataset),
  );
  return {
    datasets: new Map(datasets.map((dataset) => [dataset.key, { ...dataset, names: indexRuns(dataset.runs) }])),
    names: indexRuns(datasetsOf.keys()),
    ...{ datasetsOf, claims },
    aliases: indexRuns(claims.aliases.keys()),
    patternOf: indexPatterns(datasets),
  };
}

/** MDOCs first: they tell where frames belong. */
function placeAll(files: readonly Candidate[], known: Known): Placed[] {
  const first = new Map<string, Placed>();
  const mdocs: PlacedMdoc[] = [];
  for (const file of files) {
    if (file.facts?.format !== 'mdoc') continue;
    const placed = placeOf(file, known, []);
    const { dataset, run } = placed.place;
    if (dataset !== null && run !== null) mdocs.push({ path: file.path, dataset, run, facts: file.facts });
    first.set(file.path, placed);
  }
  const mdocsNaming = indexFrames(mdocs);
  const namingOf = (file: Candidate) => (isImage(file) ? mdocsNaming(file.parts.name, likenessesOf(file)) : []);
  return files.map((file) => first.get(file.path) ?? placeOf(file, known, namingOf(file)));
}

const isImage = ({ parts: { extension } }: Candidate): boolean =>
  extension === '.eer' || (IMAGES.has(extension) && extension !== '.zarr');

/** A tilt series may be called as its first frames but for the format: only what lies among frames may be converted ones. */
const likenessesOf = ({ folders, parts: { extension } }: Candidate) =>
  extension === '.eer' || kindOfFolders(folders) === 'frame'
    ? LIKENESSES
    : LIKENESSES.filter((likeness) => likeness !== 'converted');

function placeOf(file: Candidate, known: Known, naming: readonly PlacedMdoc[]): Placed {
  const isWithin = ({ dataset }: Hit) => file.dataset === null || dataset === file.dataset;
  const named = distinct(naming.filter(isWithin).map(({ dataset, run }) => ({ dataset, run })));
  const evident = byPath(file, known);
  const likely = evident?.hits.map(({ run }) => run) ?? [];
  const pattern = known.patternOf(file.path, (key) => known.datasets.get(key)?.names, likely);

  const found =
    byMapping(file, known) ??
    byMdoc(named, naming, evident) ??
    (pattern && byPattern(pattern, file, evident, known)) ??
    evident ??
    byAlias(file, known);
  const kind = kindOf({
    ...{ parts: file.parts, facts: file.facts, isNamedAsFrame: named.length > 0 },
    folders: file.folders.filter((folder) => !known.names.has(folder)),
    declared: found?.kind ?? (pattern ? 'annotation' : null),
    run: found?.hits[0]?.run ?? null,
    tomogramParts: tomogramParts(file, known),
  });
  const place = settle(file, kind, found, known);
  return {
    place: {
      ...place,
      belongsTo: pattern?.annotation ?? (kind === 'tomogram' ? tomogramOf(file, place, known) : null),
    },
    usedAlias: found?.usedAlias ?? null,
    fault: contradiction(file, known, named),
  };
}

/** A row gives it to one run, and an MDOC of another names it as its frames. */
function contradiction({ path }: Candidate, { claims }: Known, named: readonly Hit[]): MappingFault | null {
  const [claim] = claims.files.get(path) ?? [];
  const [hit] = named;
  if (!claim || !hit || named.some(({ run, dataset }) => run === claim.run && dataset === claim.dataset)) return null;
  const message = `A row gives ${path} to ${claim.run}, and the MDOC of ${hit.run} names it as its frames.`;
  return faultOf('contradicts_mdoc', claim.row, message);
}

/** What the names of tomograms hold, of the data sets that the file may be of. */
const tomogramParts = ({ dataset }: Candidate, known: Known): string[] =>
  (dataset === null ? [...known.datasets.values()] : [known.datasets.get(dataset)]).flatMap((one) =>
    Object.values(one?.tomograms ?? {}).flatMap(({ file_contains = '' }) =>
      file_contains === '' ? [] : file_contains,
    ),
  );

/** Of several kinds of tomograms the one whose part of names is the longest in its name, or the only one that has none. */
function tomogramOf({ parts }: Candidate, { dataset }: FilePlace, known: Known): string | null {
  const kinds = Object.entries((dataset === null ? undefined : known.datasets.get(dataset))?.tomograms ?? {});
  const told = kinds.flatMap(([key, { file_contains: part = '' }]) =>
    part !== '' && parts.name.includes(part) ? { key, length: part.length } : [],
  );
  const [longest, next] = told.sort((a, b) => b.length - a.length);
  if (longest) return longest.length === next?.length ? null : longest.key;
  const rest = kinds.filter(([, { file_contains = '' }]) => file_contains === '');
  return rest.length === 1 ? (rest[0]?.[0] ?? null) : null;
}

/**
 * A lone gain reference that nothing gives to a run belongs to all runs of its data set; beside the folders of several data
 * sets, to all runs of those that have none of their own.
 */
function placeGains(places: readonly FilePlace[], known: Known): FilePlace[] {
  const counts = new Map<string | null, number>();
  for (const { kind, dataset, of } of places) {
    if (kind !== 'gain') continue;
    for (const key of of?.map((share) => share.dataset) ?? [dataset]) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return places.map((place) => {
    const { kind, status, dataset } = place;
    if (kind !== 'gain' || status !== 'unmatched') return place;
    const keys = dataset === null ? [...known.datasets.keys()].filter((key) => !counts.has(key)) : [dataset];
    const shares = keys.map((key) => ({ dataset: key, runs: (known.datasets.get(key)?.runs ?? []).toSorted() }));
    const [share, ...others] = shares.filter(({ runs }) => runs.length > 0);
    if (counts.get(dataset) !== 1 || !share)
      return { ...place, why: 'There are several gain references: say in a mapping table which run has which.' };
    if (others.length > 0) {
      const why = 'It is the only gain reference of these data sets: it belongs to all of their runs.';
      return { ...place, ...ofSeveral([share, ...others]), status: 'matched', why };
    }
    const { runs } = share;
    const run = runs.length === 1 ? (runs[0] ?? null) : null;
    const why = 'It is the only gain reference of the data set: it belongs to all of its runs.';
    return { ...place, dataset: share.dataset, status: 'matched', run, runs, why };
  });
}
