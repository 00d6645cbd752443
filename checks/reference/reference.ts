/**
 * What do the ontologies and gene tables of one edition of the schema say? They are installed and not part of the project;
 * where they are not, a starter set of a few dozen terms and genes stands in, and what it lacks cannot be decided.
 */

export interface Term {
  /** `CL:0000066` */
  readonly id: string;
  readonly label: string;
  readonly isDeprecated: boolean;
  readonly replacedBy: string | null;
}

export interface Ontology {
  /** `CL` */
  readonly name: string;
  /** False of a starter set: an id that it lacks may be a term all the same. */
  readonly isWhole: boolean;
  term(id: string): Term | null;
  /** Whether `id` is a term, or may be one that is not here: never, where the ontology is whole or ids look otherwise. */
  mayHave(id: string): boolean;
  /** Whether `id` is a strict descendant of `root` (is_a and part_of, within this ontology). */
  isBelow(id: string, root: string): boolean;
  /** All strict ancestors. */
  ancestors(id: string): ReadonlySet<string>;
  /** The terms whose labels are most like `text`, best first; none that is deprecated. */
  nearest(text: string, most: number): readonly Term[];
}

export interface Gene {
  readonly id: string;
  readonly name: string;
  /** `NCBITaxon:9606` */
  readonly organism: string;
  /** Of the median isoform, in bases. */
  readonly length: number;
  readonly type: string;
}

export interface Genes {
  /** False where an id that is not here may be a gene all the same. */
  readonly isWhole: boolean;
  /** Whose tables are here and whole: `NCBITaxon:9606`. */
  readonly organisms: readonly string[];
  gene(id: string): Gene | null;
}

export interface Reference {
  /** Edition of the schema: `7.0.0`. */
  readonly schema: string;
  readonly origin: 'installed' | 'starter';
  /** By the name of its file, `CL`; null where it is neither installed nor in the starter set. */
  ontology(name: string): Ontology | null;
  /** The ontology whose prefix `id` has: of `ZFS:0100000` it is ZFA; null where no ontology here has it. */
  ontologyOf(id: string): Ontology | null;
  readonly genes: Genes;
}
