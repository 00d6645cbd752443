import { describe, expect, it } from 'vitest';
import { EDITIONS } from '../schemas/editions.js';
import type { Schema } from '../schemas/schema.js';
import { referenceFor } from './open-reference.js';
import { STARTER_TERMS, starterReference } from './starter.js';

const starter = starterReference('7.0.0');

/** Every term that something is judged to be below of. */
function rootsOf({ organism, terms, suspension, rawCounts, spatial, conditions }: Schema): string[] {
  const clauses = [organism, ...Object.values(terms).flatMap((column) => column.clauses)];
  return [
    ...clauses.flatMap(({ below, forbidBelow }) => [...below, ...forbidBelow]),
    ...suspension.rows.flatMap(({ within }) => within),
    ...rawCounts.ifWithinAll,
    ...rawCounts.unlessWithin,
    spatial.visium,
    ...(conditions?.kinds ?? []).flatMap(({ within }) => within ?? []),
  ];
}

describe('the starter set', () => {
  it('stands in where nothing is installed', () => {
    expect(referenceFor('7.0.0', '/nowhere/at/all')).toMatchObject({ origin: 'starter', schema: '7.0.0' });
  });

  it.each(EDITIONS.map((edition) => [edition.version, edition] as const))(
    'has all roots of its ontologies that schema %s names, or could deny what is so',
    (_, edition) => {
      const lacking = rootsOf(edition).filter((root) => starter.ontologyOf(root)?.term(root) === null);

      expect(lacking).toEqual([]);
    },
  );

  it('has the ancestors right of what it has', () => {
    const below = (id: string, root: string) => starter.ontologyOf(id)?.isBelow(id, root);

    expect(below('EFO:0009922', 'EFO:0002772')).toBe(false);
    expect(below('EFO:0009922', 'EFO:0010183')).toBe(true);
    expect(below('EFO:0022860', 'EFO:0010961')).toBe(true);
    expect(below('EFO:0030059', 'EFO:0007045')).toBe(true);
    expect(below('CL:0000583', 'CL:0000000')).toBe(true);
    expect([...(starter.ontology('CL')?.ancestors('CL:0000084') ?? [])].sort()).toEqual([
      'CL:0000000',
      'CL:0000255',
      'CL:0000542',
      'CL:0000738',
    ]);
  });

  it('leaves open whether an id that it lacks is a term, unless it looks like none', () => {
    expect(starter.ontology('CL')).toMatchObject({ isWhole: false });
    const may = ['CL:0000583', 'CL:4023077', 'CVCL_B0T9', 'HANCESTRO:0010', 'NCBITaxon:10091', 'NCBITaxon:1758'];
    const mayNot = ['CL:12', 'CL:00000001', 'CVCL:B0T9', 'HANCESTRO:00101', 'NCBITaxon:mouse', 'NCBITaxon:0'];

    expect(may.filter((id) => !starter.ontologyOf(id)?.mayHave(id))).toEqual([]);
    expect(mayNot.filter((id) => starter.ontologyOf(id)?.mayHave(id))).toEqual([]);
    expect(starter.ontology('ZFA')).toBeNull();
  });

  it('has some genes and leaves others open', () => {
    expect(starter.genes.gene('ENSG00000167286')).toEqual({
      ...{ id: 'ENSG00000167286', name: 'CD3D', organism: 'NCBITaxon:9606', length: 794, type: 'protein_coding' },
    });
    expect(starter.genes).toMatchObject({ isWhole: false, organisms: [] });
    expect(starter.genes.gene('ENSG00000000003')).toBeNull();
  });

  it('suggests from what it has', () => {
    expect(starter.ontology('CL')?.nearest('t-cell', 1)).toMatchObject([{ id: 'CL:0000084', label: 'T cell' }]);
  });

  it('has no term twice', () => {
    for (const [name, rows] of Object.entries(STARTER_TERMS)) {
      expect([name, new Set(rows.map(([id]) => id)).size]).toEqual([name, rows.length]);
    }
  });
});

describe('the organisms', () => {
  const taxa = starter.ontology('NCBITaxon');

  it('are those of the schema and what is known to be below them', () => {
    const { organism } = EDITIONS[0] ?? { organism: null };

    expect(organism?.allow.filter((id) => !taxa?.term(id))).toEqual([]);
    expect(taxa?.isBelow('NCBITaxon:947985', 'NCBITaxon:10090')).toBe(true);
    expect(taxa?.isBelow('NCBITaxon:35531', 'NCBITaxon:10090')).toBe(true);
    expect(taxa?.isBelow('NCBITaxon:9615', 'NCBITaxon:10090')).toBe(false);
  });

  it('are not whole: another number may be one below an organism of the schema', () => {
    expect(taxa).toMatchObject({ isWhole: false });
    expect([taxa?.term('NCBITaxon:116058'), taxa?.mayHave('NCBITaxon:116058')]).toEqual([null, true]);
  });
});
