/** Where is a file placed, and how is that told? */
import { type Candidate, type Evidence, type Found, type Hit, type Known, namesFor } from './evidence.js';
import { tellKind } from './kind-of.js';
import { type FileKind, withoutSuffixes } from './kinds.js';

export interface FilePlace {
  readonly path: string;
  readonly kind: FileKind | null;
  /** Files of a data set as a whole, as its photos, are matched to no run. */
  readonly status: 'matched' | 'ambiguous' | 'unmatched';
  readonly dataset: string | null;
  /** Its run; null where it has none, or several. */
  readonly run: string | null;
  /** All runs that it belongs to: a gain reference may have many. */
  readonly runs: readonly string[];
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
  if (kind === 'photo' || kind === 'mapping')
    return { ...base, status: 'matched', by: null, why: 'It is of the data set as a whole.' };
  const [hit, ...others] = found?.hits ?? [];
  if (!found || !hit) return { ...base, status: 'unmatched', by: null, why: unmatched(file, known) + untold };

  const isOfOne = found.hits.every(({ dataset }) => dataset === hit.dataset);
  const isShared =
    isOfOne && (kind === 'gain' || kind === 'annotation') && found.by !== 'part' && found.by !== 'directory';
  if (others.length > 0 && !isShared) {
    const label = ({ dataset, run }: Hit) => (known.datasets.size > 1 ? `${dataset}/${run}` : run);
    const candidates = found.hits.map(label).sort();
    const why = `It may be of ${candidates.join(', ')}: ${found.why} Name its run in file_mapping.${untold}`;
    return { ...base, status: 'ambiguous', by: found.by, candidates, why };
  }
  const runs = found.hits.map(({ run }) => run).sort();
  const run = others.length === 0 ? hit.run : null;
  return { ...base, status: 'matched', dataset: hit.dataset, run, runs, by: found.by, why: found.why + untold };
}

function unmatched({ parts, folders, dataset }: Candidate, known: Known): string {
  const names = namesFor(dataset, known);
  const near = [...withoutSuffixes(parts.stem), parts.stem, ...folders].flatMap((name) => names.foldedAs(name) ?? []);
  const but = near[0] === undefined ? '' : ` But for capitals it would be of ${near[0]}.`;
  return `Neither a folder nor its name is that of a run.${but} Put it into a folder called as its run, or name it in file_mapping.`;
}
