/** Which identifiers of people, publications, entries and terms do metadata name, and where? What others can be asked about. */
import { recognised } from './citations.js';
import {
  type Draft,
  draftOf,
  entriesOf,
  isFilled,
  listOf,
  numberIn,
  own,
  type Path,
  pointerOf,
  textOf,
} from './drafts.js';
import { type Ontology, termOf } from './ontologies.js';
import { Orcid } from './people.js';
import { CONDITIONAL } from './sample.js';

/** Kinds of terms that somebody can be asked about. */
const TERMS = [
  ...(['CL', 'UBERON', 'BTO', 'WBbt', 'ZFA', 'FBbt', 'GO', 'EFO', 'MONDO', 'PATO', 'WBls', 'HsapDv'] as const),
  ...(['MmusDv', 'ZFS', 'FBdv', 'CHEBI', 'NCBITaxon', 'CVCL', 'WBStrain', 'UniProtKB', 'PDB'] as const),
] as const satisfies readonly Ontology[];

export const IDENTIFIER_KINDS = ['ORCID', 'DOI', 'EMPIAR', 'EMDB', ...TERMS] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

export interface Identifier {
  readonly kind: IdentifierKind;
  /** In its one form. */
  readonly value: string;
  /** Where it stands in the metadata. */
  readonly pointer: string;
  /** What it is said to be the identifier of. */
  readonly name: string | null;
}

/** More than this are not looked up: no deposition names so many, and each is a row. */
const MOST = 10_000;
const MOST_NAME = 300;

const SAMPLE_TERMS = [
  ...(['cell_type', 'cell_strain', 'tissue', 'cell_component', 'assay', 'development_stage', 'disease'] as const),
] as const;

/** Those that are soundly written, whatever else is still missing; those of fields that do not apply are left out. */
export function identifiersOf(metadata: unknown): readonly Identifier[] {
  const found: Identifier[] = [];
  for (const identifier of ofDeposition(draftOf(metadata))) {
    if (found.length === MOST) break;
    found.push(identifier);
  }
  return found;
}

function* ofDeposition(deposition: Draft): Iterable<Identifier> {
  yield* ofAuthors(own(deposition, 'authors'), ['authors']);
  yield* ofReferences(own(deposition, 'cross_references'), ['cross_references']);
  for (const [key, value] of entriesOf(own(deposition, 'datasets'))) {
    const at = ['datasets', key];
    const dataset = draftOf(value);
    for (const field of ['authors', 'tilt_series_authors']) yield* ofAuthors(own(dataset, field), [...at, field]);
    yield* ofReferences(own(dataset, 'cross_references'), [...at, 'cross_references']);
    yield* ofSample(dataset, at);
    for (const [name, annotation] of entriesOf(own(dataset, 'annotations')))
      yield* ofAnnotation(draftOf(annotation), [...at, 'annotations', name]);
  }
}

function* ofAuthors(authors: unknown, at: Path): Iterable<Identifier> {
  for (const [i, author] of listOf(authors).entries()) {
    const { orcid, name } = draftOf(author);
    const parsed = Orcid.safeParse(orcid);
    if (parsed.success) yield written('ORCID', parsed.data, [...at, i, 'orcid'], name);
  }
}

/** The case of a DOI tells nothing. */
function* ofReferences(references: unknown, at: Path): Iterable<Identifier> {
  for (const [i, reference] of listOf(references).entries()) {
    const pasted = typeof reference === 'string' ? reference : textOf(draftOf(reference).value);
    const found = pasted === null ? null : recognised(pasted);
    if (found === null) continue;
    const value = found.kind === 'DOI' ? found.value.toLowerCase() : found.value;
    yield written(found.kind, value, typeof reference === 'string' ? [...at, i] : [...at, i, 'value'], null);
  }
}

function* ofSample(dataset: Draft, at: Path): Iterable<Identifier> {
  for (const field of SAMPLE_TERMS) {
    const { id, name } = draftOf(own(dataset, field));
    if (applies(field, own(dataset, 'sample_type'))) yield* ofTerm(id, name, [...at, field, 'id']);
  }
  const { taxonomy_id: taxon, name, not_applicable: excuse } = draftOf(own(dataset, 'organism'));
  const number = numberIn(taxon);
  if (number !== null && Number.isSafeInteger(number) && number > 0 && !isFilled(excuse))
    yield written('NCBITaxon', `NCBITaxon:${number}`, [...at, 'organism', 'taxonomy_id'], name);
}

function* ofAnnotation(annotation: Draft, at: Path): Iterable<Identifier> {
  yield* ofAuthors(own(annotation, 'authors'), [...at, 'authors']);
  yield* ofReferences(own(annotation, 'cross_references'), [...at, 'cross_references']);
  yield* ofTerm(own(annotation, 'object_id'), own(annotation, 'object_name'), [...at, 'object_id']);
}

function* ofTerm(id: unknown, name: unknown, at: Path): Iterable<Identifier> {
  const text = textOf(id);
  const term = text === null ? null : termOf(text, TERMS);
  const kind = TERMS.find((each) => each === term?.ontology);
  if (term && kind) yield written(kind, term.id, at, name);
}

/** A value that the type of the sample makes void is kept, and means nothing. */
function applies(field: (typeof SAMPLE_TERMS)[number], sampleType: unknown): boolean {
  const appliesTo: readonly unknown[] | undefined =
    field in CONDITIONAL ? CONDITIONAL[field as keyof typeof CONDITIONAL].appliesTo : undefined;
  return appliesTo === undefined || !isFilled(sampleType) || appliesTo.includes(sampleType);
}

const written = (kind: IdentifierKind, value: string, at: Path, name: unknown): Identifier => ({
  ...{ kind, value, pointer: pointerOf(at) },
  name: textOf(name)?.replaceAll(/\s+/g, ' ').slice(0, MOST_NAME) ?? null,
});
