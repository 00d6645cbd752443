/** Are the genes of var and raw.var named once each, by identifiers of the gene tables, and are they the organism's? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { type Column, type Frame, lengthOf } from '../../readers/anndata.js';
import { repeatsIn, textAt, textsOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { isWithin } from './assays.js';
import { DOCS } from './docs.js';
import { type GeneTally, KINDS, type Place, tallyGenes } from './gene-ids.js';
import type { H5ad } from './h5ad.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

export const GENE_RULES = {
  V02: {
    severity: 'error',
    message: 'The genes of {frame} are not named once each: {count} rows share their identifier with another.',
    fix: 'Sum them or keep the first of each, in X and raw alike: `{line}`.',
    docs: DOCS.genes,
  },
  V03: {
    severity: 'error',
    message: '{count} of the {genes} genes of {frame} are in no gene table of the schema: {why}.',
    fix: '{how}: `{line}`.',
    docs: DOCS.genes,
  },
  V04: {
    severity: 'error',
    message: 'The file is of {organism}, and {count} of the {genes} genes of {frame} are of another organism: {found}.',
    fix: '{how}: `{line}`.',
    docs: DOCS.genes,
  },
  V07: {
    severity: 'error',
    message: '{count} genes are marked as filtered, and there is no raw.X that has what was filtered.',
    fix: 'Keep the unfiltered counts in `adata.raw`, or unmark the genes: `adata.var["feature_is_filtered"] = False`.',
    docs: DOCS.genes,
  },
  V10: {
    severity: 'warning',
    message:
      'var has {found} genes only, and a whole transcriptome has {expected} or more; genes should not be filtered.',
    fix: 'Keep all genes in raw and X, and mark in var those that were filtered: `adata.var["feature_is_filtered"] = …`.',
    docs: DOCS.genes,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type GenePen = Pen<keyof typeof GENE_RULES | keyof typeof FILE_RULES>;

export function* judgeGeneIds(h5ad: H5ad, pen: GenePen): Saying {
  const { var: genes, rawVar } = h5ad.anndata;
  for (const frame of [genes, rawVar]) {
    if (!frame?.index || frame.index.kind === 'closed') continue;
    yield* guarded(pen, judgeRepeats(h5ad.hdf5, placeOf(frame), frame.index, pen));
    yield* guarded(pen, judgeIds(h5ad, frame, frame.index, pen));
  }
  yield* guarded(pen, judgeFiltered(h5ad, pen));
  yield* judgeNumber(h5ad, pen);
}

function* judgeRepeats(hdf5: Hdf5, place: Place, index: Column, pen: GenePen): Saying {
  const { count, values } = repeatsIn(hdf5, index);
  if (count === 0) return;
  const samples = values.map(({ value, rows }) => `${value.slice(0, 80)}: rows ${rows.join(' and ')}`);
  const line = place.assign(`${place.access}[:, ~${place.access}.var_names.duplicated()].copy()`);
  yield pen.report('V02', { location: index.path, frame: place.frame, count, samples, line });
}

function* judgeIds(h5ad: H5ad, frame: Frame, index: Column, pen: GenePen): Saying {
  const { hdf5, reference } = h5ad;
  const tally = tallyGenes(hdf5, index, reference.genes);
  const place = placeOf(frame);
  const genes = lengthOf(index);
  let missing = 0;
  for (const [kind, { count, samples }] of tally.unknown) {
    const { isCertain, why, how, found } = KINDS[kind];
    if (!isCertain && !reference.genes.isWhole) {
      missing += count;
      continue;
    }
    const told = { location: index.path, key: kind, frame: place.frame, genes, count, samples, found, why };
    const column = kind === 'symbols' ? columnOfIds(h5ad, frame) : null;
    const line = column === null ? KINDS[kind].line(place) : place.rename(`["${column}"]`);
    yield pen.report('V03', { ...told, expected: 'an identifier without version', how, line });
  }
  if (missing > 0) {
    const reason = `${missing} of the ${genes} genes of ${place.frame} are not in the starter set; the gene tables are not installed.`;
    yield pen.undecided('V03', reason);
    yield pen.undecided('V04', reason);
  }
  yield* judgeOrganisms(h5ad, place, { path: index.path, genes, tally }, pen);
}

function* judgeOrganisms(
  { organism, reference, schema }: H5ad,
  place: Place,
  { path, genes, tally }: { path: string; genes: number; tally: GeneTally },
  pen: GenePen,
): Saying {
  if (tally.organisms.size === 0) return;
  if (organism === null) {
    // Of raw.var it is the same.
    if (place.frame === 'var')
      yield pen.undecided('V04', 'Whose genes there may be depends on uns.organism_ontology_term_id.');
    return;
  }
  const { tables, ofAnyOrganism } = schema.genes;
  const foreign = [...tally.organisms].filter(([taxon]) => taxon !== organism && !ofAnyOrganism.includes(taxon));
  const answers = foreign.map(([taxon, group]) => {
    // The organisms of the tables are species, none within another.
    const isTheirs = organism in tables ? false : isWithin(reference, organism, taxon);
    return { taxon, isTheirs, ...group };
  });
  const unclear = answers.find(({ isTheirs }) => isTheirs === null);
  if (unclear) yield pen.undecided('V04', `Whether ${organism} is of ${unclear.taxon} cannot be looked up.`);

  const others = answers.filter(({ isTheirs }) => isTheirs === false);
  const count = others.reduce((sum, group) => sum + group.count, 0);
  const [most] = [...others].sort((a, b) => b.count - a.count);
  if (!most) return;
  const nameOf = (taxon: string) => speciesOf(tables[taxon], taxon);
  const isAll = others.length === 1 && !tally.organisms.has(organism);
  yield pen.report('V04', {
    ...{ location: path, frame: place.frame, organism: nameOf(organism), genes, count },
    found: others.map((group) => `${group.count} of ${nameOf(group.taxon)}`).join(', '),
    expected: `genes of ${nameOf(organism)}`,
    samples: others.flatMap(({ samples }) => samples).slice(0, 5),
    how: isAll ? 'Correct the organism, or the genes' : 'Remove the genes of other organisms, in X and raw alike',
    line: isAll
      ? `adata.uns["organism_ontology_term_id"] = "${most.taxon}"`
      : place.assign(`${place.access}[:, ~${place.access}.var_names.isin([…])].copy()`),
  });
}

/** `Homo sapiens (NCBITaxon:9606)` */
function speciesOf(table: string | undefined, taxon: string): string {
  if (!table) return taxon;
  const name = table.replaceAll('_', ' ');
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} (${taxon})`;
}

/** Columns of var, and genes, that are looked at. */
const MOST_COLUMNS = 50;
const GENES_LOOKED_AT = 5;

/** A column that has the identifiers which the index lacks. */
function columnOfIds({ hdf5, reference }: H5ad, { columns, index }: Frame): string | null {
  const rows = Math.min(GENES_LOOKED_AT, index ? lengthOf(index) : 0);
  for (const [name, column] of [...columns].slice(0, MOST_COLUMNS)) {
    const values = Array.from({ length: rows }, (_, row) => textAt(hdf5, column, row));
    if (values.some((value) => value !== null && reference.genes.gene(value))) return name;
  }
  return null;
}

function* judgeFiltered({ hdf5, anndata: { var: genes } }: H5ad, pen: GenePen): Saying {
  const column = genes?.columns.get('feature_is_filtered');
  // Of another type, that is told.
  if (hdf5.root.children.has('raw') || column?.kind !== 'plain' || column.values.dtype !== 'bool') return;
  const samples: string[] = [];
  let count = 0;
  for (const { first, values } of textsOf(hdf5, column)) {
    values.forEach((value, i) => {
      if (value !== '1' || ++count > 5) return;
      const id = genes?.index ? textAt(hdf5, genes.index, first + i) : null;
      samples.push(id ?? `row ${first + i}`);
    });
  }
  if (count > 0) yield pen.report('V07', { location: column.path, count, samples, expected: 'False' });
}

function* judgeNumber({ anndata: { var: genes }, schema }: H5ad, pen: GenePen): Saying {
  if (!genes?.index || genes.index.kind === 'closed') return;
  const rows = lengthOf(genes.index);
  if (rows >= schema.fewestGenes) return;
  yield pen.report('V10', { location: genes.path, found: `${rows}`, expected: `${schema.fewestGenes}` });
}

/** How Python reaches var or raw.var; raw itself takes no assignment. */
function placeOf({ path }: Frame): Place {
  if (path === '/var') {
    return {
      frame: 'var',
      access: 'adata',
      assign: (value) => `adata = ${value}`,
      rename: (value) => `adata.var_names = adata.var${value}`,
    };
  }
  const whole = (change: string) => `raw = adata.raw.to_adata(); ${change}; adata.raw = raw`;
  return {
    frame: 'raw.var',
    access: 'raw',
    assign: (value) => whole(`raw = ${value}`),
    rename: (value) => whole(`raw.var_names = raw.var${value}`),
  };
}
