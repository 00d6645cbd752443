/** What does schema 7.0.0 say? Terms as the reference validator of that edition has them, names and numbers. */
import { clause, only, type Schema } from './schema.js';

export const SCHEMA_7_0_0: Schema = {
  version: '7.0.0',
  address: 'https://github.com/chanzuckerberg/single-cell-curation/blob/main/schema/7.0.0/schema.md',
  prefixAliases: { ZFS: 'ZFA', AfPO: 'HANCESTRO' },

  organism: clause({
    ontologies: ['NCBITaxon'],
    allow: [
      'NCBITaxon:9606',
      'NCBITaxon:10090',
      'NCBITaxon:7227',
      'NCBITaxon:7955',
      'NCBITaxon:6239',
      'NCBITaxon:9541',
      'NCBITaxon:9986',
      'NCBITaxon:9483',
      'NCBITaxon:9595',
      'NCBITaxon:9544',
      'NCBITaxon:9598',
      'NCBITaxon:9823',
      'NCBITaxon:30608',
      'NCBITaxon:10116',
    ],
    below: [
      'NCBITaxon:9541',
      'NCBITaxon:9544',
      'NCBITaxon:10090',
      'NCBITaxon:9986',
      'NCBITaxon:9598',
      'NCBITaxon:10116',
      'NCBITaxon:9823',
    ],
    forbid: ['NCBITaxon:2697049', 'NCBITaxon:32630'],
  }),

  terms: {
    cell_type_ontology_term_id: {
      label: 'cell_type',
      isRequired: true,
      clauses: [
        clause({
          when: { tissueType: ['cell line'] },
          ontologies: ['CL', 'ZFA', 'FBbt', 'WBbt'],
          exceptions: ['unknown', 'na'],
          allow: ['CL:0000000'],
          below: ['ZFA:0009000', 'FBbt:00007002', 'WBbt:0004017', 'CL:0000000'],
          forbid: ['CL:0000255', 'CL:0000257', 'CL:0000548', 'WBbt:0006803'],
          forbidBelow: ['WBbt:0006803'],
        }),
        clause({
          ontologies: ['CL', 'ZFA', 'FBbt', 'WBbt'],
          exceptions: ['unknown'],
          allow: ['CL:0000000'],
          below: ['ZFA:0009000', 'FBbt:00007002', 'WBbt:0004017', 'CL:0000000'],
          forbid: ['CL:0000255', 'CL:0000257', 'CL:0000548', 'WBbt:0006803'],
          forbidBelow: ['WBbt:0006803'],
        }),
      ],
    },
    assay_ontology_term_id: {
      label: 'assay',
      isRequired: true,
      clauses: [clause({ ontologies: ['EFO'], below: ['EFO:0002772', 'EFO:0010183'] })],
    },
    disease_ontology_term_id: {
      label: 'disease',
      isRequired: true,
      clauses: [
        clause({
          ontologies: ['MONDO', 'PATO'],
          allow: ['PATO:0000461', 'MONDO:0021178'],
          below: ['MONDO:0000001', 'MONDO:0021178'],
          multi: { delimiter: ' || ', ofMany: ['MONDO'] },
        }),
      ],
    },
    sex_ontology_term_id: {
      label: 'sex',
      isRequired: true,
      clauses: [
        clause({
          when: { organism: ['NCBITaxon:6239'] },
          ontologies: ['PATO'],
          exceptions: ['unknown', 'na'],
          allow: ['PATO:0000384', 'PATO:0001340'],
        }),
        clause({
          when: { organismNot: ['NCBITaxon:6239'] },
          ontologies: ['PATO'],
          exceptions: ['unknown', 'na'],
          allow: ['PATO:0000383', 'PATO:0000384', 'PATO:0001340'],
        }),
        only('na', { tissueType: ['cell line'] }),
        clause({
          when: { tissueTypeNot: ['cell line'] },
          ontologies: ['PATO'],
          exceptions: ['unknown'],
          allow: ['PATO:0000383', 'PATO:0000384', 'PATO:0001340'],
        }),
      ],
    },
    tissue_ontology_term_id: {
      label: 'tissue',
      isRequired: true,
      clauses: [
        clause({
          when: { tissueType: ['tissue'] },
          ontologies: ['UBERON', 'ZFA', 'FBbt', 'WBbt'],
          below: ['UBERON:0001062', 'ZFA:0100000', 'FBbt:10000000', 'WBbt:0005766'],
          forbid: [
            'ZFA:0009000',
            'ZFA:0001093',
            'FBbt:00007002',
            'WBbt:0007849',
            'WBbt:0007850',
            'WBbt:0008595',
            'WBbt:0004017',
            'WBbt:0006803',
          ],
          forbidBelow: ['ZFA:0009000', 'WBbt:0004017', 'WBbt:0006803', 'FBbt:00007002'],
        }),
        clause({
          when: { tissueType: ['organoid'] },
          ontologies: ['UBERON', 'ZFA', 'FBbt', 'WBbt'],
          below: ['UBERON:0001062', 'ZFA:0100000', 'FBbt:10000000', 'WBbt:0005766'],
          forbid: [
            'ZFA:0009000',
            'ZFA:0001093',
            'FBbt:00007002',
            'WBbt:0007849',
            'WBbt:0007850',
            'WBbt:0008595',
            'WBbt:0004017',
            'WBbt:0006803',
            'UBERON:0000922',
          ],
          forbidBelow: ['ZFA:0009000', 'WBbt:0004017', 'WBbt:0006803', 'FBbt:00007002'],
        }),
        clause({
          when: { tissueType: ['primary cell culture'] },
          ontologies: ['CL', 'ZFA', 'FBbt', 'WBbt'],
          exceptions: ['unknown'],
          below: ['ZFA:0009000', 'FBbt:00007002', 'WBbt:0004017', 'CL:0000000'],
          forbid: ['CL:0000255', 'CL:0000257', 'CL:0000548', 'WBbt:0006803'],
          forbidBelow: ['WBbt:0006803'],
        }),
        clause({ when: { tissueType: ['cell line'] }, ontologies: ['CVCL'], any: true }),
      ],
    },
    self_reported_ethnicity_ontology_term_id: {
      label: 'self_reported_ethnicity',
      isRequired: true,
      clauses: [
        clause({
          when: { organism: ['NCBITaxon:9606'], tissueTypeNot: ['cell line'] },
          ontologies: ['HANCESTRO', 'AfPO'],
          exceptions: ['unknown'],
          below: ['HANCESTRO:0601', 'HANCESTRO:0602'],
          multi: { delimiter: ' || ', ofMany: null },
        }),
        only('na', { organismNot: ['NCBITaxon:9606'] }),
        only('na', { tissueType: ['cell line'] }),
      ],
    },
    development_stage_ontology_term_id: {
      label: 'development_stage',
      isRequired: true,
      clauses: [
        clause({
          when: { organism: ['NCBITaxon:9606'] },
          ontologies: ['HsapDv'],
          exceptions: ['unknown', 'na'],
          below: ['HsapDv:0000001'],
        }),
        clause({
          when: { organismWithin: ['NCBITaxon:10090'] },
          ontologies: ['MmusDv'],
          exceptions: ['unknown', 'na'],
          below: ['MmusDv:0000001'],
        }),
        clause({
          when: { organism: ['NCBITaxon:7955'] },
          ontologies: ['ZFA'],
          exceptions: ['unknown', 'na'],
          below: ['ZFS:0100000'],
          forbid: ['ZFS:0000000'],
        }),
        clause({
          when: { organism: ['NCBITaxon:7227'] },
          ontologies: ['FBdv'],
          exceptions: ['unknown', 'na'],
          below: ['FBdv:00007014', 'FBdv:00005259'],
          forbid: ['FBdv:00007012'],
        }),
        clause({
          when: { organism: ['NCBITaxon:6239'] },
          ontologies: ['WBls'],
          exceptions: ['unknown', 'na'],
          allow: ['WBls:0000669'],
          below: ['WBls:0000803', 'WBls:0000804'],
        }),
        clause({
          when: {
            organismNot: ['NCBITaxon:9606', 'NCBITaxon:7955', 'NCBITaxon:7227', 'NCBITaxon:6239'],
            organismNotWithin: ['NCBITaxon:10090'],
          },
          ontologies: ['UBERON'],
          exceptions: ['unknown', 'na'],
          below: ['UBERON:0000105'],
          forbid: ['UBERON:0000071'],
        }),
        only('na', { tissueType: ['cell line'] }),
        clause({
          when: { tissueTypeNot: ['cell line'] },
          ontologies: ['UBERON', 'HsapDv', 'MmusDv', 'ZFA', 'ZFS', 'FBdv', 'WBls'],
          exceptions: ['unknown'],
          forbid: ['na'],
          any: true,
        }),
      ],
    },
  },

  suspension: {
    column: 'suspension_type',
    rows: [
      {
        values: ['cell', 'nucleus'],
        assays: [
          'EFO:0008722',
          'EFO:0008780',
          'EFO:0700010',
          'EFO:0700011',
          'EFO:0030060',
          'EFO:0022490',
          'EFO:0030028',
        ],
        within: ['EFO:0030080', 'EFO:0010184', 'EFO:0010010', 'EFO:0009919'],
      },
      { values: ['nucleus'], assays: ['EFO:0008720', 'EFO:0030026'], within: ['EFO:0007045', 'EFO:0002761'] },
      {
        values: ['cell'],
        assays: ['EFO:0030002', 'EFO:0008796', 'EFO:0700003', 'EFO:0700004', 'EFO:0008679', 'EFO:0008877'],
        within: ['EFO:0008919', 'EFO:0008853', 'EFO:0008953'],
      },
      { values: ['na'], assays: ['EFO:0008992'], within: ['EFO:0008994'] },
    ],
  },

  enums: {
    tissue_type: ['tissue', 'organoid', 'primary cell culture', 'cell line'],
    suspension_type: ['cell', 'nucleus', 'na'],
  },

  distributions: ['count', 'normal'],

  prefixes: {
    cellType: {
      'NCBITaxon:6239': ['WBbt', 'CL'],
      'NCBITaxon:7955': ['ZFA', 'CL'],
      'NCBITaxon:7227': ['FBbt', 'CL'],
      '*': ['CL'],
    },
    tissue: {
      'NCBITaxon:6239': ['WBbt', 'UBERON'],
      'NCBITaxon:7955': ['ZFA', 'UBERON'],
      'NCBITaxon:7227': ['FBbt', 'UBERON'],
      '*': ['UBERON'],
    },
    primaryCellCulture: {
      'NCBITaxon:6239': ['WBbt', 'CL'],
      'NCBITaxon:7955': ['ZFA', 'CL'],
      'NCBITaxon:7227': ['FBbt', 'CL'],
      '*': ['CL'],
    },
  },

  deprecated: {
    obs: ['ethnicity', 'ethnicity_ontology_term_id', 'organism', 'organism_ontology_term_id'],
    uns: [
      'X_normalization',
      'default_field',
      'layer_descriptions',
      'tags',
      'version',
      'contributors',
      'preprint_doi',
      'project_description',
      'project_links',
      'project_name',
      'publication_doi',
    ],
  },
  reserved: {
    obs: [
      'observation_joinid',
      'assay',
      'cell_type',
      'development_stage',
      'disease',
      'self_reported_ethnicity',
      'sex',
      'tissue',
    ],
    uns: ['schema_version', 'schema_reference', 'citation', 'organism'],
    var: ['feature_name', 'feature_reference', 'feature_biotype', 'feature_length', 'feature_type'],
    'raw.var': ['feature_name', 'feature_reference', 'feature_biotype', 'feature_length', 'feature_type'],
  },
  forbidden: { 'raw.var': ['feature_is_filtered'] },

  rawCounts: {
    ifWithinAll: ['EFO:0010891', 'EFO:0008913'],
    unlessWithin: ['EFO:0007045', 'EFO:0008804', 'EFO:0000751', 'EFO:0008939'],
  },

  spatial: {
    visium: 'EFO:0010961',
    visium11mm: 'EFO:0022860',
    slideSeq: 'EFO:0030062',
    rows: { usual: 4992, of11mm: 14336 },
    hires: { usual: 2000, of11mm: 4000 },
    arrayRow: { usual: 77, of11mm: 127 },
    arrayCol: { usual: 127, of11mm: 223 },
  },

  genes: {
    tables: {
      'NCBITaxon:9606': 'homo_sapiens',
      'NCBITaxon:10090': 'mus_musculus',
      'NCBITaxon:2697049': 'sars_cov_2',
      'NCBITaxon:32630': 'ercc',
      'NCBITaxon:7227': 'drosophila_melanogaster',
      'NCBITaxon:7955': 'danio_rerio',
      'NCBITaxon:6239': 'caenorhabditis_elegans',
      'NCBITaxon:9541': 'macaca_fascicularis',
      'NCBITaxon:9986': 'oryctolagus_cuniculus',
      'NCBITaxon:9483': 'callithrix_jacchus',
      'NCBITaxon:9595': 'gorilla_gorilla',
      'NCBITaxon:9544': 'macaca_mulatta',
      'NCBITaxon:9598': 'pan_troglodytes',
      'NCBITaxon:9823': 'sus_scrofa',
      'NCBITaxon:30608': 'microcebus_murinus',
      'NCBITaxon:10116': 'rattus_norvegicus',
    },
    ofAnyOrganism: ['NCBITaxon:2697049', 'NCBITaxon:32630'],
  },
  fewestGenes: 20_000,
  perturbations: null,
  conditions: null,
};
