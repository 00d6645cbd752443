/** What does every deposition tell of itself, whatever it brings? And what it belongs to, where it adds to data sets that exist. */
import { z } from 'zod';
import { Text } from '../terms.js';
import { citesSomething, crossReferences } from './citations.js';
import { draftOf, entriesOf, type Fault, isFilled, listOf, own, textOf } from './drafts.js';
import { Key, parts } from './fields.js';
import { Authors } from './people.js';
import { Description } from './texts.js';

export const depositionFields = {
  description: Description({
    title: 'Description',
    description: 'One to five sentences on the deposition as a whole.',
  }),
  authors: Authors,
  ...crossReferences,
};

export const targetDatasets = z
  .array(
    parts(
      {
        record: Text(40)
          .regex(/^ACC-\d{6,}$/, 'expected the accession of a record, as in ACC-000001')
          .meta({ title: 'Record', description: 'It is published, or your own.' }),
        dataset: Key.meta({ title: 'Data set', description: 'Its key in that record.' }),
        key: Key.optional().meta({
          title: 'Key here',
          description: 'Only where data sets of two records have the same key.',
        }),
      },
      { title: 'Target', description: 'A data set that exists.' },
    ),
    'expected a list of data sets',
  )
  .min(1, 'expected at least one data set')
  .max(1000, 'expected at most 1000 data sets')
  .meta({ title: 'Target data sets', description: 'To which this deposition adds.' });

/** Each data set is one of the targets, and something is brought for each of those. */
export function* faultsOfTargets(value: unknown): Iterable<Fault> {
  const draft = draftOf(value);
  yield* citesSomething(draft);
  const targets = listOf(own(draft, 'target_datasets'));
  const keys = targets.map((target) => textOf(draftOf(target).key) ?? textOf(draftOf(target).dataset));
  const datasets = entriesOf(own(draft, 'datasets')).map(([key]) => key);
  for (const key of datasets)
    if (!keys.includes(key)) yield [['datasets', key], 'expected the key of one of the target data sets'];
  for (const [i, key] of keys.entries()) {
    if (key === null) continue;
    if (keys.indexOf(key) < i) yield [['target_datasets', i, 'key'], `expected another key: ${key} is taken`];
    else if (isFilled(own(draft, 'datasets')) && !datasets.includes(key))
      yield [['target_datasets', i], `nothing is brought for it: expected ${key} among the data sets`];
  }
}
