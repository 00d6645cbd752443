/** Where is a file placed, and how is that told? */
import { type Candidate, type Evidence, type Found, type Hit, type Known, namesFor } from './evidence.js';
import { tellKind } from './kind-of.js';
import { type FileKind, withoutSuffixes } from './kinds.js';

/** What of a data set a file belongs to. */
export interface Share {
  readonly dataset: string;
  /** None: it is of the data set as a whole. */
  readonly runs: readonly string[];
}

export interface FilePlace {
  readonly path: string;
  readonly kind: FileKind | null;
  /** Files of a data set as a whole, as its photos, are matched to no run. */
  readonly status: 'matched' | 'ambiguous' | 'unmatched';
  readonly dataset: string | null;
  /** Its run; null where it has none, or several. */
  readonly run: string | null;
  /** All runs that it belongs to: a gain reference may have many. `dataset/run` where they are of several data sets. */
  readonly runs: readonly string[];
  /** Of gain references and tables of several data sets, whose `dataset` is null: which runs of which. */
  readonly of?: readonly Share[];
  readonly by: Evidence | null;
  /** Runs it may belong to, where that is ambiguous; `dataset/run` where there are several data sets. */
  readonly candidates: readonly string[];
  /** Of tomograms and annotations: the key in the metadata. */
  readonly belongsTo: string | null;
  /** By what it belongs there, or what would tell it. */
  readonly why: string;
}

/** What was found out, as it is told. */
export function settle(file: Candidate, kind: FileKind | null, found: Found | null, known: Known): FilePlace {
  const untold = kind === null ? ` ${tellKind(file.parts)}` : '';
  const base = { path: file.path, kind, dataset: file.dataset, run: null, runs: [], candidates: [], belongsTo: null };
  if (kind === 'mapping' && file.dataset === null) return { ...base, ...placeOfTable(file, known) };
  if (kind === 'photo' || kind === 'mapping')
    return { ...base, status: 'matched', by: null, why: 'It is of the data set as a whole.' };
  const [hit, ...others] = found?.hits ?? [];
  if (!found || !hit) return { ...base, status: 'unmatched', by: null, why: unmatched(file, known) + untold };

  const shares = sharesOf(found.hits);
  const maySeveral = kind === 'gain' || (kind === 'annotation' && shares.length === 1);
  const isShared = maySeveral && found.by !== 'part' && found.by !== 'directory';
  if (others.length > 0 && !isShared) {
    const label = ({ dataset, run }: Hit) => (known.datasets.size > 1 ? `${dataset}/${run}` : run);
    const candidates = found.hits.map(label).sort();
    const why = `It may be of ${candidates.join(', ')}: ${found.why} Name its run in file_mapping.${untold}`;
    return { ...base, status: 'ambiguous', by: found.by, candidates, why };
  }
  if (shares.length > 1)
    return { ...base, ...ofSeveral(shares), status: 'matched', by: found.by, why: found.why + untold };
  const runs = found.hits.map(({ run }) => run).sort();
  const run = others.length === 0 ? hit.run : null;
  return { ...base, status: 'matched', dataset: hit.dataset, run, runs, by: found.by, why: found.why + untold };
}

/** A table beside the folders of the data sets is of those whose runs it names; of all, where it names none. */
function placeOfTable(
  { facts }: Candidate,
  known: Known,
): Pick<FilePlace, 'status' | 'by' | 'why'> & Partial<FilePlace> {
  const rows = facts?.format === 'mapping' ? facts.rows : [];
  const named = new Set(rows.flatMap(({ run }) => known.datasetsOf.get(run) ?? []));
  const datasets = [...known.datasets.keys()].filter((dataset) => named.size === 0 || named.has(dataset));
  const told = { status: 'matched', by: null } as const;
  const [only, other] = datasets;
  if (other === undefined) return { ...told, dataset: only ?? null, why: 'It is of the data set whose runs it names.' };
  const why = named.size === 0 ? 'It is of all data sets.' : 'It is of the data sets whose runs it names.';
  return { ...told, ...ofSeveral(datasets.map((dataset) => ({ dataset, runs: [] }))), why };
}

/** How the place of a file is told that is of several data sets. */
export const ofSeveral = (shares: readonly Share[]): Pick<FilePlace, 'dataset' | 'run' | 'runs' | 'of'> => ({
  ...{ dataset: null, run: null, of: shares },
  runs: shares.flatMap(({ dataset, runs }) => runs.map((run) => `${dataset}/${run}`)).sort(),
});

/** By data set. */
function sharesOf(hits: readonly Hit[]): Share[] {
  const runs = new Map<string, string[]>();
  for (const { dataset, run } of hits) {
    const its = runs.get(dataset);
    if (its) its.push(run);
    else runs.set(dataset, [run]);
  }
  return [...runs].map(([dataset, its]) => ({ dataset, runs: its.sort() }));
}

function unmatched({ parts, folders, dataset }: Candidate, known: Known): string {
  const names = namesFor(dataset, known);
  const near = [...withoutSuffixes(parts.stem), parts.stem, ...folders].flatMap((name) => names.foldedAs(name) ?? []);
  const but = near[0] === undefined ? '' : ` But for capitals it would be of ${near[0]}.`;
  return `Neither a folder nor its name is that of a run.${but} Put it into a folder called as its run, or name it in file_mapping.`;
}
