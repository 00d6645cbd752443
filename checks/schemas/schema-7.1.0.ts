/**
 * What does schema 7.1.0 say? It is a draft: 7.0.0 with perturbations and experimental conditions, by newer ontologies.
 *
 * What newer ontologies alone change: EFO 3.90 has neither 10x Xenium (EFO:0022615) nor Vizgen MERSCOPE (EFO:0022956)
 * below a root of assays, so that they are no assays of this edition; Visium HD (EFO:0920058) is below Visium, so that
 * the rules for Visium hold for it; UBERON:0000001 is a term.
 */
import type { Schema } from './schema.js';
import { SCHEMA_7_0_0 } from './schema-7.0.0.js';

const { reserved } = SCHEMA_7_0_0;

export const SCHEMA_7_1_0: Schema = {
  ...SCHEMA_7_0_0,
  version: '7.1.0',
  address: 'https://github.com/chanzuckerberg/single-cell-curation/blob/main/schema/7.1.0/schema.md',

  reserved: {
    ...reserved,
    obs: [...reserved.obs, 'experimental_condition', 'perturbation_types'],
    uns: [...reserved.uns, 'is_pre_analysis'],
  },

  perturbations: {
    organisms: ['NCBITaxon:7955', 'NCBITaxon:9606', 'NCBITaxon:10090'],
    columns: { id: 'genetic_perturbation_id', strategy: 'genetic_perturbation_strategy' },
    key: 'genetic_perturbations',
    delimiter: ' || ',
    strategies: [
      'control',
      'CRISPR activation screen',
      'CRISPR interference screen',
      'CRISPR knockout mutant',
      'CRISPR knockout screen',
      'no perturbations',
    ],
    unperturbed: 'no perturbations',
    none: 'na',
    // The draft's text lets some cells be "na"; its validator refuses any, and what it refuses is not published.
    mayLackGuides: 'none',
    control: 'control',
    guide: {
      role: { expected: '"control" or "targeting"', pattern: /^(control|targeting)$/ },
      protospacer_sequence: { expected: '14 to 22 letters of A, C, G and T', pattern: /^[ACGT]{14,22}$/ },
      protospacer_adjacent_motif: {
        expected: '"3\' " and letters for nucleotides, as in "3\' NGG"',
        pattern: /^3' [ABCDGHKMNRSTVWY]+$/,
      },
    },
    notInIds: /[\s/,'"]/,
    derived: ['derived_genomic_regions', 'derived_features'],
  },

  conditions: {
    column: 'experimental_condition_ontology_term_id',
    label: 'experimental_condition',
    delimiter: ' || ',
    none: 'na',
    kinds: [
      { pattern: /^CHEBI:(\d+)$/, name: 'a chemical of CHEBI', ontology: 'CHEBI', prefix: 'CHEBI:', within: null },
      {
        pattern: /^(?:anti-)?uniprot:([A-Z][A-Z0-9]{5}(?:[A-Z0-9]{4})?)$/,
        ...{ name: 'a protein of UniProt', ontology: 'UniProt', prefix: 'uniprot:', within: null },
      },
      {
        pattern: /^EFO:(0001702)$/,
        ...{ name: 'the temperature (EFO:0001702)', ontology: 'EFO', prefix: 'EFO:', within: ['EFO:0001702'] },
      },
      {
        pattern: /^EFO:(\d+)$/,
        ...{ name: 'a diet of EFO (EFO:0002755 or below)', ontology: 'EFO', prefix: 'EFO:', within: ['EFO:0002755'] },
      },
    ],
  },
};
