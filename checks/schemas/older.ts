/** What did older editions of the schema look like, and what has changed since each? Data: signs of them in a file. */

/** A sign that a file was made for an older edition: something that is there, or is not. */
export type Sign =
  /** A column or key: `obs.ethnicity`. */
  | { readonly has: string }
  | { readonly lacks: string }
  /** A column of obs whose name begins so. */
  | { readonly hasLike: string }
  /** A column of obs with a value that matches. */
  | { readonly value: RegExp; readonly in: string };

export interface OlderEdition {
  /** As it is told: `4.0 to 5.2`. */
  readonly name: string;
  /** `schema_version` of its files. */
  readonly versions: RegExp;
  /** All of them must be there. */
  readonly requires: readonly Sign[];
  /** And at least one of these, where there are any. */
  readonly shows: readonly Sign[];
  /** What the next edition in this list has changed. */
  readonly changedAfter: string;
}

/** Until 5.3 the organism was a column of obs, and until 2.1 ethnicity had another name. */
const FROM_3_TO_5: readonly Sign[] = [
  { has: 'obs.organism_ontology_term_id' },
  { lacks: 'uns.organism_ontology_term_id' },
  { lacks: 'obs.ethnicity_ontology_term_id' },
];

/** By age. A file is of the newest whose signs it has. */
export const OLDER_EDITIONS: readonly OlderEdition[] = [
  {
    name: '1.1',
    versions: /^1\./,
    requires: [{ lacks: 'obs.is_primary_data' }],
    shows: [{ has: 'uns.version' }, { has: 'uns.layer_descriptions' }],
    changedAfter:
      '2.0: genes are named by Ensembl or ERCC identifiers and not by symbols, the system writes the labels, and is_primary_data is new',
  },
  {
    name: '2.0 or 2.1',
    versions: /^2\./,
    requires: [{ has: 'obs.organism_ontology_term_id' }, { lacks: 'uns.organism_ontology_term_id' }],
    shows: [
      { has: 'obs.ethnicity_ontology_term_id' },
      { has: 'uns.X_normalization' },
      { value: / \([^)]*\)$/, in: 'assay_ontology_term_id' },
    ],
    changedAfter:
      '3.0: AnnData 0.8, donor_id and suspension_type are new, ethnicity is called self_reported_ethnicity, and X_normalization and text in parentheses after an assay are gone',
  },
  {
    name: '3.0 or 3.1',
    versions: /^3\./,
    requires: [...FROM_3_TO_5, { has: 'obs.self_reported_ethnicity_ontology_term_id' }, { lacks: 'obs.tissue_type' }],
    shows: [],
    changedAfter:
      '4.0: tissue_type takes the place of the suffixes " (cell culture)" and " (organoid)", the system writes citation, and nothing may be of size zero',
  },
  {
    name: '4.0 to 5.2',
    versions: /^(4\.|5\.[0-2])/,
    requires: [...FROM_3_TO_5, { has: 'obs.tissue_type' }],
    shows: [],
    changedAfter:
      '5.0 to 5.3: a cell type that is not known is "unknown" and not CL:0000003, an assay is no root term, nothing in uns is empty, and sparse matrices are CSR',
  },
  {
    name: '5.3',
    versions: /^5\.3/,
    requires: [...FROM_3_TO_5, { has: 'obs.tissue_type' }],
    shows: [
      { hasLike: 'genetic_ancestry_' },
      { value: /^NCBITaxon:(7955|7227|6239)$/, in: 'organism_ontology_term_id' },
    ],
    changedAfter:
      '6.0: a file is of one organism, which uns names, several values are joined with " || " and not with a comma, no two cells have the same raw counts, and gene identifiers have no version',
  },
  {
    name: '6.0 to 6.2',
    versions: /^6\./,
    requires: [{ has: 'uns.organism_ontology_term_id' }, { value: /^cell culture$/, in: 'tissue_type' }],
    shows: [],
    changedAfter:
      '7.0: cell lines are named by Cellosaurus, the tissue type "cell culture" is called "primary cell culture", ethnicities lie below HANCESTRO:0601 or HANCESTRO:0602, and genes are those of Ensembl 114 and GENCODE 48',
  },
];

/** What there is now in place of a deprecated name, and the line of Python that moves it. */
export const REPLACEMENTS: Readonly<Record<string, { readonly instead: string; readonly line: string | null }>> = {
  'obs.ethnicity': { instead: 'since 3.0 the system writes self_reported_ethnicity in its place', line: null },
  'obs.ethnicity_ontology_term_id': {
    instead: 'since 3.0 it is called self_reported_ethnicity_ontology_term_id',
    line: 'adata.obs["self_reported_ethnicity_ontology_term_id"] = adata.obs["ethnicity_ontology_term_id"]',
  },
  'obs.organism': { instead: 'since 6.0 the system writes it into uns', line: null },
  'obs.organism_ontology_term_id': {
    instead: 'since 6.0 a file is of one organism, and uns says of which',
    line: 'adata.uns["organism_ontology_term_id"] = adata.obs["organism_ontology_term_id"].astype(str).unique().item()',
  },
  'uns.X_normalization': { instead: 'schema 3.0 took it out', line: null },
  'uns.version': { instead: 'the system writes schema_version in its place', line: null },
};
