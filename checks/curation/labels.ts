/**
 * What does the system write into a file that is valid? Labels beside the ids of terms, a join id for each cell, what is
 * known of each gene, and by which schema it was checked: section 3.12 of the single-cell specification. Categories that no
 * cell has are left out; matrices are not touched.
 */
import type { H5ad } from '../formats/h5ad/h5ad.js';
import { type Column, type Frame, lengthOf } from '../readers/anndata.js';
import { categoriesOf } from '../readers/column-values.js';
import { textsOf, useOf } from '../readers/columns.js';
import type { Hdf5 } from '../readers/hdf5.js';
import type { Gene, Reference } from '../reference/reference.js';
import type { TermColumn } from '../schemas/schema.js';
import type { Edit, NewColumn, NewColumns } from '../writers/anndata-edit.js';
import { categorical, codedOf } from './coded.js';
import { joinIds } from './join-ids.js';

/** The reference data here do not have what is to be written. */
export class LabelUnknown extends Error {
  constructor(id: string, where: string) {
    super(
      `What ${id} in ${where} is called is not known here. Install the reference data of the schema: ` +
        '`accession reference install`.',
    );
    this.name = 'LabelUnknown';
  }
}

/** Values that stand for themselves. */
const NO_TERMS: readonly string[] = ['unknown', 'na'];
const DELIMITER = ' || ';
const SPIKE_IN = /^ERCC/;

/**
 * The edit that labels a file.
 * @param citation what uns.citation is to say; null writes none
 * @throws LabelUnknown
 */
export async function labelsOf(h5ad: H5ad, citation: string | null): Promise<Edit> {
  const { anndata, organism, reference, schema } = h5ad;
  const { obs, var: genes, rawVar } = anndata;
  if (!obs?.index || !genes?.index) throw new Error('There is no obs or var to label: the check would have said so.');

  const idle = idleIn(h5ad, obs);
  const cells = new Map([...termLabels(h5ad, obs), ['observation_joinid', await joinIdsOf(h5ad, obs.index)], ...idle]);
  const frames: NewColumns[] = [
    { frame: '/obs', columns: cells, order: obs.names },
    { frame: '/var', columns: geneColumns(h5ad, genes), order: genes.names },
    ...(rawVar?.index ? [{ frame: '/raw/var', columns: geneColumns(h5ad, rawVar), order: rawVar.names }] : []),
  ];
  const uns = new Map([
    ...(organism ? [['organism', labelOf(reference, organism, '/uns/organism_ontology_term_id')] as const] : []),
    ['schema_version', schema.version],
    ['schema_reference', schema.address],
    ...(citation === null ? [] : [['citation', citation] as const]),
  ]);
  return { frames, uns, renamed: new Map(), replaced: [...idle.keys()].map((name) => `/obs/${name}`) };
}

function termLabels({ hdf5, schema, reference }: H5ad, { columns }: Frame): ReadonlyMap<string, NewColumn> {
  const labels = new Map<string, NewColumn>();
  for (const [name, { label }] of Object.entries<TermColumn>(schema.terms)) {
    const column = columns.get(name);
    if (!column || column.kind === 'closed') continue;
    labels.set(
      label,
      categorical(codedOf(hdf5, column), (value) => labelOf(reference, value, column.path)),
    );
  }
  return labels;
}

/** Of several terms in one value: their labels in the same order. */
function labelOf(reference: Reference, value: string, where: string): string {
  if (NO_TERMS.includes(value)) return value;
  return value
    .split(DELIMITER)
    .map((id) => {
      const term = reference.ontologyOf(id)?.term(id);
      if (!term) throw new LabelUnknown(id, where);
      return term.label;
    })
    .join(DELIMITER);
}

async function joinIdsOf({ hdf5 }: H5ad, index: Column): Promise<NewColumn> {
  const joinId = await joinIds();
  const values: string[] = [];
  for (const slice of textsOf(hdf5, index)) for (const name of slice.values) values.push(joinId(name ?? ''));
  return { kind: 'strings', values };
}

function geneColumns({ hdf5, reference }: H5ad, { index, path }: Frame): ReadonlyMap<string, NewColumn> {
  if (!index) return new Map();
  const ids = codedOf(hdf5, index);
  const genes = ids.values.map((id): Gene => {
    const gene = reference.genes.gene(id);
    if (!gene) throw new LabelUnknown(id, path);
    return gene;
  });
  const told = (tell: (gene: Gene) => string): NewColumn => {
    const texts = new Map(genes.map((gene) => [gene.id, tell(gene)]));
    return categorical(ids, (id) => texts.get(id) ?? '');
  };
  const lengths = new Int32Array(lengthOf(index));
  ids.codes.forEach((code, row) => {
    lengths[row] = genes[code]?.length ?? 0;
  });
  return new Map([
    ['feature_name', told(({ name }) => name)],
    ['feature_reference', told(({ organism }) => organism)],
    ['feature_biotype', told(({ id }) => (SPIKE_IN.test(id) ? 'spike-in' : 'gene'))],
    ['feature_length', { kind: 'integers', values: lengths }],
    ['feature_type', told(({ type }) => type)],
  ]);
}

/** Columns that have categories without a cell, with those that have. */
function idleIn({ hdf5 }: H5ad, { columns }: Frame): ReadonlyMap<string, NewColumn> {
  const idle = new Map<string, NewColumn>();
  for (const [name, column] of columns) {
    // Categories that are numbers stay as they are.
    if (column.kind !== 'categorical' || !column.categories.text || useOf(hdf5, column).idle === 0) continue;
    idle.set(name, withoutIdle(hdf5, column, name));
  }
  return idle;
}

/** In the order in which they were: colours in uns go by it, and so may the values. */
function withoutIdle(hdf5: Hdf5, column: Column & { kind: 'categorical' }, name: string): NewColumn {
  const { values, codes } = codedOf(hdf5, column);
  const used = new Set(values);
  const categories = [...new Set(categoriesOf(hdf5, column.categories))].filter((category) => used.has(category));
  const places = new Map(categories.map((category, i) => [category, i]));
  const numbers = values.map((value) => places.get(value) ?? -1);
  const isOrdered = isOrderedIn(hdf5, name);
  return { kind: 'categorical', categories, codes: codes.map((code) => numbers[code] ?? -1), isOrdered };
}

function isOrderedIn(hdf5: Hdf5, name: string): boolean {
  const obs = hdf5.root.children.get('obs');
  const column = obs?.kind === 'group' ? obs.children.get(name) : undefined;
  const ordered = column?.kind === 'group' ? hdf5.attribute(column, 'ordered') : null;
  return typeof ordered === 'object' && ordered?.[0] === 1;
}
