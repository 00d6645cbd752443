import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../test/shared.js';
import type { CheckOutcome } from '../finding.js';
import { fragmentsCheck } from '../formats/fragments.check.js';
import { h5adCheck } from '../formats/h5ad.check.js';
import { withLocalFile } from '../local-file.js';
import { checksFor, runCheck } from '../run-checks.js';
import { type Fragment, SOUND_FRAGMENTS, writeFragments } from '../samples/fragments.js';
import { type ColumnParts, type H5adParts, writeH5ad } from '../samples/h5ad.js';
import { judgeTogether } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'fragments-of-dataset-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Of RNA beside accessibility, of accessibility alone, and of RNA alone. */
const MULTIOME = 'EFO:0030059';
const ATAC = 'EFO:0030007';
const RNA = 'EFO:0009922';

const CELLS = ['A', 'B', 'C'];
const assays = (...ids: string[]): ColumnParts => ({
  categories: [...new Set(ids)],
  codes: ids.map((id) => [...new Set(ids)].indexOf(id)),
});
const of = (...ids: string[]) => ({ assay_ontology_term_id: assays(...ids) });
const OF_MULTIOME = of(MULTIOME, MULTIOME, MULTIOME);
const OF_ATAC = of(ATAC, ATAC, ATAC);
const rows = (...changed: (readonly [string, number, number, string])[]) => changed.map((row): Fragment => [...row, 1]);

type Written = Readonly<Record<string, Partial<H5adParts> | readonly Fragment[]>>;

/** Write files, check each by itself, and then what must agree between them. */
async function judged(files: Written): Promise<CheckOutcome[]> {
  const results: CheckOutcome[] = [];
  for (const [path, parts] of Object.entries(files)) {
    const local = join(folder, path.replaceAll('/', '-'));
    if ('slice' in parts) writeFragments(local, { rows: parts as readonly Fragment[] });
    else
      await writeH5ad(local, {
        cells: CELLS.length,
        cellNames: CELLS,
        ...parts,
        obs: { ...OF_MULTIOME, ...parts.obs },
      });
    for (const check of checksFor(path, [h5adCheck, fragmentsCheck])) {
      const options = { schema: '7.0.0', full: true };
      results.push(await withLocalFile({ path, local }, (file) => runCheck(check, file, options)));
    }
  }
  return judgeTogether(results);
}

const told = (outcomes: readonly CheckOutcome[]) =>
  outcomes.flatMap(({ file, findings, undecided }) => [
    ...findings.map(({ rule }) => `${file} ${rule}`),
    ...undecided.map(({ rule }) => `${file} ${rule}?`),
  ]);

describe('fragments of a data set', () => {
  it.each<[string, Written]>([
    ['of RNA beside accessibility', { 'x.h5ad': {}, 'fragments.tsv.gz': SOUND_FRAGMENTS }],
    ['of accessibility alone', { 'x.h5ad': { obs: OF_ATAC }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS }],
    [
      'of mice',
      {
        'x.h5ad': { uns: { organism_ontology_term_id: 'NCBITaxon:10090' } },
        'x_fragments.tsv.gz': rows(['chr19', 1, 61_420_004, 'A'], ['chr2', 1, 2, 'B'], ['JH584304.1', 1, 2, 'C']),
      },
    ],
    ['that may come without them', { 'x.h5ad': {} }],
    ['of RNA alone', { 'x.h5ad': { obs: of(RNA, RNA, RNA) } }],
    ['that is one of two, by its name', { 'x.h5ad': {}, 'y.h5ad': {}, 'y-atac_fragments.tsv.gz': SOUND_FRAGMENTS }],
    [
      'that is one of two of a name, by its folder',
      { 'a/x.h5ad': {}, 'b/x.h5ad': { cellNames: ['D', 'E', 'F'] }, 'a/x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'whose cells have many fragments',
      { 'x.h5ad': {}, 'x.tsv.bgz': [...SOUND_FRAGMENTS, ...rows(['chr4', 5, 6, 'A'])] },
    ],
  ])('agree with a sound one %s', async (_, files) => {
    expect(told(await judged(files))).toEqual([]);
  });

  it.each<[string, string[], Written]>([
    [
      'RNA alone',
      ['x.fragments.tsv.gz A01'],
      { 'x.h5ad': { obs: of(RNA, RNA, RNA) }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'one cell of RNA alone',
      ['x.fragments.tsv.gz A01'],
      { 'x.h5ad': { obs: of(MULTIOME, RNA, MULTIOME) }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'cells with RNA and without',
      ['x.h5ad A02'],
      { 'x.h5ad': { obs: of(MULTIOME, ATAC, ATAC) }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    ['cells with RNA and without, and no fragments', ['x.h5ad A02'], { 'x.h5ad': { obs: of(MULTIOME, ATAC, ATAC) } }],
    [
      'a cell that is not primary',
      ['x.h5ad A03'],
      { 'x.h5ad': { obs: { is_primary_data: [true, false, true] } }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'another organism',
      ['x.h5ad A04'],
      { 'x.h5ad': { uns: { organism_ontology_term_id: 'NCBITaxon:9607' } }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'no organism',
      ['x.h5ad A04'],
      { 'x.h5ad': { uns: { organism_ontology_term_id: null } }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'other cells',
      ['x.fragments.tsv.gz A05'],
      { 'x.h5ad': { cellNames: ['A', 'B', 'E'] }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'fewer cells',
      ['x.fragments.tsv.gz A05'],
      {
        'x.h5ad': { cells: 2, cellNames: ['A', 'B'], obs: of(MULTIOME, MULTIOME) },
        'x.fragments.tsv.gz': SOUND_FRAGMENTS,
      },
    ],
    ['more cells', ['x.fragments.tsv.gz A05'], { 'x.h5ad': {}, 'x.fragments.tsv.gz': SOUND_FRAGMENTS.slice(0, 2) }],
    [
      'a chromosome of mice',
      ['x.fragments.tsv.gz A09'],
      { 'x.h5ad': {}, 'x.fragments.tsv.gz': [...SOUND_FRAGMENTS, ...rows(['JH584304.1', 1, 2, 'A'])] },
    ],
    [
      'a stop beyond the chromosome of mice',
      ['x.fragments.tsv.gz A08'],
      {
        'x.h5ad': { uns: { organism_ontology_term_id: 'NCBITaxon:10090' } },
        'x.fragments.tsv.gz': [...SOUND_FRAGMENTS, ...rows(['chr1', 1, 248_956_422, 'A'])],
      },
    ],
    ['no fragments, which its assay asks for', ['x.h5ad A14'], { 'x.h5ad': { obs: OF_ATAC } }],
    [
      'fragments of another name',
      ['z.fragments.tsv.gz A15'],
      { 'x.h5ad': {}, 'y.h5ad': {}, 'z.fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
    [
      'fragments twice',
      ['x_fragments.tsv.gz A15'],
      { 'x.h5ad': {}, 'x.fragments.tsv.gz': SOUND_FRAGMENTS, 'x_fragments.tsv.gz': SOUND_FRAGMENTS },
    ],
  ])('are judged beside a file with %s', async (_, rules, files) => {
    expect(told(await judged(files))).toEqual(rules);
  });

  it('name barcodes that only one of both has', async () => {
    const [outcome] = await judged({
      'x.h5ad': { cellNames: ['A-1', 'B', 'C'] },
      'x.fragments.tsv.gz': SOUND_FRAGMENTS,
    });

    expect(outcome).toMatchObject({ check: 'fragments-of-dataset', file: 'x.fragments.tsv.gz', outcome: 'failed' });
    expect(outcome?.findings[0]?.samples).toEqual(['only in the fragments: A', 'only among the cells: A-1']);
  });

  it('are undecided without the cells', async () => {
    expect(told(await judged({ 'x.fragments.tsv.gz': SOUND_FRAGMENTS }))).toEqual(['x.fragments.tsv.gz A05?']);
  });

  it('are undecided beside assays that are not known', async () => {
    const unknown = of('EFO:0099999', 'EFO:0099999', 'EFO:0099999');

    expect(told(await judged({ 'x.h5ad': { obs: unknown } }))).toEqual(['x.h5ad A14?']);
    expect(told(await judged({ 'x.h5ad': { obs: unknown }, 'x.fragments.tsv.gz': SOUND_FRAGMENTS }))).toEqual([
      'x.fragments.tsv.gz A01?',
    ]);
  });
});

const fixtures = sharedFolder('fixtures/h5ad');

describe.skipIf(fixtures.isMissing)(`fragments of a published data set${fixtures.note}`, () => {
  const table = fixtures.isMissing ? '' : gunzipSync(fixtures.bytes('fragments.tsv.gz')).toString();
  const fragments = table
    .trimEnd()
    .split('\n')
    .map((line): Fragment => {
      const [chromosome = '', start, stop, barcode = '', support] = line.split('\t');
      return [chromosome, Number(start), Number(stop), barcode, Number(support)];
    });
  const cellNames = [...new Set(fragments.map(([, , , barcode]) => barcode))];
  const obs = (count: number) => ({ ...of(...Array<string>(count).fill(MULTIOME)) });
  const dataset = (names: readonly string[]): Partial<H5adParts> => ({
    cells: names.length,
    genes: 1,
    raw: null,
    X: null,
    cellNames: names,
    obs: obs(names.length),
  });

  it('belong to the cells that have their barcodes, and to no others', async () => {
    const shuffled = [...cellNames].sort();
    const spoilt = shuffled.with(11_000, 'SPOILT-1');

    expect(told(await judged({ 'x.h5ad': dataset(shuffled), 'fragments.tsv.gz': fragments }))).toEqual([]);
    expect(told(await judged({ 'x.h5ad': dataset(spoilt), 'fragments.tsv.gz': fragments }))).toEqual([
      'fragments.tsv.gz A05',
    ]);
  });
});
