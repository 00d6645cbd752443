/**
 * What is known where no reference data are installed? A few terms and genes: those of the sample files, and the roots that
 * the schema names, so that what is below which is right for all that is here. What is not here cannot be decided.
 *
 * Ids, labels and what is above what are those of schemas 7.0.0 and 7.1.0: of the ontologies, each under its own licence, most
 * of them CC BY 4.0, and of GENCODE 48.
 */
import { organisms } from './organisms.js';
import { PackedFile } from './packed-file.js';
import { type GeneRecord, PackedGenes, packGenes } from './packed-genes.js';
import { PackedOntology, packOntology, type TermRecord } from './packed-ontology.js';
import { prefixOf } from './prefixes.js';
import type { Ontology, Reference } from './reference.js';

export function starterReference(schema: string): Reference {
  return {
    ...{ schema, origin: 'starter', ontology, ontologyOf: (id) => ontology(prefixOf(id)) },
    genes: { isWhole: false, organisms: [], gene: (id) => genes().gene(id) },
  };
}

/** Without the ontology's name: id, label, parents by blanks. */
type Row = readonly [id: string, label: string, parents?: string, isDeprecated?: 'deprecated'];

export const STARTER_TERMS: Readonly<Record<string, readonly Row[]>> = {
  CL: [
    ['0000000', 'cell'],
    ['0000057', 'fibroblast', '0000255'],
    ['0000066', 'epithelial cell', '0000255'],
    ['0000084', 'T cell', '0000542'],
    ['0000115', 'endothelial cell', '0000255'],
    ['0000127', 'astrocyte', '0000255'],
    ['0000182', 'hepatocyte', '0000066'],
    ['0000235', 'macrophage', '0000738'],
    ['0000236', 'B cell', '0000542'],
    ['0000255', 'eukaryotic cell', '0000000'],
    ['0000257', 'Eumycetozoan cell', '0000255'],
    ['0000540', 'neuron', '0000255'],
    ['0000542', 'lymphocyte', '0000738'],
    ['0000548', 'obsolete animal cell', '', 'deprecated'],
    ['0000576', 'monocyte', '0000738'],
    ['0000583', 'alveolar macrophage', '0000235'],
    ['0000623', 'natural killer cell', '0000542'],
    ['0000624', 'CD4-positive, alpha-beta T cell', '0000084'],
    ['0000625', 'CD8-positive, alpha-beta T cell', '0000084'],
    ['0000738', 'leukocyte', '0000255'],
    ['0002062', 'pulmonary alveolar type 1 cell', '0000066'],
    ['0002063', 'pulmonary alveolar type 2 cell', '0000066'],
  ],
  EFO: [
    ['0000751', 'methylation profiling', '0002772'],
    ['0001702', 'temperature'],
    ['0002755', 'diet'],
    ['0002759', 'methylation profiling by array', '0000751'],
    ['0002761', 'methylation profiling by high throughput sequencing', '0000751'],
    ['0002772', 'assay by molecule'],
    ['0007045', 'ATAC-seq', '0002772'],
    ['0008679', 'CEL-seq', '0002772 0010183'],
    ['0008720', 'DroNc-seq', '0002772 0010183'],
    ['0008722', 'Drop-seq', '0002772 0010183'],
    ['0008736', 'Fast-ATAC', '0007045'],
    ['0008780', 'inDrop', '0002772 0010183'],
    ['0008796', 'MARS-seq', '0002772 0010183'],
    ['0008804', 'Methyl-seq', '0002772'],
    ['0008853', 'Patch-seq', '0002772'],
    ['0008877', 'Quartz-seq', '0002772 0010183'],
    ['0008904', 'scATAC-seq (Microfluidics)', '0010891'],
    ['0008913', 'single-cell RNA sequencing', '0002772'],
    ['0008919', 'Seq-Well', '0002772 0010183'],
    ['0008925', 'scATAC-seq (cell index)', '0010891'],
    ['0008931', 'Smart-seq2', '0002772 0010184'],
    ['0008939', 'snmC-seq', '0002772'],
    ['0008953', 'STRT-seq', '0002772 0010183'],
    ['0008992', 'MERFISH', '0002772'],
    ['0008994', 'spatial transcriptomics', '0002772'],
    ['0009899', "10x 3' v2", '0030003'],
    ['0009900', "10x 5' v2", '0030004'],
    ['0009901', "10x 3' v1", '0030003'],
    ['0009919', 'SPLiT-seq', '0002772 0010183'],
    ['0009922', "10x 3' v3", '0030003'],
    ['0010010', 'CEL-seq2', '0002772 0010183'],
    ['0010183', 'single cell library construction'],
    ['0010184', 'Smart-like', '0010183'],
    ['0010891', 'scATAC-seq', '0007045 0010183'],
    ['0010961', 'Visium Spatial Gene Expression', '0008994 0010183'],
    ['0011025', "10x 5' v1", '0030004'],
    ['0022045', 'sci-ATAC-seq3', '0010891'],
    ['0022488', 'Smart-seq3', '0010184'],
    ['0022490', 'ScaleBio single cell RNA sequencing', '0010183'],
    ['0022492', 'snm3C-seq', '0002761 0010183'],
    ['0022857', 'Visium Spatial Gene Expression V1', '0010961'],
    ['0022858', 'Visium CytAssist Spatial Gene Expression V2', '0010961'],
    ['0022859', 'Visium CytAssist Spatial Gene Expression, 6.5mm', '0022858'],
    ['0022860', 'Visium CytAssist Spatial Gene Expression, 11mm', '0022858'],
    ['0022962', 'SHARE-seq', '0008913 0010891'],
    ['0030002', 'microwell-seq', '0010183'],
    ['0030003', "10x 3' transcription profiling", '0030080'],
    ['0030004', "10x 5' transcription profiling", '0030080'],
    ['0030007', '10x scATAC-seq', '0010891'],
    ['0030026', 'sci-Plex', '0010183'],
    ['0030027', 'snmC-Seq2', '0002761 0010183'],
    ['0030028', 'sci-RNA-seq3', '0010183'],
    ['0030059', '10x multiome', '0008913 0010891'],
    ['0030060', 'mCT-seq', '0008913 0010183'],
    ['0030062', 'Slide-seqV2', '0008994 0010183'],
    ['0030080', '10x transcription profiling', '0010183'],
    ['0700003', 'BD Rhapsody Whole Transcriptome Analysis', '0010183'],
    ['0700004', 'BD Rhapsody Targeted mRNA', '0010183'],
    ['0700010', 'TruDrop', '0010183'],
    ['0700011', 'GEXSCOPE technology', '0010183'],
  ],
  UBERON: [
    ['0000068', 'embryo stage', '0000105'],
    ['0000071', 'death stage', '0000105'],
    ['0000105', 'life cycle stage'],
    ['0000113', 'post-juvenile adult stage', '0000105'],
    ['0000178', 'blood', '0001062'],
    ['0000310', 'breast', '0001062'],
    ['0000922', 'embryo', '0001062'],
    ['0000948', 'heart', '0001062'],
    ['0000955', 'brain', '0001062'],
    ['0000970', 'eye', '0001062'],
    ['0001062', 'anatomical entity'],
    ['0001155', 'colon', '0001062'],
    ['0002048', 'lung', '0001062'],
    ['0002097', 'skin of body', '0001062'],
    ['0002107', 'liver', '0001062'],
    ['0002113', 'kidney', '0001062'],
    ['0002371', 'bone marrow', '0001062'],
    ['0018241', 'prime adult stage', '0000113'],
  ],
  MONDO: [
    ['0000001', 'disease'],
    ['0004975', 'Alzheimer disease', '0000001'],
    ['0004992', 'cancer', '0005070'],
    ['0005002', 'chronic obstructive pulmonary disease', '0000001'],
    ['0005061', 'lung adenocarcinoma', '0004992'],
    ['0005070', 'neoplasm', '0000001'],
    ['0005148', 'type 2 diabetes mellitus', '0000001'],
    ['0021178', 'injury'],
    ['0100096', 'COVID-19', '0000001'],
  ],
  PATO: [
    ['0000383', 'female'],
    ['0000384', 'male'],
    ['0000461', 'normal'],
    ['0001340', 'hermaphrodite'],
  ],
  HANCESTRO: [
    ['0004', 'ancestry category'],
    ['0005', 'European ancestry', '0004'],
    ['0014', 'Latin or Admixed American ancestry', '0004'],
    ['0568', 'African American', '0004 0601'],
    ['0590', 'European American', '0005 0601'],
    ['0601', 'ethnicity category'],
    ['0602', 'geography-based population category'],
    ['0847', 'Asian', '0602'],
    ['0848', 'South Asian', '0602'],
  ],
  HsapDv: [
    ['0000001', 'life cycle'],
    ['0000002', 'embryonic stage', '0000045'],
    ['0000045', 'prenatal stage', '0000001'],
    ['0000095', '80 year-old and over stage', '0000227'],
    ['0000113', '19-year-old stage', '0000226'],
    ['0000123', '29-year-old stage', '0000226'],
    ['0000226', 'prime adult stage', '0000258'],
    ['0000227', 'late adult stage', '0000258'],
    ['0000258', 'adult stage', '0000001'],
  ],
  MmusDv: [
    ['0000001', 'life cycle'],
    ['0000002', 'embryonic stage', '0000001'],
    ['0000003', 'Theiler stage 01', '0000002'],
    ['0000110', 'mature stage', '0000001'],
    ['0000111', 'Theiler stage 11a', '0000002'],
  ],
  CVCL: [
    ['0004', 'K-562'],
    ['0023', 'A-549'],
    ['0030', 'HeLa'],
    ['0045', 'HEK293'],
  ],
};

/** All of them code for proteins. */
const GENES: readonly (readonly [id: string, name: string, length: number])[] = [
  ['ENSG00000167286', 'CD3D', 794],
  ['ENSG00000198851', 'CD3E', 1325],
  ['ENSG00000010610', 'CD4', 600],
  ['ENSG00000153563', 'CD8A', 2102],
  ['ENSG00000172116', 'CD8B', 890],
  ['ENSG00000168685', 'IL7R', 619],
  ['ENSG00000126353', 'CCR7', 1480],
  ['ENSG00000090382', 'LYZ', 669],
  ['ENSG00000170458', 'CD14', 1498],
  ['ENSG00000203747', 'FCGR3A', 2128],
  ['ENSG00000156738', 'MS4A1', 930],
  ['ENSG00000105369', 'CD79A', 951],
  ['ENSG00000007312', 'CD79B', 1159],
  ['ENSG00000105374', 'NKG7', 520],
  ['ENSG00000115523', 'GNLY', 817],
  ['ENSG00000163736', 'PPBP', 1586],
  ['ENSG00000163737', 'PF4', 744],
  ['ENSG00000179639', 'FCER1A', 1073],
  ['ENSG00000101439', 'CST3', 832],
  ['ENSG00000143546', 'S100A8', 495],
  ['ENSG00000163220', 'S100A9', 573],
  ['ENSG00000119888', 'EPCAM', 1126],
  ['ENSG00000111057', 'KRT18', 1413],
  ['ENSG00000168484', 'SFTPC', 773],
  ['ENSG00000204305', 'AGER', 1250],
  ['ENSG00000261371', 'PECAM1', 580],
  ['ENSG00000110799', 'VWF', 688],
  ['ENSG00000108821', 'COL1A1', 614],
  ['ENSG00000011465', 'DCN', 751],
  ['ENSG00000075624', 'ACTB', 1300],
];

/** What follows the name, in ids that might be terms all the same. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  HANCESTRO: /^HANCESTRO:\d{4}$/,
  CVCL: /^CVCL_\w{4}$/,
};

const known = new Map<string, Ontology>();

function ontology(name: string): Ontology | null {
  if (name === 'NCBITaxon') return organisms();
  const rows = Object.hasOwn(STARTER_TERMS, name) ? STARTER_TERMS[name] : undefined;
  if (!rows) return null;
  const packed = () => new PackedFile(packOntology(rows.map((row) => recordOf(name, row))));
  const terms = known.get(name) ?? new PackedOntology(name, packed(), SHAPES[name] ?? new RegExp(`^${name}:\\d{7}$`));
  known.set(name, terms);
  return terms;
}

function recordOf(name: string, [id, label, parents = '', isDeprecated]: Row): TermRecord {
  const whole = (end: string) => `${name}${name === 'CVCL' ? '_' : ':'}${end}`;
  return {
    ...{ id: whole(id), label, isDeprecated: isDeprecated !== undefined, replacedBy: null },
    parents: parents.split(' ').filter(Boolean).map(whole),
  };
}

let packed: PackedGenes | null = null;

function genes(): PackedGenes {
  packed ??= new PackedGenes('NCBITaxon:9606', new PackedFile(packGenes(GENES.map(geneOf))));
  return packed;
}

const geneOf = ([id, name, length]: (typeof GENES)[number]): GeneRecord => ({
  id,
  name,
  length,
  type: 'protein_coding',
});
