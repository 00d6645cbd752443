/** Where is it written? The addresses that findings refer to. */
const SCHEMA = 'https://github.com/chanzuckerberg/single-cell-curation/blob/main/schema/7.0.0/schema.md';

export const DOCS = {
  schema: SCHEMA,
  general: `${SCHEMA}#general-requirements`,
  matrices: `${SCHEMA}#x-matrix-layers`,
  cells: `${SCHEMA}#obs-cell-metadata`,
  genes: `${SCHEMA}#var-and-rawvar-gene-metadata`,
} as const;

export const ON_DISK = 'https://anndata.readthedocs.io/en/stable/fileformat-prose.html';
