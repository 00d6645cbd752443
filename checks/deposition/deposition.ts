/** What do the rules between files see? A deposition as they judge it: data sets of runs, each with its files and their facts. */
import type { TomographyFacts } from '../formats/tomography-facts.js';
import type { AnnotationValues, RunValues, TomogramValues } from './declared.js';
import type { FileKind } from './kinds.js';

/** A file that belongs to a run, by which rule, and what its check has learnt of it. */
export interface RunFile<F extends TomographyFacts = TomographyFacts> {
  readonly path: string;
  readonly sha256: string | null;
  /** As the manifest says. */
  readonly bytes?: number;
  /** What lies in storage under its digest: null where nothing does, and not given where nobody looked, as in a folder. */
  readonly stored?: { readonly bytes: number; readonly sha256: string } | null;
  readonly kind: FileKind;
  /** Null where it was not read, or broke: rules that ask for it do not apply. */
  readonly facts: F | null;
  /** Of tomograms and annotations: a key of `Dataset.tomograms`, `Dataset.annotations`. */
  readonly belongsTo: string | null;
}

export interface Run {
  readonly dataset: string;
  readonly name: string;
  /** What is declared of it: its own values over those of its data set. */
  readonly declared: RunValues;
  readonly files: readonly RunFile[];
}

export interface Dataset {
  readonly key: string;
  readonly runs: readonly Run[];
  readonly tomograms: Readonly<Record<string, TomogramValues>>;
  readonly annotations: Readonly<Record<string, AnnotationValues>>;
  /** Paths of key photos among the files. */
  readonly photos: readonly RunFile[];
  /** Tables that say which files belong to which run. */
  readonly mappings?: readonly RunFile[];
}

export type DepositionKind = 'cryoet-dataset' | 'cryoet-annotations' | 'cryoet-tomograms';

/** A tomogram that exists, of a record that was named as a target. */
export interface KnownTomogram {
  /** As `reference_tomogram` names it. */
  readonly id: string;
  /** Key of the data set, as the deposition that refers to it calls it; null where that does not matter. */
  readonly dataset?: string;
  readonly run: string;
  readonly alignment: string | null;
  readonly dimensions: readonly [number, number, number] | null;
  /** Å. */
  readonly voxelSize: number | null;
}

/** A run that exists, of a record that was named as a target. */
export interface KnownRun {
  /** Key of the data set, as the deposition that refers to it calls it; not given where that does not matter. */
  readonly dataset?: string;
  readonly name: string;
  /** As `alignment_ref` names it; null: the run has none. */
  readonly alignment: string | null;
}

/** A data set of a record that was named as a target. */
export interface NamedTarget {
  /** Key of the data set, as the deposition that adds to it calls it. */
  readonly dataset: string;
  /** As `record/dataset` of the target. */
  readonly target: string;
}

export interface Deposition {
  readonly kind: DepositionKind;
  readonly datasets: readonly Dataset[];
  /** Files that belong to no run, or to several: they are in the table of files, and nothing is judged by them. */
  readonly leftOver: readonly {
    readonly path: string;
    readonly kind: FileKind | null;
    readonly candidates: readonly string[];
  }[];
  /** Of the target records, where there are any. */
  readonly known: readonly KnownTomogram[];
  /** Not given where nobody looked, as in a folder. */
  readonly knownRuns?: readonly KnownRun[];
  /** No record that is published or the submitter's own, or a record without that data set. */
  readonly missingTargets?: readonly NamedTarget[];
  /** The submitter's own, and not checked as they stand: what they hold may be another thing tomorrow. */
  readonly uncheckedTargets?: readonly NamedTarget[];
}

/** The run's files of a kind. */
export const filesOf = (run: Run, ...kinds: readonly FileKind[]): readonly RunFile[] =>
  run.files.filter(({ kind }) => kinds.includes(kind));

/** The one file of a kind; null where there is none, or several. */
export function onlyFile(run: Run, kind: FileKind): RunFile | null {
  const [one, other] = filesOf(run, kind);
  return one && !other ? one : null;
}

type Format = TomographyFacts['format'];
type FactsOf<F extends Format> = Extract<TomographyFacts, { readonly format: F }>;

/** Its facts, where it was read and is of one of these formats. */
export function factsAs<F extends Format>(file: RunFile | null, ...formats: readonly F[]): FactsOf<F> | null {
  const facts = file?.facts;
  return facts && (formats as readonly Format[]).includes(facts.format) ? (facts as FactsOf<F>) : null;
}
