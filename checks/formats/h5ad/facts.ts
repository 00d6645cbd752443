/** What is there to know about the data set, for people and for search? */
import type { Pen } from '../../check.js';
import type { DatasetFacts } from '../../profiles/dataset-facts.js';
import { type Column, lengthOf } from '../../readers/anndata.js';
import { groupsOf, valuesOf } from '../../readers/columns.js';
import { unsAt } from '../../readers/uns.js';
import type { Reference } from '../../reference/reference.js';
import type { H5ad } from './h5ad.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

type FactsPen = Pen<keyof typeof FILE_RULES>;

/** Of each list, as many are told; the rest are counted. */
const MOST_VALUES = 200;
/** More different values than this are not even counted. */
const MOST_COUNTED = 10_000;
const LONGEST_TEXT = 2_000;
const LONGEST_VALUE = 200;

const TISSUE = 'tissue_ontology_term_id';
/** Facts that are terms, and the columns of obs that they lie in. */
const TERMS = {
  assay: 'assay_ontology_term_id',
  disease: 'disease_ontology_term_id',
  sex: 'sex_ontology_term_id',
  selfReportedEthnicity: 'self_reported_ethnicity_ontology_term_id',
  developmentStage: 'development_stage_ontology_term_id',
  cellType: 'cell_type_ontology_term_id',
} as const satisfies Partial<Record<keyof DatasetFacts, string>>;

/** Each by itself: what cannot be read of one leaves the others. */
const LEARNERS: readonly ((h5ad: H5ad) => Generator<DatasetFacts>)[] = [
  learnSizes,
  learnFromUns,
  learnSpatial,
  learnPrimary,
  learnTissues,
  learnNames,
  ...Object.entries(TERMS).map(
    ([fact, column]) =>
      (h5ad: H5ad) =>
        learnTerms(h5ad, fact as keyof typeof TERMS, column),
  ),
];

export function* learnFacts(h5ad: H5ad, pen: FactsPen): Saying {
  const leftOut: Record<string, number> = {};
  for (const learner of LEARNERS) {
    yield* guarded(pen, learn(learner(h5ad), leftOut, pen));
  }
  yield pen.learn({ leftOut } satisfies DatasetFacts);
}

function* learn(learner: Generator<DatasetFacts>, leftOut: Record<string, number>, pen: FactsPen): Saying {
  const bounded = ([name, value]: [string, unknown]): [string, unknown] => {
    if (!Array.isArray(value) || value.length <= MOST_VALUES) return [name, value];
    leftOut[name] = value.length - MOST_VALUES;
    return [name, value.slice(0, MOST_VALUES)];
  };
  for (const facts of learner) yield pen.learn(Object.fromEntries(Object.entries(facts).map(bounded)));
}

function* learnSizes({ anndata: { obs, var: genes, embeddings } }: H5ad): Generator<DatasetFacts> {
  yield {
    cellCount: obs?.index ? lengthOf(obs.index) : null,
    featureCount: genes?.index ? lengthOf(genes.index) : null,
    obsColumns: obs ? [...obs.columns.keys()].map(shortened) : null,
    embeddings: embeddings.map(shortened),
  };
}

function* learnFromUns({ hdf5, anndata: { uns }, reference }: H5ad): Generator<DatasetFacts> {
  const text = (name: string): string | null => {
    const value = unsAt(hdf5, name);
    return value?.kind === 'string' ? value.text.slice(0, LONGEST_TEXT) : null;
  };
  const id = uns.organism_ontology_term_id?.slice(0, LONGEST_VALUE) ?? null;
  yield {
    title: text('title'),
    schemaVersion: text('schema_version'),
    citation: text('citation'),
    organism: id === null ? null : { id, label: labelOf(reference, id) },
    defaultEmbedding: text('default_embedding'),
    xApproximateDistribution: text('X_approximate_distribution'),
  };

  const batches = unsAt(hdf5, 'batch_condition');
  const [length = 0, ...more] = batches?.kind === 'array' ? batches.shape : [];
  const isList = batches?.kind === 'array' && batches.values.text !== null && more.length === 0;
  const names = isList ? hdf5.strings(batches.values, [0, Math.min(length, MOST_COUNTED)]) : null;
  yield { batchCondition: names?.map(shortened) ?? null };
}

function* learnSpatial({ hdf5, isSingle }: H5ad): Generator<DatasetFacts> {
  const spatial = unsAt(hdf5, 'spatial');
  if (spatial?.kind !== 'dict') return yield { spatial: null };
  const libraries = [...spatial.entries.keys()].filter((name) => name !== 'is_single').slice(0, MOST_VALUES);
  const hasFullres = libraries.some((library) => unsAt(hdf5, 'spatial', library, 'images', 'fullres') !== null);
  yield { spatial: { isSingle, hasFullres } };
}

const TRUE: readonly string[] = ['1', 'True', 'true'];

function* learnPrimary(h5ad: H5ad): Generator<DatasetFacts> {
  const column = columnIn(h5ad, 'is_primary_data');
  if (!column) return yield { isPrimaryData: null, primaryCellCount: null };
  let [primary, others] = [0, 0];
  for (const [text, cells] of valuesOf(h5ad.hdf5, column, MOST_VALUES)) {
    if (TRUE.includes(text)) primary += cells;
    else others += cells;
  }
  yield {
    isPrimaryData: [...(primary > 0 ? [true] : []), ...(others > 0 ? [false] : [])],
    primaryCellCount: primary,
  };
}

function* learnTissues(h5ad: H5ad): Generator<DatasetFacts> {
  const [tissues, types] = [columnIn(h5ad, TISSUE), columnIn(h5ad, 'tissue_type')];
  if (!tissues) return yield { tissue: null };
  const isTyped = types !== null && lengthOf(types) === lengthOf(tissues);
  const groups = groupsOf(h5ad.hdf5, isTyped ? [tissues, types] : [tissues]);
  const tissue = groups.flatMap(({ values: [id, type = null], count: cells }) =>
    typeof id === 'string' ? [{ id, type, cells }] : [],
  );
  yield {
    tissue: labelled(
      h5ad.reference,
      tissue.map((one) => ({ ...one, type: one.type && shortened(one.type) })),
    ),
  };
}

function* learnTerms(h5ad: H5ad, fact: keyof typeof TERMS, name: string): Generator<DatasetFacts> {
  const column = columnIn(h5ad, name);
  if (!column) return yield { [fact]: null };
  const delimiter = h5ad.schema.terms[name]?.clauses.find(({ multi }) => multi)?.multi?.delimiter;
  const counts = new Map<string, number>();
  for (const [value, cells] of valuesOf(h5ad.hdf5, column, MOST_COUNTED)) {
    const parts = delimiter === undefined ? [value] : new Set(value.split(delimiter));
    for (const id of parts) counts.set(id, (counts.get(id) ?? 0) + cells);
  }
  yield {
    [fact]: labelled(
      h5ad.reference,
      [...counts].map(([id, cells]) => ({ id, cells })),
    ),
  };
}

function* learnNames(h5ad: H5ad): Generator<DatasetFacts> {
  const valuesIn = (name: string) => {
    const column = columnIn(h5ad, name);
    return column && [...valuesOf(h5ad.hdf5, column, MOST_COUNTED).keys()].map(shortened).sort();
  };
  yield { suspensionType: valuesIn('suspension_type') };
  const donors = valuesIn('donor_id');
  yield { donors, donorCount: donors?.length ?? null };
}

/** The column, if there is one that can be read. */
function columnIn({ anndata }: H5ad, name: string): Column | null {
  const column = anndata.obs?.columns.get(name);
  return column && column.kind !== 'closed' ? column : null;
}

/** Most cells first; labels for those that will be told. */
function labelled<One extends { readonly id: string; readonly cells: number }>(
  reference: Reference,
  all: readonly One[],
) {
  const sorted = [...all].sort((a, b) => b.cells - a.cells || (a.id < b.id ? -1 : 1));
  return sorted.map((one, i) => ({
    ...one,
    id: shortened(one.id),
    label: i < MOST_VALUES ? labelOf(reference, one.id) : null,
  }));
}

/** As the system writes it; `unknown` and `na` are their own labels. */
function labelOf(reference: Reference, id: string): string | null {
  if (id === 'unknown' || id === 'na') return id;
  return reference.ontologyOf(id)?.term(id)?.label ?? null;
}

const shortened = (text: string): string => text.slice(0, LONGEST_VALUE);
