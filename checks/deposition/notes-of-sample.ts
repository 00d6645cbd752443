/** What looks odd in what is told of the sample? What its type does not ask for is kept, and marked. */
import { type Draft, draftOf, isFilled, numberIn, own, textOf } from '../profiles/cryoet/drafts.js';
import { CONDITIONAL, SAMPLE_TYPES, withCellKind } from '../profiles/cryoet/sample.js';
import { inform, type Said, warn } from './note.js';

/** Taxa that are looked at most, by how their names begin. */
const TAXA: Readonly<Record<number, string>> = {
  9606: 'Homo sapiens',
  10090: 'Mus musculus',
  10116: 'Rattus norvegicus',
  9823: 'Sus scrofa',
  9913: 'Bos taurus',
  7227: 'Drosophila melanogaster',
  7955: 'Danio rerio',
  6239: 'Caenorhabditis elegans',
  4932: 'Saccharomyces cerevisiae',
  559292: 'Saccharomyces cerevisiae',
  4896: 'Schizosaccharomyces pombe',
  284812: 'Schizosaccharomyces pombe',
  3055: 'Chlamydomonas reinhardtii',
  44689: 'Dictyostelium discoideum',
  562: 'Escherichia coli',
  83333: 'Escherichia coli',
  5833: 'Plasmodium falciparum',
  5811: 'Toxoplasma gondii',
};

export function* notesOfSample(dataset: Draft): Iterable<Said> {
  const draft = draftOf(withCellKind(dataset));
  const type = SAMPLE_TYPES.find((each) => each === own(draft, 'sample_type'));
  if (type) {
    for (const [field, { appliesTo }] of Object.entries(CONDITIONAL)) {
      if ((appliesTo as readonly string[]).includes(type) || !isFilled(own(draft, field))) continue;
      const message = `The sample type is ${type}: ${field} does not apply. It is kept, and ignored.`;
      yield warn(
        [field],
        'ignored',
        message,
        `Take ${field} out, or set the sample type to ${appliesTo.join(' or ')}.`,
      );
    }
    yield* notesOfType(type, draft);
  }
  yield* notesOfOrganism(draftOf(own(draft, 'organism')));
}

function* notesOfType(type: string, draft: Draft): Iterable<Said> {
  const lacks = (field: string) => !isFilled(own(draft, field));
  if (type === 'organism' && lacks('tissue'))
    yield warn(
      ['tissue'],
      'left-out',
      'Of which tissue the sample is, is left open.',
      'Name the tissue if it is known.',
    );
  if (type === 'virus' && lacks('cell_component'))
    yield warn(
      ['cell_component'],
      'left-out',
      'Which component was looked at, is left open.',
      'Name it if there is one.',
    );
  if (type !== 'cell') return;
  if (lacks('cell_kind'))
    yield inform(['cell_kind'], 'left-out', 'The portal tells cell lines from primary cultures.', 'Say which it is.');
  if (draftOf(own(draft, 'cell_strain')).id === 'unknown')
    yield warn(
      ['cell_strain', 'id'],
      'left-out',
      'The strain or cell line has no identifier.',
      'Look it up at Cellosaurus (CVCL_), in the taxonomy of NCBI or at WormBase.',
    );
}

function* notesOfOrganism({ name, taxonomy_id: id }: Draft): Iterable<Said> {
  const [text, number] = [textOf(name), numberIn(id)];
  if (text === null || number === null) return;
  const known = TAXA[number];
  if (known && !text.toLowerCase().startsWith(known.toLowerCase()))
    yield warn(
      ['organism', 'name'],
      'disagrees',
      `NCBI's taxon ${number} is ${known}, and the name is ${text}.`,
      'Correct the name, or the number.',
      { from: name, to: known },
    );
}
