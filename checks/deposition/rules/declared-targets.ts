/** Does what is declared of tomograms hold together, and do the records exist that are named? */
import type { Dataset, Deposition, KnownRun, KnownTomogram } from '../deposition.js';
import { knownTomograms } from '../reference-tomogram.js';
import { type CellSaid, compared, type DatasetRule, defineDatasetRule, notApplicable } from '../run-rule.js';

const processing = defineDatasetRule({
  id: 'X-38',
  title: 'Processing of tomograms and its software',
  why: 'A filtered or denoised tomogram can be made again only by who knows by which software it was made.',
  says: {
    software_missing: {
      severity: 'error',
      message: 'The tomogram "{name}" is declared as {found}, and not by which software.',
      fix: 'Declare processing_software, or post_processing as raw.',
    },
    software_needless: {
      severity: 'warning',
      message: 'The tomogram "{name}" is declared as raw, and as processed by {found}.',
      fix: 'Declare post_processing as denoised or filtered, or leave processing_software out.',
    },
  },
  *judge({ tomograms }) {
    const declared = Object.entries(tomograms).filter(([, { post_processing }]) => post_processing !== undefined);
    if (declared.length === 0) return yield notApplicable('No processing of tomograms is declared.');
    const faults = declared.flatMap(([name, values]): CellSaid<'software_missing' | 'software_needless'>[] => {
      const { post_processing: how = 'raw', processing_software: software = '' } = values;
      const isNamed = software.trim() !== '';
      const told = { key: name, name };
      if (how !== 'raw' && !isNamed) {
        return [{ says: 'software_missing', told: { ...told, expected: 'a software', found: how } }];
      }
      return how === 'raw' && isNamed
        ? [{ says: 'software_needless', told: { ...told, expected: 'none', found: software } }]
        : [];
    });
    if (faults.length > 0) return yield* faults;
    const shown = declared.map(([name, { post_processing }]) => `${name}: ${post_processing}`);
    yield compared('a software for each that is not raw', shown.join(', '));
  },
});

type Fault = CellSaid<'tomogram' | 'alignment' | 'run'> & { readonly run?: string };

const targets = defineDatasetRule({
  id: 'D-06',
  title: 'Records that are added to exist',
  why: 'Annotations and tomograms are added to records that are published, or are the submitter’s own.',
  says: {
    target: {
      severity: 'error',
      message: 'The target {found} is no data set of a record that is published or your own.',
      fix: 'Name a record that is published, or your own, by its accession, and its data set by its key there.',
    },
    tomogram: {
      severity: 'error',
      message:
        'The annotation "{annotation}" names the tomogram {found}, which is in none of the records that are added to.',
      fix: 'Name a tomogram of these records by its identifier, or add its record to the target data sets.',
    },
    alignment: {
      severity: 'error',
      message: 'The records that are added to have no alignment {found} of this run.',
      fix: 'Name an alignment of these records, or bring a new one.',
    },
    run: {
      severity: 'error',
      message: 'None of the records that are added to has a run "{found}".',
      fix: 'Name the run as it is named there, letter by letter, or add its record to the target data sets.',
    },
  },
  *judge(dataset, deposition) {
    if (deposition.kind === 'cryoet-dataset') return yield notApplicable('A new data set is added to no record.');
    const ofDataset = (each: { readonly dataset: string }) => each.dataset === dataset.key;
    const missing = deposition.missingTargets?.find(ofDataset);
    if (missing) return yield { says: 'target', told: { expected: 'a data set that exists', found: missing.target } };
    const unchecked = deposition.uncheckedTargets?.find(ofDataset);
    if (unchecked)
      return yield { undecided: `${unchecked.target} is not checked yet as it stands: what it holds may change.` };
    const runs = knownRuns(dataset, deposition);
    if (!runs) return yield { undecided: 'What the records hold that are added to was not looked up.' };

    const tomograms = knownTomograms(dataset, deposition);
    const faults = [...missingTomograms(dataset, tomograms), ...missingOfRuns(dataset, runs)];
    if (faults.length > 0) return yield* faults;
    const found = `${runs.length} runs and ${tomograms.length} tomograms are known`;
    yield compared('tomograms, alignments and runs that exist', found);
  },
});

function* missingTomograms({ annotations, tomograms }: Dataset, known: readonly KnownTomogram[]): Generator<Fault> {
  const names = new Set([...known.map(({ id }) => id), ...Object.keys(tomograms)]);
  for (const [annotation, { files = [] }] of Object.entries(annotations)) {
    for (const [at, { reference_tomogram: found }] of files.entries()) {
      if (found === undefined || names.has(found)) continue;
      const told = { annotation, key: `${annotation}/${at}`, expected: 'a tomogram that exists', found };
      yield { says: 'tomogram', told };
    }
  }
}

/** Runs that exist, of the records that this data set adds to; null where nobody looked. */
const knownRuns = ({ key }: Dataset, { knownRuns: known }: Deposition): readonly KnownRun[] | null =>
  known?.filter(({ dataset }) => dataset === undefined || dataset === key) ?? null;

function* missingOfRuns({ runs }: Dataset, known: readonly KnownRun[]): Generator<Fault> {
  const alignments = new Map<string, Set<string | null>>();
  for (const { name, alignment } of known) alignments.set(name, (alignments.get(name) ?? new Set()).add(alignment));
  for (const { name, declared } of runs) {
    const its = alignments.get(name);
    const { alignment_ref: found } = declared;
    if (!its) {
      yield { run: name, says: 'run', told: { expected: 'a run that exists', found: name } };
    } else if (found !== undefined && !its.has(found)) {
      yield { run: name, says: 'alignment', told: { key: found, expected: 'an alignment that exists', found } };
    }
  }
}

export const TARGET_RULES: readonly DatasetRule[] = [processing, targets];
