/** What do the checks say of a table of fragments and of the cells beside it? */
import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { judgeTogether } from '../../checks/cross-file/index.js';
import type { CheckOutcome } from '../../checks/finding.js';
import { fragmentsCheck } from '../../checks/formats/fragments.check.js';
import { h5adCheck } from '../../checks/formats/h5ad.check.js';
import { withLocalFile } from '../../checks/local-file.js';
import { runCheck } from '../../checks/run-checks.js';
import { sharedFolder } from '../shared.js';
import type { Judged } from './agreement.js';
import { type DataCase, isObject, type Json, type JsonObject, type Mutation, numberOf } from './cases.js';
import { columnOf, type Dataset, datasetOf, NotUnderstood } from './dataset.js';
import { writeDataset } from './dataset-file.js';

const fixtures = sharedFolder('fixtures/h5ad');

type Row = Json[];

interface Fragments {
  readonly columns: string[];
  rows: Row[];
  obsIndex: string[];
  organism: string;
  isPrimary: Json;
  assay: Json;
}

const CHANGES: Readonly<Record<string, (fragments: Fragments, mutation: Mutation) => void>> = {
  'frag.set': ({ rows, columns }, { col, value, values, row }) => {
    const at = columns.indexOf(String(col));
    rows.forEach((cells, i) => {
      if (row !== undefined && row !== '*' && numberOf(row) !== i) return;
      cells[at] = (Array.isArray(values) ? values[i] : value) ?? '';
    });
  },
  'frag.dropColumn': ({ rows, columns }, { col }) => {
    for (const cells of rows) cells.splice(columns.indexOf(String(col)), 1);
  },
  'frag.dropRow': ({ rows }, { row }) => {
    rows.splice(numberOf(row), 1);
  },
  'frag.repeatAllRows': (fragments) => {
    fragments.rows = fragments.rows.flatMap((cells) => [cells, cells]);
  },
  'anndata.obsIndex': (fragments, { value }) => {
    fragments.obsIndex = (value as readonly Json[]).map(String);
  },
  'anndata.organism': (fragments, { value }) => {
    fragments.organism = String(value);
  },
  'anndata.is_primary_data': (fragments, { value }) => {
    fragments.isPrimary = value ?? null;
  },
  'anndata.assay': (fragments, { value }) => {
    fragments.assay = value ?? null;
  },
};

function fragmentsOf({ mutations }: DataCase, bases: JsonObject): Fragments {
  const base = bases.fragments;
  if (!isObject(base) || !isObject(base.anndata)) throw new NotUnderstood('there is no base "fragments"');
  const { obsIndex, organism, is_primary_data: isPrimary = true, assay = '' } = base.anndata;
  const fragments: Fragments = {
    columns: (base.columns as readonly Json[]).map(String),
    rows: (base.rows as readonly (readonly Json[])[]).map((row) => [...row]),
    obsIndex: (obsIndex as readonly Json[]).map(String),
    ...{ organism: String(organism), isPrimary, assay },
  };
  for (const mutation of mutations) {
    const change = CHANGES[mutation.op];
    if (!change) throw new NotUnderstood(`the operation "${mutation.op}" is not known`);
    change(fragments, mutation);
  }
  return fragments;
}

/** The base "human" with the cells that the fragments are of. */
function cellsOf(
  { obsIndex, organism, isPrimary, assay }: Omit<Fragments, 'rows' | 'columns'>,
  bases: JsonObject,
): Dataset {
  const dataset = datasetOf('human', bases);
  const { obs, X } = dataset;
  const each = (value: Json) => obsIndex.map((_, i) => (Array.isArray(value) ? value[i] : value));
  for (const column of obs.columns.values()) column.values = obsIndex.map(() => column.values[0] ?? null);
  obs.columns.set('is_primary_data', columnOf(each(isPrimary)));
  obs.columns.set('assay_ontology_term_id', columnOf(each(assay)));
  const dense = obsIndex.map((_, row) => (X.dense[0] ?? []).map((__, column) => row + column));
  return {
    ...dataset,
    ...{ obs: { ...obs, index: obsIndex }, X: { ...X, dense }, raw: null, obsm: {} },
    uns: { ...dataset.uns, organism_ontology_term_id: organism },
  };
}

/** All that the checks say of both files, and of how they fit. `without`: where no fragments come with the cells. */
export async function judgedFragments(
  one: DataCase,
  bases: JsonObject,
  local: string,
  without = false,
): Promise<Judged> {
  const file = /^file:(\S+)/.exec(one.base)?.[1];
  if (file) return judgedWithItsCells(fixtures.at(file), bases, local);
  const fragments = fragmentsOf(one, bases);
  await writeDataset(local, cellsOf(fragments, bases));
  const table = `${local}.fragments.tsv.gz`;
  await writeFile(table, gzipSync(fragments.rows.map((row) => `${row.join('\t')}\n`).join('')));
  const cells = await checked(h5adCheck, local, 'x.h5ad');
  return together(without ? [cells] : [cells, await checked(fragmentsCheck, table, 'x.fragments.tsv.gz')]);
}

/** Of a published file, and of cells that have just its barcodes. */
async function judgedWithItsCells(table: string, bases: JsonObject, local: string): Promise<Judged> {
  const lines = gunzipSync(await readFile(table))
    .toString()
    .trim()
    .split('\n');
  const barcodes = [...new Set(lines.map((line) => line.split('\t')[3] ?? ''))];
  const cells = { obsIndex: barcodes, organism: 'NCBITaxon:9606', isPrimary: true, assay: 'EFO:0030059' };
  await writeDataset(local, cellsOf(cells, bases));
  return together([
    await checked(h5adCheck, local, 'x.h5ad'),
    await checked(fragmentsCheck, table, 'x.fragments.tsv.gz'),
  ]);
}

async function checked(check: typeof h5adCheck | typeof fragmentsCheck, local: string, path: string) {
  const options = { schema: '7.0.0', full: true };
  const result = await withLocalFile({ path, local }, (file) => runCheck(check, file, options));
  if (result.cause) throw result.cause;
  return result;
}

function together(results: readonly CheckOutcome[]): Judged {
  const all = [...results, ...judgeTogether(results)];
  return { findings: all.flatMap(({ findings }) => findings), undecided: all.flatMap(({ undecided }) => undecided) };
}

/** Whether they must come, may come, or may not. */
export async function requiredFragments(one: DataCase, bases: JsonObject, local: string): Promise<void> {
  const errorsOf = ({ findings }: Judged) =>
    findings.map(({ rule }) => rule).filter((rule) => /^A(01|02|14)$/.test(rule));
  const [without, beside] = [
    errorsOf(await judgedFragments(one, bases, local, true)),
    errorsOf(await judgedFragments(one, bases, local)),
  ];
  if (one.expect.startsWith('optional')) expect([without, beside]).toEqual([[], []]);
  else if (one.expect.startsWith('required')) expect([without, beside]).toEqual([['A14'], []]);
  else expect(beside).toEqual(one.errors?.map(({ rule }) => rule));
}

/** How many lines there are; none in what is no table. */
export async function countedLines({ name, expect: expected }: DataCase, local: string): Promise<void> {
  const table = `${local}.tsv.gz`;
  const line = 'chr1\t100\t200\tA\t1\n';
  const path = {
    'gz file': fixtures.at('fragments.tsv.gz'),
    'bgz file': fixtures.at('fragments.tsv.bgz'),
    ...{ empty: table, 'one line': table },
  }[/\[(.*)\]$/.exec(name)?.[1] ?? ''];
  if (!path) throw new NotUnderstood(`which file "${name}" is about is not known`);
  await writeFile(table, gzipSync(name.includes('one line') ? line : ''));
  const { facts } = await checked(fragmentsCheck, path, 'x.fragments.tsv.gz');
  expect(String(facts.fragments ?? 0)).toBe(expected);
}
