/** What is to be said of a whole deposition? Its files find their runs, and every rule judges every run: by facts, without a file. */
import type { CheckOutcome } from '../finding.js';
import type { TomographyFacts } from '../formats/tomography-facts.js';
import { type Association, associate } from './associate.js';
import { type DeclaredDataset, declaredDatasets } from './declared-datasets.js';
import {
  type Dataset,
  type Deposition,
  type DepositionKind,
  filesOf,
  type KnownRun,
  type KnownTomogram,
  type Run,
  type RunFile,
} from './deposition.js';
import type { Share } from './file-place.js';
import { type Cell, cellsOf, DEPOSITION_CHECK } from './matrix.js';
import { dimensionsOf, sizeOf, tomogramSizes } from './pixel-size.js';
import { placementOutcome } from './placement.js';
import { RULES } from './rules/index.js';
import { resolved } from './run-values.js';

/** A file as it is known before it finds its run. */
export interface BroughtFile extends Pick<RunFile, 'path' | 'sha256' | 'bytes' | 'stored'> {
  readonly facts: TomographyFacts | null;
}

export interface Brought extends Pick<Deposition, 'known' | 'knownRuns' | 'missingTargets' | 'uncheckedTargets'> {
  readonly kind: DepositionKind;
  readonly metadata: unknown;
  readonly files: readonly BroughtFile[];
}

export interface Judged {
  readonly association: Association;
  readonly deposition: Deposition;
  readonly cells: readonly Cell[];
}

export const DEPOSITION_KINDS: readonly DepositionKind[] = ['cryoet-dataset', 'cryoet-annotations', 'cryoet-tomograms'];

/** Whether submissions of this profile, in this version, are depositions of runs. */
export const depositionKindOf = (profile: { readonly id: string; readonly version: string }): DepositionKind | null =>
  `${profile.id} ${profile.version}` === 'cryoet-dataset 1.0'
    ? null
    : (DEPOSITION_KINDS.find((kind) => kind === profile.id) ?? null);

export function judgeDeposition(brought: Brought): Judged {
  const { association, deposition } = assembled(brought);
  return { association, deposition, cells: cellsOf(deposition, RULES) };
}

export function assembled({ kind, metadata, files, ...targets }: Brought): Omit<Judged, 'cells'> {
  const declared = declaredDatasets(metadata);
  const association = associate({
    datasets: declared.map((dataset) => ({ ...dataset, runs: Object.keys(dataset.runs) })),
    files,
  });
  const byPath = new Map(files.map((file) => [file.path, file]));
  const placed = association.files.flatMap((place) => placedOf(place, byPath.get(place.path)));
  return {
    association,
    deposition: {
      kind,
      datasets: declared.map((dataset) =>
        datasetOf(dataset, placed, declared.length === 1 ? association.proposedRuns : []),
      ),
      leftOver: association.files.filter(({ status, kind }) => status !== 'matched' || kind === null),
      ...targets,
    },
  };
}

interface Placed {
  readonly place: Association['files'][number];
  readonly file: RunFile;
}

function datasetOf(declared: DeclaredDataset, placed: readonly Placed[], proposed: readonly string[]): Dataset {
  const { key, tomograms, annotations } = declared;
  const its = placed.flatMap(({ place, file }) => sharesOf(place, key).map(({ runs }) => ({ runs, file })));
  const byRun = new Map<string, RunFile[]>();
  for (const { runs, file } of its) {
    for (const run of runs) {
      const files = byRun.get(run);
      if (files) files.push(file);
      else byRun.set(run, [file]);
    }
  }
  const names = new Set([...Object.keys(declared.runs), ...proposed, ...byRun.keys()]);
  const whole = (kind: RunFile['kind']) => its.flatMap(({ file }) => (file.kind === kind ? [file] : []));
  return {
    ...{ key, tomograms, annotations, photos: whole('photo'), mappings: whole('mapping') },
    runs: [...names].map((name) => ({
      ...{ dataset: key, name, declared: resolved(declared, name).values },
      files: byRun.get(name) ?? [],
    })),
  };
}

/** What of a data set a file belongs to. */
const sharesOf = ({ dataset, runs, of }: Placed['place'], key: string): readonly Share[] =>
  (of ?? (dataset === null ? [] : [{ dataset, runs }])).filter((share) => share.dataset === key);

/** What is of no known kind is in the table of files, and no rule sees it. */
function placedOf(place: Placed['place'], brought: BroughtFile | undefined): Placed[] {
  const { path, belongsTo, kind } = place;
  if (kind === null) return [];
  const { sha256 = null, facts = null, bytes, stored } = brought ?? {};
  const known = { ...(bytes !== undefined && { bytes }), ...(stored !== undefined && { stored }) };
  return [{ place, file: { path, sha256, facts, belongsTo, kind, ...known } }];
}

/** What a data set has, to whose runs and tomograms others refer by their keys; `key` is what it is called there. */
export function knownOf(
  brought: Brought,
  dataset: string,
  key: string,
): { readonly runs: KnownRun[]; readonly tomograms: KnownTomogram[] } {
  const found = assembled(brought).deposition.datasets.find((each) => each.key === dataset);
  if (!found) return { runs: [], tomograms: [] };
  return {
    runs: found.runs.map((run) => ({ dataset: key, name: run.name, alignment: alignmentIn(run) })),
    tomograms: found.runs.flatMap((run) =>
      filesOf(run, 'tomogram').map((file) => ({
        ...{ dataset: key, run: run.name, id: file.belongsTo ?? file.path, alignment: EXISTING_ALIGNMENT },
        ...{ dimensions: dimensionsOf(file), voxelSize: sizeOf(tomogramSizes(found, file)) },
      })),
    ),
  };
}

/** A tomogram is made by an alignment, whether or not its files were brought. */
function alignmentIn(run: Run): string | null {
  const isAligned = filesOf(run, 'xf', 'aln', 'tomogram').length > 0;
  return isAligned ? EXISTING_ALIGNMENT : (run.declared.alignment_ref ?? null);
}

/** That of a run, as `alignment_ref` names it. */
export const EXISTING_ALIGNMENT = 'alignment';

/** What the checks have learnt of each file that a rule may ask about. */
export function factsByFile(results: readonly Pick<CheckOutcome, 'file' | 'facts'>[]): Map<string, TomographyFacts> {
  const known = results.filter(({ facts }) => 'format' in facts);
  return new Map(known.map(({ file, facts }) => [file, facts as unknown as TomographyFacts]));
}

/** For the report of a run of checks: an outcome for each run of the deposition, each data set, and the files' places. */
export function outcomesOf({ cells, association }: Pick<Judged, 'cells' | 'association'>): CheckOutcome[] {
  const placement = placementOutcome(association);
  return [...outcomesOfPlaces(cells), ...(placement ? [placement] : [])];
}

function outcomesOfPlaces(cells: readonly Cell[]): CheckOutcome[] {
  const byPlace = new Map<string, Cell[]>();
  for (const cell of cells) {
    const place = cell.run === null ? cell.dataset : `${cell.dataset}/${cell.run}`;
    const its = byPlace.get(place);
    if (its) its.push(cell);
    else byPlace.set(place, [cell]);
  }
  return [...byPlace].map(([file, its]) => {
    const undecided = its.flatMap(({ rule, status, reason }) =>
      status === 'undecided' ? [{ rule, reason: reason ?? '' }] : [],
    );
    const isBroken = its.some(({ status }) => status === 'failed');
    return {
      ...{ check: DEPOSITION_CHECK, file, undecided, facts: {} },
      outcome: isBroken ? 'failed' : undecided.length > 0 ? 'undecided' : 'passed',
      findings: its.flatMap(({ findings }) => findings.map(({ repair, ...finding }) => finding)),
    };
  });
}
