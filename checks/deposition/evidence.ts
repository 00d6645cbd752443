/**
 * By what may a file belong to a run? Each kind of evidence alone: mapping tables, MDOCs, patterns of the metadata, folders,
 * names. All is looked up in indexes, never files times runs.
 */
import type { TomographyFacts } from '../formats/tomography-facts.js';
import type { indexPatterns } from './annotation-patterns.js';
import type { AnnotationValues, TomogramValues } from './declared.js';
import type { PlacedMdoc } from './frame-index.js';
import { type FileKind, type PathParts, partsOf, withoutSuffixes } from './kinds.js';
import type { Claims } from './mapping-claims.js';
import type { RunNames } from './run-names.js';

export interface AssociatedDataset {
  readonly key: string;
  readonly runs: readonly string[];
  /** `file_mapping` of the metadata. */
  readonly mapping: readonly { readonly run_name: string; readonly kind: FileKind; readonly path: string }[];
  readonly tomograms: Readonly<Record<string, TomogramValues>>;
  readonly annotations: Readonly<Record<string, AnnotationValues>>;
}

export interface AssociatedFile {
  readonly path: string;
  readonly sha256: string | null;
  readonly facts: TomographyFacts | null;
}

export type Evidence = 'mapping' | 'directory' | 'name' | 'suffix' | 'part' | 'mdoc' | 'declared';

export interface Hit {
  readonly dataset: string;
  readonly run: string;
}

/** What is known of a file before it is placed. */
export interface Candidate extends AssociatedFile {
  readonly parts: PathParts;
  /** Its data set, where the path or their number tells it. */
  readonly dataset: string | null;
  /** Without that of the data set. */
  readonly folders: readonly string[];
}

/** What several files are looked up in. */
export interface Known {
  readonly datasets: ReadonlyMap<string, AssociatedDataset & { readonly names: RunNames }>;
  /** Of all data sets. */
  readonly names: RunNames;
  readonly datasetsOf: ReadonlyMap<string, readonly string[]>;
  readonly claims: Claims;
  readonly aliases: RunNames;
  readonly patternOf: ReturnType<typeof indexPatterns>;
}

/** By what a file belongs where; several hits are one too many, but for what runs share. */
export interface Found {
  readonly hits: readonly Hit[];
  readonly by: Evidence | null;
  readonly why: string;
  readonly kind?: FileKind | null;
  readonly usedAlias?: string;
}

export const namesFor = (dataset: string | null, known: Known): RunNames =>
  (dataset === null ? undefined : known.datasets.get(dataset)?.names) ?? known.names;

export const distinct = (hits: readonly Hit[]): Hit[] => [
  ...new Map(hits.map((hit) => [JSON.stringify([hit.dataset, hit.run]), hit])).values(),
];

/** The runs of these names, in the file's data set or in all that have them. */
function hitsOf(runs: readonly string[], { dataset: own }: Candidate, known: Known): Hit[] {
  return runs.flatMap((run) =>
    (known.datasetsOf.get(run) ?? [])
      .filter((dataset) => own === null || dataset === own)
      .map((dataset) => ({ dataset, run })),
  );
}

export function byMapping({ path }: Candidate, { claims }: Known): Found | null {
  const its = claims.files.get(path);
  if (!its) return null;
  const rows = its.map(({ row: { table, place } }) => `${table ?? 'the metadata'}, ${place}`);
  return {
    hits: distinct(its),
    ...{ by: 'mapping', kind: its.find(({ kind }) => kind !== null)?.kind ?? null },
    why: `It is named in ${rows.slice(0, 3).join('; ')}${rows.length > 3 ? ' and more' : ''}.`,
  };
}

export function byMdoc(named: readonly Hit[], naming: readonly PlacedMdoc[], evident: Found | null): Found | null {
  if (named.length === 0) return null;
  const isEvident = (hit: Hit) => evident?.hits.some(({ dataset, run }) => dataset === hit.dataset && run === hit.run);
  const both = named.filter(isEvident);
  const hits = both.length === 1 ? both : named;
  const against = evident && both.length === 0 ? ` Its path speaks for ${evident.hits[0]?.run}.` : '';
  const mdocs = naming.filter(({ dataset, run }) => hits.some((hit) => hit.dataset === dataset && hit.run === run));
  const paths = mdocs.slice(0, 3).map(({ path }) => path);
  return { hits, by: 'mdoc', why: `${paths.join(', ')} names it as frames of a section.${against}` };
}

type Pattern = NonNullable<ReturnType<Known['patternOf']>>;

/** Where a pattern says nothing of the run, other evidence does, or the tomograms that a table of points names. */
export function byPattern({ dataset, annotation, run }: Pattern, file: Candidate, evident: Found | null, known: Known) {
  const why = `The files of the annotation ${annotation} are declared so.`;
  if (run !== null) return { hits: [{ dataset, run }], by: 'declared' as const, why };
  if (evident) return evident;
  const runs = runsNamedIn(file.facts, known.datasets.get(dataset));
  return runs.length === 0 ? null : { hits: runs.map((one) => ({ dataset, run: one })), by: 'declared' as const, why };
}

function runsNamedIn(facts: TomographyFacts | null, dataset: (AssociatedDataset & { names: RunNames }) | undefined) {
  if (!dataset) return [];
  if (dataset.runs.length === 1) return dataset.runs;
  const groups = facts?.format === 'star' || facts?.format === 'csv' ? facts.groups : [];
  const named = groups.flatMap(({ tomogram }) => {
    const stem = partsOf(tomogram ?? '').stem.replace(/\.tomostar$/, '');
    const runs = dataset.names.within(stem);
    return runs.length === 1 ? runs : [];
  });
  return [...new Set(named)].sort();
}

/** By folders and by the name. */
export function byPath(file: Candidate, known: Known): Found | null {
  const { parts, folders } = file;
  const names = namesFor(file.dataset, known);
  const found = (runs: readonly string[], by: Evidence, why: string): Found | null => {
    const hits = hitsOf(runs, file, known);
    return hits.length > 0 ? { hits, by, why } : null;
  };
  const inFolders = [...new Set(folders.filter((folder) => names.has(folder)))];
  if (inFolders.length > 0) return found(inFolders, 'directory', `It lies in the folder ${inFolders.join(', ')}.`);
  if (names.has(parts.stem)) return found([parts.stem], 'name', 'Its name is that of the run.');
  for (const stem of withoutSuffixes(parts.stem))
    if (names.has(stem)) return found([stem], 'suffix', 'Its name is that of the run and a suffix.');
  const within = names.within(parts.stem);
  if (within.length > 0) return found(within, 'part', `Its name holds ${within.join(', ')}.`);
  // As programs name the folders of what they write: `TS_1_Imod`.
  const nearby = names.within(folders.at(-1) ?? '');
  return nearby.length > 0 ? found(nearby, 'part', `The name of its folder holds ${nearby.join(', ')}.`) : null;
}

/** By what a table says that a run is called in names of files. */
export function byAlias(file: Candidate, known: Known): Found | null {
  const { parts, folders } = file;
  const whole = [parts.stem, ...withoutSuffixes(parts.stem), ...folders].find((name) => known.aliases.has(name));
  const [within, ...others] = known.aliases.within(parts.stem);
  // A bare number stands in many names.
  const part = within !== undefined && others.length === 0 && !/^\d+$/.test(within) ? within : undefined;
  const alias = whole ?? part;
  const claims = alias === undefined ? [] : (known.claims.aliases.get(alias) ?? []);
  const its = claims.filter(({ dataset }) => file.dataset === null || dataset === file.dataset);
  if (alias === undefined || its.length === 0) return null;
  const places = its.map(({ row: { table, place } }) => `${table ?? 'the metadata'}, ${place}`);
  return {
    hits: distinct(its),
    ...{ by: 'mapping', usedAlias: alias },
    why: `Its run is called ${alias} in names of files, by ${places.slice(0, 3).join('; ')}.`,
  };
}
