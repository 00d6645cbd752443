import { describe, expect, it } from 'vitest';
import { annotationsExample, datasetExample } from './examples.js';
import { identifiersOf } from './identifiers.js';

const ORCID = { kind: 'ORCID', value: '0000-0002-1825-0097', name: 'Josiah Carberry' };
const DOI = { kind: 'DOI', value: '10.1038/s41586-020-2649-2', name: null };

const one = (dataset: object) => identifiersOf({ datasets: { a: dataset } });

describe('the identifiers of metadata', () => {
  it('are those of people, publications, entries, terms and taxa, each where it stands', () => {
    const ribosomes = '/datasets/yeast/annotations/ribosomes';

    expect(identifiersOf(datasetExample)).toEqual([
      { ...ORCID, pointer: '/authors/0/orcid' },
      { ...DOI, pointer: '/cross_references/0/value' },
      { kind: 'EMPIAR', value: 'EMPIAR-10001', pointer: '/cross_references/1/value', name: null },
      { kind: 'CL', value: 'CL:0000521', pointer: '/datasets/yeast/cell_type/id', name: 'fungal cell' },
      {
        ...{ kind: 'NCBITaxon', value: 'NCBITaxon:559292', pointer: '/datasets/yeast/cell_strain/id' },
        name: 'Saccharomyces cerevisiae S288C',
      },
      {
        ...{ kind: 'NCBITaxon', value: 'NCBITaxon:4932', pointer: '/datasets/yeast/organism/taxonomy_id' },
        name: 'Saccharomyces cerevisiae',
      },
      { ...ORCID, pointer: `${ribosomes}/authors/0/orcid` },
      { ...DOI, pointer: `${ribosomes}/cross_references/0/value` },
      { kind: 'GO', value: 'GO:0022626', pointer: `${ribosomes}/object_id`, name: 'cytosolic ribosome' },
    ]);
  });

  it('are found in depositions of annotations alone', () => {
    const pointers = identifiersOf(annotationsExample).map(({ pointer }) => pointer);

    expect(pointers).toContain('/datasets/yeast/annotations/ribosomes/object_id');
  });

  it.each([
    ['0000-0002-1825-0097', { authors: [{ orcid: 'https://orcid.org/0000-0002-1825-0097' }] }],
    ['10.1038/s41586-020-2649-2', { cross_references: ['https://doi.org/10.1038/S41586-020-2649-2'] }],
    ['EMD-1234', { cross_references: [{ kind: 'EMDB', value: 'https://www.ebi.ac.uk/emdb/EMD-1234' }] }],
    ['PDB-1ABC', { cross_references: ['https://www.rcsb.org/structure/1abc'] }],
    [
      'UniProtKB:P0A7V0',
      { datasets: { a: { annotations: { b: { object_id: 'https://www.uniprot.org/uniprotkb/P0A7V0' } } } } },
    ],
    ['GO:0005840', { datasets: { a: { cell_component: { id: 'http://purl.obolibrary.org/obo/GO_0005840' } } } }],
  ])('are in their one form, however they were pasted: %s', (value, metadata) => {
    expect(identifiersOf(metadata).map((identifier) => identifier.value)).toEqual([value]);
  });

  it('of a field that the type of the sample makes void are left out', () => {
    const component = { cell_component: { id: 'GO:0005840', name: 'ribosome' } };

    expect(one({ sample_type: 'organelle', ...component })).toMatchObject([{ kind: 'GO', value: 'GO:0005840' }]);
    expect(one({ sample_type: 'tissue', ...component })).toEqual([]);
    expect(one(component)).toHaveLength(1);
  });

  it('that are not soundly written, or that nobody can be asked about, are none', () => {
    expect(identifiersOf({ authors: [{ orcid: '0000-0002-1825-0098' }, { orcid: 7 }, null] })).toEqual([]);
    expect(identifiersOf({ cross_references: ['soon', { value: 'EMPIAR-1' }, 7] })).toEqual([]);
    expect(one({ cell_strain: { id: 'CC-1690' }, cell_type: { id: 'unknown' } })).toEqual([]);
    expect(one({ organism: { taxonomy_id: 1.5 } })).toEqual([]);
  });

  it.each([null, undefined, 'text', 7, [], { authors: {} }, { datasets: [1] }, { datasets: { a: null } }])(
    'of %j are none, and it is no fault of ours',
    (metadata) => {
      expect(identifiersOf(metadata)).toEqual([]);
    },
  );

  it('are bounded, whatever is sent', () => {
    const authors = Array.from({ length: 20_000 }, () => ({ orcid: '0000-0002-1825-0097' }));

    expect(identifiersOf({ authors })).toHaveLength(10_000);
  });
});
