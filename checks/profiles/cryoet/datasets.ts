/** What does a deposition tell of each data set? Its sample and acquisition, its runs, and what was made of them. */
import { z } from 'zod';
import { FILE_KINDS } from '../../deposition/kinds.js';
import { Text } from '../terms.js';
import { acquisitionFields } from './acquisition.js';
import { alignmentReference, newAlignmentFields } from './alignment.js';
import { Annotations, AnnotationsOfTarget } from './annotations.js';
import { crossReferences } from './citations.js';
import { between, draftOf, entriesOf, type Fault, isFilled, listOf, own, textOf } from './drafts.js';
import { choice, flag, Key, mapOf, parts, type Shown, words } from './fields.js';
import { Authors } from './people.js';
import { acquisitionConditions, anyAlignment, faultsOfRuns, newAlignment } from './run-conditions.js';
import { faultsOfSample, sampleFields, withCellKind } from './sample.js';
import { Description, StepsText, Title } from './texts.js';
import { Tomograms } from './tomograms.js';

/** Names of runs become names of folders. */
export const RunName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)
  .refine((name) => !name.includes('..'));

const MOST_RUNS = 10_000;

export const ofRuns =
  'runs: 1 to 128 letters, digits, dots, _ and -, that begin with a letter or a digit, without ".."';

const runShown = { title: 'Run', description: 'What is declared of this run alone.' };

/** The same fields for all runs of a data set, and for one. */
export const RunFields = parts({ ...acquisitionFields, ...newAlignmentFields }, runShown);
export const AlignmentFields = parts({ ...alignmentReference, ...newAlignmentFields }, runShown);

const defaultsOf = <V extends z.ZodType>(fields: V) =>
  fields.optional().meta({ title: 'Of all runs', description: 'What holds of a run that does not declare it itself.' });
const runsOf = <V extends z.ZodType>(fields: V) =>
  mapOf(RunName, ofRuns, fields, MOST_RUNS, {
    title: 'Runs',
    description: 'By name, with what differs from the rest.',
  });

const fileMapping = z
  .array(
    parts(
      {
        run_name: words(128, { title: 'Run', description: 'Its name, as it is declared.' }),
        kind: choice(FILE_KINDS, { title: 'Kind', description: 'What the file is to the run.' }),
        path: words(1000, { title: 'Path', description: 'Of an uploaded file; * stands for anything within a name.' }),
      },
      { title: 'File of a run', description: 'A file that its name does not give to its run.' },
    ),
    'expected a list of files',
  )
  .max(100_000, 'expected at most 100000 rows')
  .optional()
  .meta({ title: 'Files of runs', description: 'Only where names and folders do not tell.' });

const funding = z
  .array(
    parts(
      {
        agency_name: Text(300).meta({ title: 'Agency', description: 'Who has paid.' }),
        grant_id: words(200, { title: 'Grant', description: 'Its number.' }).optional(),
        no_grant_id: flag({ title: 'No number', description: 'The grant has none.' }).optional(),
      },
      { title: 'Funding', description: 'One grant.' },
    ).superRefine(
      ...between<unknown>(function* grant(value) {
        const { grant_id: id, no_grant_id: none } = draftOf(value);
        if (!isFilled(id) && none !== true)
          yield [['grant_id'], 'is missing: expected a number, or no_grant_id where there is none'];
      }),
    ),
    'expected a list of grants',
  )
  .min(1, 'expected at least one grant')
  .max(200, 'expected at most 200 grants')
  .meta({ title: 'Funding', description: 'By which the data were made.' });

/** A picture among the files, or on the web. */
const keyPhoto = Text(1000)
  .refine((at) => !/^[a-z][a-z0-9+.-]*:/i.test(at) || /^https:\/\/[^/\s]+\//i.test(at), {
    error: 'expected the path of a file, or an address that begins with https://',
  })
  .optional()
  .meta({ title: 'Key photo', description: 'PNG, JPEG or GIF: a file of the submission, or an address.' });

const datasetShown = { title: 'Data set', description: 'Runs of one sample, taken in one way.' };

const DatasetOfItsOwn = parts(
  {
    title: Title.meta({ title: 'Title', description: 'Of the data set.' }),
    description: Description({ title: 'Description', description: 'One to five sentences.' }),
    authors: Authors.optional().meta({ title: 'Authors', description: 'Where they are not those of the deposition.' }),
    tilt_series_authors: Authors.optional().meta({
      title: 'Authors of the tilt series',
      description: 'Where they are not those of the data set.',
    }),
    ...crossReferences,
    funding,
    ...sampleFields,
    sample_preparation: StepsText({ title: 'Preparation of the sample', description: 'The steps, parted by " + ".' }),
    grid_preparation: StepsText({ title: 'Preparation of the grids', description: 'The steps, parted by " + ".' }),
    other_setup: words(10_000, {
      title: 'Other information',
      description: 'What else there is; none where nothing is.',
    }),
    key_photo: keyPhoto,
    run_defaults: defaultsOf(RunFields),
    runs: runsOf(RunFields),
    tomograms: Tomograms.optional(),
    annotations: Annotations.optional(),
    file_mapping: fileMapping,
  },
  datasetShown,
).superRefine(
  ...between(function* ofDataset(value) {
    yield* faultsOfSample(value);
    yield* faultsOfRuns(value, [acquisitionConditions, newAlignment]);
    yield* faultsOfNames(value);
    yield* faultsOfReferences(value);
  }),
);

const DatasetOfAnnotations = parts(
  {
    runs: runsOf(parts({}, { title: 'Run', description: 'Its name is enough.' })),
    annotations: AnnotationsOfTarget.refine((map) => Object.keys(map).length > 0, 'expected at least one annotation'),
    file_mapping: fileMapping,
  },
  datasetShown,
).superRefine(...between(faultsOfNames));

const DatasetOfTomograms = parts(
  {
    run_defaults: defaultsOf(AlignmentFields),
    runs: runsOf(AlignmentFields),
    tomograms: Tomograms.refine((map) => Object.keys(map).length > 0, 'expected at least one kind of tomogram'),
    file_mapping: fileMapping,
  },
  datasetShown,
).superRefine(
  ...between(function* ofTomograms(value) {
    yield* faultsOfRuns(value, [anyAlignment]);
    yield* faultsOfNames(value);
  }),
);

const someOf = <V extends z.ZodType>(dataset: V, shown: Shown) =>
  mapOf(Key, 'data sets, of letters, digits, _ and -', dataset, 1000, shown).refine(
    (map) => Object.keys(map).length > 0,
    'expected at least one data set',
  );
const ofTargets = { title: 'Data sets', description: 'By the keys of the target data sets.' };

export const Datasets = someOf(z.preprocess(withCellKind, DatasetOfItsOwn), {
  title: 'Data sets',
  description: 'By a key of your own for each.',
});
export const DatasetsOfAnnotations = someOf(DatasetOfAnnotations, ofTargets);
export const DatasetsOfTomograms = someOf(DatasetOfTomograms, ofTargets);

/** Runs there are, and none that only a row of files names. */
function* faultsOfNames(value: unknown): Iterable<Fault> {
  const runs = draftOf(own(draftOf(value), 'runs'));
  if (isFilled(own(draftOf(value), 'runs')) && Object.keys(runs).length === 0)
    yield [['runs'], 'expected at least one run'];
  for (const [i, row] of listOf(own(draftOf(value), 'file_mapping')).entries()) {
    const run = textOf(draftOf(row).run_name);
    if (run !== null && !Object.hasOwn(runs, run))
      yield [['file_mapping', i, 'run_name'], `expected the name of a run of this data set, found ${run}`];
  }
}

/** Annotations of a data set are made on its own tomograms. */
function* faultsOfReferences(value: unknown): Iterable<Fault> {
  const tomograms = draftOf(own(draftOf(value), 'tomograms'));
  for (const [key, annotation] of entriesOf(own(draftOf(value), 'annotations'))) {
    for (const [i, file] of listOf(draftOf(annotation).files).entries()) {
      const named = textOf(draftOf(file).reference_tomogram);
      if (named !== null && !Object.hasOwn(tomograms, named))
        yield [
          ['annotations', key, 'files', i, 'reference_tomogram'],
          `expected a key of the tomograms (${Object.keys(tomograms).join(', ') || 'there are none'}), found ${named}`,
        ];
    }
  }
}
