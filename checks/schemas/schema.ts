/** What is an edition of the single-cell schema? Data: its names, terms and numbers. The checks read it, and know no edition. */

export interface Schema {
  /** `7.0.0` */
  readonly version: string;
  /** Address of its text: what `schema_reference` says in a labelled file. */
  readonly address: string;
  /** Prefixes whose terms lie in the file of another ontology: `ZFS` in ZFA. */
  readonly prefixAliases: Readonly<Record<string, string>>;
  /** `uns.organism_ontology_term_id`. */
  readonly organism: Clause;
  /** By column of obs, in the order of the schema's text. */
  readonly terms: Readonly<Record<string, TermColumn>>;
  readonly suspension: { readonly column: string; readonly rows: readonly SuspensionRow[] };
  /** Values that the other columns of obs may have. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** What `uns.X_approximate_distribution` may say. */
  readonly distributions: readonly string[];
  readonly prefixes: Readonly<Record<'cellType' | 'tissue' | 'primaryCellCulture', PrefixRule>>;
  readonly deprecated: Readonly<Record<'obs' | 'uns', readonly string[]>>;
  /** Written by the system: not by whoever submits. */
  readonly reserved: Readonly<Record<'obs' | 'uns' | 'var' | 'raw.var', readonly string[]>>;
  readonly forbidden: Readonly<Record<'raw.var', readonly string[]>>;
  readonly rawCounts: RawCounts;
  readonly spatial: Spatial;
  readonly genes: { readonly tables: Readonly<Record<string, string>>; readonly ofAnyOrganism: readonly string[] };
  /** Genes below which a file seems filtered (V10). */
  readonly fewestGenes: number;
  /** Null before 7.1.0. */
  readonly perturbations: Perturbations | null;
  /** Null before 7.1.0. */
  readonly conditions: Conditions | null;
}

/** When a clause holds: all that is named must be so. Organisms and tissue types are compared as they are written. */
export interface When {
  readonly organism?: readonly string[];
  readonly organismNot?: readonly string[];
  /** These and their descendants. */
  readonly organismWithin?: readonly string[];
  readonly organismNotWithin?: readonly string[];
  readonly tissueType?: readonly string[];
  readonly tissueTypeNot?: readonly string[];
}

/** What terms a column may have, in the rows where it holds. `below` is without the root itself. */
export interface Clause {
  /** Null: in the rows where no other clause of the column holds. */
  readonly when: When | null;
  readonly ontologies: readonly string[];
  /** Whole values that need be no term: `unknown`, `na`. */
  readonly exceptions: readonly string[];
  readonly allow: readonly string[];
  readonly below: readonly string[];
  /** Any term of `ontologies`. */
  readonly any: boolean;
  readonly forbid: readonly string[];
  readonly forbidBelow: readonly string[];
  /** Nothing but these values: all else is T06. */
  readonly only: readonly string[] | null;
  readonly multi: Multi | null;
}

/** Several terms in one value: ascending, none twice. */
export interface Multi {
  readonly delimiter: string;
  /** Where there is more than one, each must be of these; null where all that the clause allows may be. */
  readonly ofMany: readonly string[] | null;
}

export interface TermColumn {
  /** The column that the system writes beside it. */
  readonly label: string;
  readonly isRequired: boolean;
  readonly clauses: readonly Clause[];
}

export interface SuspensionRow {
  readonly values: readonly string[];
  readonly assays: readonly string[];
  /** With the root itself. */
  readonly within: readonly string[];
}

/** By organism; `*` for all others. */
export type PrefixRule = Readonly<Record<string, readonly string[]>>;

/** Whether there must be raw counts: all with the root itself. */
export interface RawCounts {
  /** Yes, if some assay is within all of these. */
  readonly ifWithinAll: readonly string[];
  /** Yes, if no assay is within any of these. */
  readonly unlessWithin: readonly string[];
}

export interface Spatial {
  readonly visium: string;
  readonly visium11mm: string;
  readonly slideSeq: string;
  readonly rows: Size;
  readonly hires: Size;
  readonly arrayRow: Size;
  readonly arrayCol: Size;
}
export interface Size {
  readonly usual: number;
  readonly of11mm: number;
}

/** What was done to the genes of cells, by guides: in obs which, in uns what they are. */
export interface Perturbations {
  readonly organisms: readonly string[];
  readonly columns: Readonly<Record<'id' | 'strategy', string>>;
  /** Of uns. */
  readonly key: string;
  readonly delimiter: string;
  readonly strategies: readonly string[];
  /** The strategy of cells that have no guide, whose id is `none`. */
  readonly unperturbed: string;
  readonly none: string;
  /** Whether cells may have no guide: some, or not a single one. */
  readonly mayLackGuides: 'none' | 'some';
  /** The strategy of cells whose guides must all have the role of that name. */
  readonly control: string;
  /** Of a guide: required keys, and what each must be, in words and as a pattern. */
  readonly guide: Readonly<Record<string, { readonly expected: string; readonly pattern: RegExp }>>;
  /** What no id of a guide may have in it. */
  readonly notInIds: RegExp;
  /** Keys of a guide that the system writes. */
  readonly derived: readonly string[];
}

/** To what the cells were exposed. */
export interface Conditions {
  readonly column: string;
  readonly label: string;
  readonly delimiter: string;
  /** Stands alone. */
  readonly none: string;
  /** What each part may be, by how it begins. */
  readonly kinds: readonly ConditionKind[];
}
export interface ConditionKind {
  readonly pattern: RegExp;
  /** In words: `a protein of UniProt`. */
  readonly name: string;
  readonly ontology: string;
  /** The pattern's first group, after this, is the id of the term. */
  readonly prefix: string;
  /** With the roots themselves; null where any term of the ontology will do. */
  readonly within: readonly string[] | null;
}

const NOTHING = { when: null, exceptions: [], allow: [], below: [], any: false, forbid: [], forbidBelow: [] } as const;

/** A clause that names what it says, and no more. */
export const clause = (says: Partial<Clause> & Pick<Clause, 'ontologies'>): Clause => ({
  ...NOTHING,
  ...{ only: null, multi: null },
  ...says,
});

/** A clause that allows these values alone. */
export const only = (value: string, when: When): Clause => clause({ ontologies: [], only: [value], when });
