/** What of the metadata looks odd, though nothing is refused by it? For the submitter to mend and for the curator to read. */
import { OBJECT_ONTOLOGIES, OF_THE_POLICY } from '../profiles/cryoet/annotations.js';
import { recognised } from '../profiles/cryoet/citations.js';
import { type Draft, draftOf, entriesOf, isFilled, listOf, own, pointerOf, textOf } from '../profiles/cryoet/drafts.js';
import { termOf } from '../profiles/cryoet/ontologies.js';
import { isRor } from '../profiles/cryoet/people.js';
import { sentencesOf, stepsOf } from '../profiles/cryoet/texts.js';
import { type Note, type Said, warn, within } from './note.js';
import { notesOfMeasures } from './notes-of-measures.js';
import { notesOfRuns } from './notes-of-runs.js';
import { notesOfSample } from './notes-of-sample.js';

/** Metadata of any of the three kinds of deposition, finished or not. */
export function notesOf(metadata: unknown): Note[] {
  const draft = draftOf(metadata);
  return [...ofDeposition(draft)].map(({ path, ...said }) => ({ pointer: pointerOf(path), ...said }));
}

function* ofDeposition(draft: Draft): Iterable<Said> {
  yield* ofWhole(draft);
  const titles = new Set<string>();
  for (const [key, value] of entriesOf(own(draft, 'datasets'))) {
    const dataset = draftOf(value);
    yield* within(['datasets', key], ofDataset(dataset));
    const title = textOf(own(dataset, 'title'));
    if (title !== null && titles.has(title))
      yield warn(
        ['datasets', key, 'title'],
        'duplicate',
        'Another data set has this title.',
        'Say in what they differ.',
      );
    if (title !== null) titles.add(title);
  }
}

/** What a deposition, a data set and an annotation have alike. */
function* ofWhole(draft: Draft): Iterable<Said> {
  const description = textOf(own(draft, 'description'));
  const sentences = description === null ? 0 : sentencesOf(description);
  if (sentences > 5)
    yield warn(
      ['description'],
      'many-sentences',
      `The description has about ${sentences} sentences.`,
      'Five are enough: move the rest to the fields that ask for it.',
    );
  yield* within(['authors'], ofAuthors(own(draft, 'authors')));
  yield* within(['cross_references'], ofCrossReferences(own(draft, 'cross_references')));
  if (own(draft, 'cross_references_none_yet') === true)
    yield warn(
      ['cross_references_none_yet'],
      'left-out',
      'There are no cross references yet.',
      'Add them as soon as there is a publication, or an entry in EMPIAR, EMDB or PDB.',
    );
}

function* ofDataset(dataset: Draft): Iterable<Said> {
  yield* ofWhole(dataset);
  yield* within(['tilt_series_authors'], ofAuthors(own(dataset, 'tilt_series_authors')));
  const title = textOf(own(dataset, 'title'));
  if (title !== null && (/\.[a-z][a-z\d]{1,4}$/i.test(title) || /^[^\s_]*_\S*$/.test(title)))
    yield warn(['title'], 'spelling', `"${title}" looks like the name of a file.`, 'Say in words what the data are.');
  yield* repeated(listOf(own(dataset, 'funding')), ['funding'], 'This grant is there twice.', (grant) => {
    const { agency_name: agency, grant_id: id } = draftOf(grant);
    return isFilled(agency) ? `${String(agency).trim()} ${String(id)}`.toLowerCase() : null;
  });
  for (const field of ['sample_preparation', 'grid_preparation']) yield* ofSteps(own(dataset, field), [field]);
  yield* notesOfSample(dataset);
  yield* notesOfRuns(dataset);
  for (const [key, tomogram] of entriesOf(own(dataset, 'tomograms')))
    yield* within(['tomograms', key], notesOfMeasures(draftOf(tomogram)));
  yield* ofAnnotations(entriesOf(own(dataset, 'annotations')));
}

function* ofAuthors(value: unknown): Iterable<Said> {
  for (const [i, author] of listOf(value).entries()) {
    const { name, orcid, no_orcid_reason: reason, affiliation_ror: ror } = draftOf(author);
    if (textOf(name) && /\p{Lu}.*\p{Lu}/u.test(String(name)) && !/\p{Ll}/u.test(String(name)))
      yield warn([i, 'name'], 'spelling', `"${name}" is all in capitals.`, 'Write the name as it is to be cited.');
    if (!isFilled(orcid) && isFilled(reason))
      yield warn([i, 'no_orcid_reason'], 'left-out', 'An author has no ORCID iD.', 'A curator must accept the reason.');
    if (textOf(ror) && !isRor(String(ror).replace(/^.*\//, '')))
      yield warn(
        [i, 'affiliation_ror'],
        'spelling',
        `"${ror}" is no ROR, as in 05gq02987.`,
        'Look it up at https://ror.org.',
      );
  }
}

function* ofCrossReferences(value: unknown): Iterable<Said> {
  yield* repeated(listOf(value), [], 'This cross reference is there twice.', (reference) => {
    const pasted = textOf(typeof reference === 'string' ? reference : draftOf(reference).value);
    return pasted === null ? null : (recognised(pasted)?.value ?? pasted).toLowerCase();
  });
}

function* repeated(
  list: readonly unknown[],
  path: readonly string[],
  message: string,
  keyOf: (each: unknown) => string | null,
): Iterable<Said> {
  const before = new Set<string>();
  for (const [i, each] of list.entries()) {
    const key = keyOf(each);
    if (key !== null && before.has(key)) yield warn([...path, i], 'duplicate', message, 'Take one of them out.');
    if (key !== null) before.add(key);
  }
}

function* ofSteps(value: unknown, path: readonly string[]): Iterable<Said> {
  const text = textOf(value);
  if (text !== null && stepsOf(text).length === 1)
    yield warn(path, 'one-step', 'There is one step.', 'Part steps by a plus sign with a space on either side: " + ".');
}

function* ofAnnotations(annotations: readonly (readonly [key: string, annotation: unknown])[]): Iterable<Said> {
  const paths = new Map<string, string>();
  for (const [key, value] of annotations) {
    const annotation = draftOf(value);
    yield* within(['annotations', key], ofAnnotation(annotation));
    for (const [i, file] of listOf(own(annotation, 'files')).entries()) {
      const path = textOf(draftOf(file).path);
      const other = path === null ? undefined : paths.get(path);
      if (path !== null) paths.set(path, key);
      if (other === undefined) continue;
      const message = `The file ${path} is of the annotation ${other}, too.`;
      yield warn(['annotations', key, 'files', i, 'path'], 'duplicate', message, 'Leave it with one of them.');
    }
  }
}

function* ofAnnotation(annotation: Draft): Iterable<Said> {
  yield* ofWhole(annotation);
  const id = textOf(own(annotation, 'object_id'));
  if (id !== null && termOf(id, OBJECT_ONTOLOGIES) && !termOf(id, OF_THE_POLICY))
    yield warn(
      ['object_id'],
      'beyond-policy',
      `${id} is not of ${OF_THE_POLICY.join(' or ')}.`,
      'Take a term of theirs if there is one; otherwise a curator decides.',
    );
  const method = own(annotation, 'method');
  yield* ofSteps(draftOf(method).description, ['method', 'description']);
  if (isFilled(method) && listOf(draftOf(method).links).length === 0)
    yield warn(['method', 'links'], 'left-out', 'The method has no links.', 'Link its code, weights or documentation.');
}
