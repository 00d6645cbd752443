/** What does the h5ad check look for? The rules of its parts, numbered as the single-cell specification numbers them. */
import type { Pen } from '../../check.js';
import { CELL_RULES } from './cells.js';
import { COLOR_RULES } from './colors.js';
import { EMBEDDING_RULES } from './embeddings.js';
import { CONDITION_RULES } from './experimental-conditions.js';
import { FRAME_RULES } from './frames.js';
import { GENE_RULES } from './genes.js';
import { MATRIX_RULES } from './matrices.js';
import { NAME_RULES } from './names.js';
import { OLDER_RULES } from './older-schemas.js';
import { PERTURBATION_RULES } from './perturbations.js';
import { PRE_ANALYSIS_RULES } from './pre-analysis.js';
import { PREFIX_RULES } from './prefixes.js';
import { COUNT_RULES } from './raw-counts.js';
import { FILE_RULES } from './saying.js';
import { SPATIAL_RULES } from './spatial.js';
import { SPATIAL_CELL_RULES } from './spatial-cells.js';
import { SUSPENSION_RULES } from './suspension.js';
import { TERM_RULES } from './term-findings.js';
import { UNS_RULES } from './uns.js';

/** `fix` is Python as far as a line of it does; it assumes `adata = anndata.read_h5ad(…)`. */
export const RULES = {
  ...FILE_RULES,
  ...OLDER_RULES,
  ...NAME_RULES,
  ...PERTURBATION_RULES,
  ...CONDITION_RULES,
  ...PRE_ANALYSIS_RULES,
  ...UNS_RULES,
  ...COLOR_RULES,
  ...FRAME_RULES,
  ...CELL_RULES,
  ...SUSPENSION_RULES,
  ...PREFIX_RULES,
  ...TERM_RULES,
  ...GENE_RULES,
  ...EMBEDDING_RULES,
  ...MATRIX_RULES,
  ...COUNT_RULES,
  ...SPATIAL_RULES,
  ...SPATIAL_CELL_RULES,
};

export type H5adPen = Pen<keyof typeof RULES>;
