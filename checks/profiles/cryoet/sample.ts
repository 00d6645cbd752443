/** What was looked at? The sample, its organism, and what is asked for by its type alone. */
import { Text } from '../terms.js';
import { draftOf, type Fault, isFilled, own } from './drafts.js';
import { choice, count, parts, words } from './fields.js';
import { Term } from './ontologies.js';

export const SAMPLE_TYPES = [
  ...(['cell', 'tissue', 'organism', 'organoid', 'organelle'] as const),
  ...(['virus', 'in_vitro', 'in_silico', 'other'] as const),
] as const;
export type SampleType = (typeof SAMPLE_TYPES)[number];

const CELL_KINDS = ['cell_line', 'primary_cell_culture'] as const;

/** Which types a group of fields is for, and of which of them it is asked. */
export const CONDITIONAL = {
  cell_kind: { appliesTo: ['cell'], requiredOf: [] },
  cell_type: { appliesTo: ['cell'], requiredOf: ['cell'] },
  cell_strain: { appliesTo: ['cell'], requiredOf: ['cell'] },
  tissue: { appliesTo: ['tissue', 'organoid', 'organism'], requiredOf: ['tissue', 'organoid'] },
  cell_component: { appliesTo: ['organelle', 'virus'], requiredOf: ['organelle'] },
} as const satisfies Readonly<
  Record<string, { readonly appliesTo: readonly SampleType[]; readonly requiredOf: readonly SampleType[] }>
>;
export type Conditional = keyof typeof CONDITIONAL;

/** Samples that need not come from an organism. */
const WITHOUT_ORGANISM: ReadonlySet<unknown> = new Set(['in_vitro', 'in_silico']);

const of = (field: Conditional) => ({
  appliesTo: CONDITIONAL[field].appliesTo,
  requiredOf: CONDITIONAL[field].requiredOf,
});

const CELLS = ['CL', 'WBbt', 'ZFA', 'FBbt', 'UBERON'] as const;
const TISSUES = ['UBERON', 'BTO', 'CL', 'WBbt', 'ZFA', 'FBbt'] as const;

export const sampleFields = {
  sample_type: choice(SAMPLE_TYPES, { title: 'Sample type', description: 'What the sample is.' }),
  cell_kind: choice(CELL_KINDS, {
    title: 'Kind of cells',
    description: 'The portal tells cell lines from primary cultures.',
    ...of('cell_kind'),
  }).optional(),
  cell_type: Term(CELLS, {
    title: 'Cell type',
    description: 'Asked for where the sample is a cell.',
    ...of('cell_type'),
  }).optional(),
  cell_strain: Term(
    ['CVCL', 'NCBITaxon', 'WBStrain', 'CC'],
    {
      title: 'Strain or cell line',
      description: 'Asked for where the sample is a cell; its identifier may be unknown.',
      ...of('cell_strain'),
    },
    { orUnknown: true },
  ).optional(),
  tissue: Term(TISSUES, {
    title: 'Tissue',
    description: 'Asked for where the sample is a tissue.',
    ...of('tissue'),
  }).optional(),
  cell_component: Term(['GO'], {
    title: 'Component of the cell',
    description: 'Asked for where the sample is an organelle; a term of GO under cellular component.',
    ...of('cell_component'),
  }).optional(),
  organism: parts(
    {
      name: Text(300).optional().meta({ title: 'Name', description: 'Scientific, as in the taxonomy of NCBI.' }),
      taxonomy_id: count(1, 2_147_483_647, {
        title: 'Taxonomy id',
        description: 'The number of the taxon at NCBI: 9606.',
      }).optional(),
      not_applicable: words(500, {
        title: 'Why there is no organism',
        description: 'For samples in vitro and in silico alone.',
      }).optional(),
    },
    { title: 'Organism', description: 'From which the sample comes.' },
  ),
  assay: Term(['EFO'], { title: 'Assay', description: 'As the portal keeps it: EFO:0002909.' }).optional(),
  development_stage: Term(
    ['HsapDv', 'MmusDv', 'WBls', 'ZFS', 'FBdv', 'UBERON'],
    { title: 'Stage of development', description: 'Where it is known.' },
    { orUnknown: true },
  ).optional(),
  disease: Term(['MONDO', 'PATO'], {
    title: 'Disease',
    description: 'PATO:0000461 is normal.',
  }).optional(),
};

/** The portal's words for kinds of cells are taken as sample types too. */
export function withCellKind(value: unknown): unknown {
  const draft = draftOf(value);
  const kind = CELL_KINDS.find((each) => each === own(draft, 'sample_type'));
  return kind ? { ...draft, sample_type: 'cell', cell_kind: kind } : value;
}

/** What the type of the sample asks for. */
export function* faultsOfSample(value: unknown): Iterable<Fault> {
  const draft = draftOf(value);
  const type = own(draft, 'sample_type');
  for (const [field, { requiredOf }] of Object.entries(CONDITIONAL)) {
    if ((requiredOf as readonly unknown[]).includes(type) && !isFilled(own(draft, field)))
      yield [[field], `is missing: the sample type is ${String(type)}`];
  }
  const organism = draftOf(own(draft, 'organism'));
  const isExcused = isFilled(organism.not_applicable);
  if (!isFilled(own(draft, 'organism'))) return;
  if (isExcused && !WITHOUT_ORGANISM.has(type))
    yield [['organism', 'not_applicable'], 'only a sample in_vitro or in_silico may be without an organism'];
  if (isExcused) return;
  if (!isFilled(organism.name)) yield [['organism', 'name'], 'is missing: expected the scientific name'];
  if (!isFilled(organism.taxonomy_id))
    yield [['organism', 'taxonomy_id'], 'is missing: expected the number of the taxon at NCBI'];
}
