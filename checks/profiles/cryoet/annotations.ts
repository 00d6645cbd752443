/** Which objects were found, in which files, and how? An entry holds of one object and one method. */
import { z } from 'zod';
import { STAR_FLAVOURS } from '../../deposition/declared.js';
import { Link, Text } from '../terms.js';
import { citesSomething, crossReferences } from './citations.js';
import { between, draftOf, type Fault, isFilled } from './drafts.js';
import { choice, count, flag, Key, mapOf, measure, parts, words } from './fields.js';
import { TermId } from './ontologies.js';
import { Authors } from './people.js';
import { StepsText } from './texts.js';

/** Those of the policy first. */
export const OBJECT_ONTOLOGIES = ['GO', 'UniProtKB', 'CL', 'UBERON', 'CHEBI', 'CDPO', 'PDB'] as const;
export const OF_THE_POLICY = ['GO', 'UniProtKB'] as const;

const File = parts(
  {
    path: Text(1000).meta({
      title: 'Path',
      description: '{run_name} stands for the name of the run, and * for anything within a name.',
    }),
    reference_tomogram: words(200, {
      title: 'Reference tomogram',
      description: 'A key of the tomograms, or the identifier of a tomogram that exists.',
    }),
    star_flavour: choice(STAR_FLAVOURS, {
      title: 'Flavour of STAR',
      description: 'Only where the labels of the file do not tell it.',
    }).optional(),
    coordinate_binning: measure(
      { unit: '', above: 0 },
      { title: 'Binning of the coordinates', description: 'They are divided by it; 1 where it is not given.' },
    ).optional(),
    scale_factor: measure(
      { unit: '', above: 0 },
      { title: 'Scale of a mesh', description: 'Its coordinates are multiplied by it; 1 where it is not given.' },
    ).optional(),
    is_probability_map: flag({
      title: 'Probability map',
      description: 'Its values are no labels but say how likely the object is.',
    }).optional(),
    threshold: measure(
      { unit: '' },
      { title: 'Threshold', description: 'Of a probability map: from which value on the object is there.' },
    ).optional(),
    object_count: count(0, 1_000_000_000, {
      title: 'Number of objects',
      description: 'In the file, where it is known.',
    }).optional(),
  },
  { title: 'File', description: 'One file for each run, or one for all of them.' },
);

const Method = parts(
  {
    description: StepsText({ title: 'Description', description: 'The steps, parted by " + ".' }),
    software: words(500, { title: 'Software', description: 'With which it was done.' }),
    type: choice(['manual', 'automated', 'hybrid', 'simulated'], {
      title: 'Type',
      description: 'By hand, by a program, or by both.',
    }),
    links: z
      .array(
        parts(
          {
            url: Link.refine((url) => url.startsWith('https://'), 'expected an address that begins with https://').meta(
              {
                title: 'Address',
                description: 'Of its page.',
              },
            ),
            type: choice(['source_code', 'models_weights', 'documentation', 'website', 'other'], {
              title: 'Type',
              description: 'What is found there.',
            }),
            name: words(200, { title: 'Name', description: 'By which it is shown.' }).optional(),
          },
          { title: 'Link', description: 'Where the method is told or had.' },
        ),
        'expected a list of links',
      )
      .max(100, 'expected at most 100 links')
      .optional()
      .meta({ title: 'Links', description: 'To code, weights and documentation.' }),
  },
  { title: 'Method', description: 'How the objects were found.' },
);

const percent = (title: string) =>
  measure(
    { unit: '%', from: 0, to: 100 },
    { title, description: 'Against the ground truth that is named.' },
  ).optional();

const fields = {
  object_name: words(300, { title: 'Object', description: 'What was annotated.' }),
  object_id: TermId(OBJECT_ONTOLOGIES).meta({
    title: 'Identifier of the object',
    description: 'Of GO or UniProtKB; others are taken, and a curator looks at them.',
  }),
  object_description: words(2000, { title: 'Description', description: 'Of the object.' }).optional(),
  files: z
    .array(File, 'expected a list of files')
    .min(1, 'expected at least one file')
    .max(1000, 'expected at most 1000 files')
    .meta({ title: 'Files', description: 'Each with the tomogram on which it was made.' }),
  authors: Authors,
  ...crossReferences,
  method: Method,
  ground_truth: flag({ title: 'Ground truth', description: 'Whether others may be measured against it.' }),
  confidence: parts(
    {
      precision: percent('Precision'),
      recall: percent('Recall'),
      ground_truth_used: words(1000, {
        title: 'Ground truth that was used',
        description: 'Against which precision and recall were found.',
      }).optional(),
    },
    { title: 'Confidence', description: 'Where it was measured.' },
  ).optional(),
};

const state = words(500, { title: 'State of the object', description: 'As in: open, membrane bound.' });
const shown = { title: 'Annotations', description: 'By a key of your own for each object.' };
const ofKeys = 'annotations, of letters, digits, _ and -';
const one = { title: 'Annotation', description: 'Of one object, by one method.' };

const AnnotationOfDataset = parts({ ...fields, object_state: state.optional() }, one);
const AnnotationOfItsOwn = parts({ ...fields, object_state: state }, one);

/** With their data set: the state of an object may be left open. */
export const Annotations = mapOf(Key, ofKeys, AnnotationOfDataset.superRefine(...between(faultsOfOne)), 1000, shown);
/** On a data set that exists: it is asked for. */
export const AnnotationsOfTarget = mapOf(
  Key,
  ofKeys,
  AnnotationOfItsOwn.superRefine(...between(faultsOfOne)),
  1000,
  shown,
);

function* faultsOfOne(value: unknown): Iterable<Fault> {
  const { method, ground_truth: truth, confidence } = draftOf(value);
  yield* citesSomething(value);
  if (draftOf(method).type === 'automated' && truth === true)
    yield [['ground_truth'], 'expected false: what a program found by itself is no ground truth'];

  const { precision, recall, ground_truth_used: used } = draftOf(confidence);
  if ((isFilled(precision) || isFilled(recall)) && !isFilled(used))
    yield [['confidence', 'ground_truth_used'], 'is missing: precision and recall are of some ground truth'];
}
