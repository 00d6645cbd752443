/** Which genes do identifiers name, of which organisms, and what are those that name none? */
import type { Column } from '../../readers/anndata.js';
import { textsOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import type { Genes } from '../../reference/reference.js';

/** var or raw.var, and how Python reaches it. */
export interface Place {
  readonly frame: 'var' | 'raw.var';
  readonly access: string;
  /** A line that puts `value` in the place of the whole. */
  assign(value: string): string;
  /** A line that takes the names of the genes from `value` of the frame. */
  rename(value: string): string;
}

export type UnknownKind = 'versions' | 'numbers' | 'symbols' | 'others';

interface Unknown {
  /** Wrong whatever else the tables have. */
  readonly isCertain: boolean;
  readonly found: string;
  readonly why: string;
  readonly how: string;
  line(place: Place): string;
}

const remove = (place: Place) => place.assign(`${place.access}[:, ~${place.access}.var_names.isin([…])].copy()`);

/** What is said of the genes that are in no table. */
export const KINDS: Readonly<Record<UnknownKind, Unknown>> = {
  versions: {
    isCertain: true,
    found: 'identifiers with a version',
    why: 'they have a version at their end',
    how: 'Cut the versions off',
    line: (place) => place.rename('_names.str.replace(r"\\.\\d+$", "", regex=True)'),
  },
  numbers: {
    isCertain: false,
    found: 'numbers',
    why: 'they are numbers, as AnnData gives where genes are not named',
    how: 'Name the genes by the column that has their identifiers',
    line: (place) => place.rename('["gene_ids"]'),
  },
  symbols: {
    isCertain: false,
    found: 'names',
    why: 'they look like the names of genes and not like their identifiers',
    how: 'Name the genes by their Ensembl identifiers, and not by their symbols',
    line: (place) => place.rename('["gene_ids"]'),
  },
  others: {
    isCertain: false,
    found: 'unknown identifiers',
    why: 'the releases that the schema names do not have them',
    how: 'Replace what was renamed since, and remove the rest, in X and raw alike',
    line: remove,
  },
};

export interface Group {
  count: number;
  /** The first few. */
  readonly samples: string[];
}

export interface GeneTally {
  /** By the organism of the table that has them. */
  readonly organisms: ReadonlyMap<string, Group>;
  readonly unknown: ReadonlyMap<UnknownKind, Group>;
}

export function tallyGenes(hdf5: Hdf5, index: Column, genes: Genes): GeneTally {
  const organisms = new Map<string, Group>();
  const unknown = new Map<UnknownKind, Group>();
  for (const { first, values } of textsOf(hdf5, index)) {
    values.forEach((value, i) => {
      const id = value ?? '';
      const gene = genes.gene(id);
      const group = gene ? groupIn(organisms, gene.organism) : groupIn(unknown, kindOf(id, genes));
      if (++group.count <= 5) group.samples.push(`row ${first + i}: ${id.slice(0, 80)}`);
    });
  }
  return { organisms, unknown };
}

function groupIn<Key>(groups: Map<Key, Group>, key: Key): Group {
  const group = groups.get(key) ?? { count: 0, samples: [] };
  groups.set(key, group);
  return group;
}

const VERSION = /\.\d+$/;
/** As the gene tables begin theirs: those of Ensembl, FlyBase, WormBase, and of spike-ins. */
const IDENTIFIER = /^(ENS[A-Z]*\d|FB[a-z]{2}\d|WBGene\d|ERCC-|MGP_)/;

function kindOf(id: string, genes: Genes): UnknownKind {
  if (VERSION.test(id) && genes.gene(id.replace(VERSION, ''))) return 'versions';
  if (/^\d+$/.test(id)) return 'numbers';
  return IDENTIFIER.test(id) ? 'others' : 'symbols';
}
