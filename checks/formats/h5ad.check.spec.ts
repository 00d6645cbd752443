import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { withLocalFile } from '../local-file.js';
import { type CheckResult, runCheck } from '../run-checks.js';
import { countAt, type H5adParts, writeH5ad } from '../samples/h5ad.js';
import { h5adCheck } from './h5ad.check.js';

const folder = mkdtempSync(join(tmpdir(), 'h5ad-check-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

/** Without what is true of every sample: its genes are few. */
async function judged({ full = true } = {}): Promise<CheckResult> {
  const options = { schema: '7.0.0', full };
  const result = await withLocalFile({ path: 'sample.h5ad', local }, (file) => runCheck(h5adCheck, file, options));
  expect(result.cause).toBeUndefined();
  return { ...result, findings: result.findings.filter(({ rule }) => rule !== 'V10') };
}

async function resultOf(parts: Partial<H5adParts> = {}, options = { full: true }): Promise<CheckResult> {
  await writeH5ad(local, parts);
  return judged(options);
}

async function findingsOf(bytes: Uint8Array) {
  writeFileSync(local, bytes);
  return (await judged()).findings;
}

const rulesIn = ({ findings }: Pick<CheckResult, 'findings'>) => findings.map(({ rule }) => rule);
const sampleBytes = async (parts: Partial<H5adParts> = {}) => {
  await writeH5ad(local, parts);
  return withLocalFile({ path: '', local }, ({ read, size }) => read(0, size));
};

const strings = (value: string, count = 40) => Array<string>(count).fill(value);
/** The sound counts, but for `value` at row 17, column 3. */
const spoilt = (value: number) => (row: number, column: number) =>
  row === 17 && column === 3 ? value : countAt(row, column);
const names = (count: number) => Array.from({ length: count }, (_, i) => `ENSG${90_000_000_000 + i}`);

/** Counts without zeros, which would have to be sparse. */
const DENSE = { encoding: 'array', value: (row: number, column: number) => 1 + countAt(row, column) } as const;

const OBS = [
  'cell_type_ontology_term_id',
  'assay_ontology_term_id',
  'disease_ontology_term_id',
  'sex_ontology_term_id',
  'tissue_ontology_term_id',
  'tissue_type',
  'is_primary_data',
  'self_reported_ethnicity_ontology_term_id',
  'development_stage_ontology_term_id',
  'donor_id',
  'suspension_type',
];

describe('h5ad check', () => {
  it.each<[string, Partial<H5adParts>]>([
    ['as AnnData writes it', {}],
    ['that is compressed', { compression: 'gzip' }],
    ['in blosc', { compression: 'blosc' }],
    ['in lz4', { compression: 'lz4' }],
    ['in bitshuffle', { compression: 'bitshuffle' }],
    ['in zstd, dense', { compression: 'zstd', raw: DENSE, X: DENSE }],
    ['in zstd', { compression: 'zstd' }],
    ['of three cells', { cells: 3 }],
    ['of 64-bit indices', { raw: { indexDtype: 'int64' }, X: { indexDtype: 'int64' } }],
    ['of dense matrices', { raw: DENSE, X: DENSE }],
    ['of dense matrices in chunks', { raw: { ...DENSE, chunk: 7 }, X: { ...DENSE, chunk: 7 } }],
    ['with a layer of doubles', { layers: { scaled: { dtype: 'float64', value: () => -0.5 } } }],
    ['with zeros that are stored', { raw: { isStored: () => true } }],
    ['without categories of assays', { obs: { assay_ontology_term_id: strings('EFO:0009922') } }],
  ])('finds nothing wrong with a sound file %s', async (_, parts) => {
    const result = await resultOf(parts);

    expect(result).toMatchObject({ outcome: 'passed', findings: [], undecided: [] });
  });

  it('learns what there is to know about a file', async () => {
    const { facts } = await resultOf({ uns: { schema_version: '7.0.0' } });

    expect(facts).toMatchObject({
      ...{ cellCount: 40, featureCount: 30, rawLocation: 'raw.X', schemaVersion: '7.0.0' },
      matrix: { encoding: 'csr_matrix', dtype: 'float32', storedValues: 323 },
      meanGenesPerCell: 323 / 40,
    });
  });

  it.each<[string, string[], Partial<H5adParts>]>([
    ['a column that is named and missing', ['F01'], { obsOrder: ['ghost', ...OBS] }],
    ['a column that is too short', ['F01'], { obs: { batch: ['a'] } }],
    [
      'a category that comes twice',
      ['F01'],
      { obs: { batch: { categories: ['a', 'b', 'a'], codes: Array.from({ length: 40 }, (_, row) => row % 3) } } },
    ],
    ['codes without a category', ['F01'], { obs: { batch: { categories: ['a'], codes: [7, ...Array(39).fill(0)] } } }],
    ['a matrix of other cells', ['F01'], { X: { rows: 39 } }],
    ['a layer of other genes', ['F01'], { layers: { spliced: { columns: 29 } } }],
    ['raw genes without names', ['F01'], { rawGeneIds: names(29) }],
    ['a raw of nothing', ['F01', 'F01'], { raw: null, spoil: (file) => file.create_group('raw') }],
    ['a column that comes twice', ['F02'], { obsOrder: ['donor_id', ...OBS] }],
    ['a file without donors', ['O01'], { obs: { donor_id: null } }],
    ['a file without cell types', ['O01'], { obs: { cell_type_ontology_term_id: null } }],
    ['genes that do not say which are filtered', ['O01'], { var: { feature_is_filtered: null } }],
    ['cells of one name', ['O02'], { cells: 3, cellNames: ['AAAC-1', 'CCCA-1', 'AAAC-1'] }],
    ['bools in words', ['O07'], { obs: { is_primary_data: strings('False') } }],
    ['donors that are no categories', ['O07'], { obs: { donor_id: strings('donor_1') } }],
    [
      'donors that are numbers',
      ['O07'],
      { obs: { donor_id: { categories: Int32Array.of(7), codes: Array(40).fill(0) } } },
    ],
    ['suspension types that are no categories', ['O07'], { obs: { suspension_type: strings('cell') } }],
    ['tissue types that are no categories', ['O07'], { obs: { tissue_type: strings('tissue') } }],
    ['filtered genes in numbers', ['O07'], { var: { feature_is_filtered: new Int8Array(30) } }],
    ['raw genes in another order', ['V11'], { geneIds: names(30), rawGeneIds: names(30).reverse() }],
    ['a CSC matrix', ['M01'], { X: { encoding: 'csc_matrix' } }],
    ['a CSC layer', ['M01'], { layers: { spliced: { encoding: 'csc_matrix' } } }],
    ['raw counts as doubles', ['M03', 'M08'], { raw: { dtype: 'float64' } }],
    ['raw counts as integers', ['M03', 'M08'], { raw: { dtype: 'int64' } }],
    ['a raw count with a fraction', ['M04', 'M08'], { raw: { value: spoilt(1.5) } }],
    ['a negative raw count', ['M04', 'M08'], { raw: { value: spoilt(-1) } }],
    ['a raw count that is not a number', ['M04', 'M08'], { raw: { value: spoilt(Number.NaN) } }],
    ['a raw count without end', ['M04', 'M08'], { raw: { value: spoilt(Number.POSITIVE_INFINITY) } }],
    [
      'a fraction in dense counts',
      ['M04', 'M08'],
      { raw: { encoding: 'array', value: (row, column) => 1.5 + countAt(row, column) } },
    ],
    ['a fraction in counts by column', ['M01', 'M04', 'M08'], { raw: { encoding: 'csc_matrix', value: spoilt(0.5) } }],
    [
      'a cell without a count',
      ['M05', 'M08'],
      { raw: { value: (row, column) => (row === 3 ? 0 : countAt(row, column)) } },
    ],
    ['only normalised values', ['M04', 'M07'], { raw: null }],
    ['no matrix at all', ['F01', 'M07'], { raw: null, X: null }],
    ['counts in raw and no X', ['F01'], { X: null }],
    ['only raw counts', ['M09'], { raw: null, X: { value: countAt } }],
    ['more genes in raw', ['M10'], { raw: { columns: 31 }, rawGeneIds: names(31) }],
    ['fewer cells in raw', ['M11'], { raw: { rows: 39 } }],
    ['an encoding that nobody knows', ['M14'], { X: { encodingType: 'awkward-array' } }],
    ['a group of no encoding', ['M14'], { X: { encodingType: null } }],
    ['a shape that is none', ['M14'], { X: { shape: [40, -1] } }],
    ['row pointers that go down', ['M14'], { X: { spoil: ({ indptr }) => indptr.splice(5, 1, 999) } }],
    ['row pointers that begin late', ['M14'], { X: { spoil: ({ indptr }) => indptr.splice(0, 1, 1) } }],
    ['row pointers that are too few', ['M14'], { X: { spoil: ({ indptr }) => indptr.splice(7, 1) } }],
    ['values beyond the last row', ['M14'], { X: { spoil: ({ data, indices }) => [data.push(1), indices.push(0)] } }],
    ['values without indices', ['M14'], { X: { spoil: ({ indices }) => indices.pop() } }],
    ['an index beyond the genes', ['M14'], { raw: { spoil: ({ indices }) => indices.splice(9, 1, 30) } }],
    ['a negative index', ['M14'], { raw: { spoil: ({ indices }) => indices.splice(9, 1, -1) } }],
    ['a gene that has two counts', ['M14'], { raw: { spoil: ({ indices }) => indices.splice(9, 1, indices[8] ?? 0) } }],
  ])('reports %s', async (_, rules, parts) => {
    const result = await resultOf(parts);

    expect(rulesIn(result)).toEqual(rules);
    expect(result.outcome).toBe(rules.includes('M09') ? 'passed' : 'failed');
  });

  it('counts a cell as empty whose values are zeros that are stored', async () => {
    const emptied = (row: number, column: number) => (row === 3 ? 0 : countAt(row, column));

    const result = await resultOf({ raw: { value: emptied, isStored: () => true } });

    expect(rulesIn(result)).toEqual(['M05', 'M08']);
  });

  it('says of what, where, how often, and how to mend it', async () => {
    const { findings } = await resultOf({
      cells: 3,
      cellNames: ['AAAC-1', 'CCCA-1', 'GGGA-1'],
      raw: { value: (row, column) => (row === 1 && column < 2 ? 1.5 : countAt(row, column)), dtype: 'float64' },
    });

    expect(findings).toMatchObject([
      { rule: 'M03', location: '/raw/X', found: 'float64', expected: 'float32' },
      { rule: 'M04', location: '/raw/X', count: 2, found: '2 with a fraction' },
      { rule: 'M08', location: '/raw/X' },
    ]);
    expect(findings[0]?.fix).toContain('raw.X = raw.X.astype("float32"); adata.raw = raw');
    expect(findings[1]?.samples).toEqual([
      'row 1 (cell CCCA-1), gene 0 (ENSG00000167286): 1.5',
      'row 1 (cell CCCA-1), gene 1 (ENSG00000198851): 1.5',
    ]);
  });

  it('does not turn the word "False" into True', async () => {
    const { findings } = await resultOf({ obs: { is_primary_data: strings('False') } });

    expect(findings[0]?.fix).toContain('adata.obs["is_primary_data"].astype(str).str.lower() == "true"');
  });

  it('names the rows that share a name', async () => {
    const { findings } = await resultOf({ cells: 4, cellNames: ['A', 'B', 'A', 'B'] });

    expect(findings).toMatchObject([{ rule: 'O02', count: 4, samples: ['A: rows 0 and 2', 'B: rows 1 and 3'] }]);
  });

  it('keeps the fingerprint of a fault whose numbers change', async () => {
    const spoil = (rows: number) => ({
      value: (row: number, column: number) => (row < rows ? row + 0.5 : countAt(row, column)),
    });

    const one = await resultOf({ raw: spoil(1) });
    const two = await resultOf({ raw: spoil(2) });

    expect(two.findings.map(({ fingerprint }) => fingerprint)).toEqual(
      one.findings.map(({ fingerprint }) => fingerprint),
    );
    expect(two.findings[0]?.count).not.toBe(one.findings[0]?.count);
  });

  it('tells what is wrong with the structure before what is wrong with the values', async () => {
    const result = await resultOf({ obs: { donor_id: null }, raw: { value: spoilt(1.5), dtype: 'float64' }, X: null });

    expect(rulesIn(result)).toEqual(['O01', 'F01', 'M03', 'M04', 'M08']);
  });

  it.each([
    ['accessibility alone', 'EFO:0030007', 'nucleus', { raw: null }, []],
    ['methylation alone', 'EFO:0030027', 'nucleus', { raw: null }, []],
    ['accessibility and RNA', 'EFO:0030059', 'nucleus', { raw: null }, ['M04', 'M07']],
    ['RNA', 'EFO:0008931', 'cell', { raw: null }, ['M04', 'M07']],
  ])('asks for raw counts as an assay of %s does', async (_, assay, suspension, parts, rules) => {
    const suspension_type = { categories: [suspension], codes: Array(40).fill(0) };

    const result = await resultOf({ ...parts, obs: { assay_ontology_term_id: strings(assay), suspension_type } });

    expect(rulesIn(result)).toEqual(rules);
  });

  it('leaves undecided what depends on an assay that is missing', async () => {
    const { findings, undecided } = await resultOf({ raw: null, obs: { assay_ontology_term_id: null } });

    expect(findings.map(({ rule }) => rule)).toEqual(['O01']);
    expect(undecided.map(({ rule }) => rule).filter((rule) => rule.startsWith('M'))).toEqual([
      'M03',
      'M04',
      'M05',
      'M05v',
      'M05w',
      'M06',
      'M07',
      'M08',
      'M09',
    ]);
  });

  it('reads the values of matrices though nobody asked for every byte: counts are the point of the file', async () => {
    const { findings } = await resultOf({ raw: { value: spoilt(1.5), dtype: 'float64' } }, { full: false });

    expect(findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['M03', 'M04']));
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /it is empty/],
    ['zeros', new Uint8Array(4096), /nothing but zeros/],
    ['a page of HTML', Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>'), /an HTML page/],
    ['a gzip archive', gzipSync('cells'), /a gzip archive/],
    ['noise', Buffer.from('8f1c6ad2b7940e53a1', 'hex'), /no HDF5 file/],
    ['a signature', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), /cut off: there are 8 bytes and end within/],
  ])('says what it is where the file is %s', async (_, bytes, message) => {
    const findings = await findingsOf(bytes);

    expect(findings).toMatchObject([{ rule: 'F01', message: expect.stringMatching(message) }]);
  });

  it('says by how much a file is cut off', async () => {
    const bytes = await sampleBytes();

    const findings = await findingsOf(bytes.subarray(0, 30_000));

    expect(findings).toMatchObject([{ rule: 'F01', found: '30000 bytes', expected: `${bytes.length} bytes` }]);
  });

  it('goes on where a part of the file is damaged', async () => {
    const bytes = Buffer.from(await sampleBytes({ compression: 'gzip', obs: { tissue_type: strings('tissue') } }));
    // The first compressed chunk is one of X.
    const chunk = bytes.indexOf(Buffer.from([0x78, 0x5e]));
    bytes.fill(0xff, chunk, chunk + 40);

    const findings = await findingsOf(bytes);

    expect(findings).toMatchObject([{ rule: 'O07' }, { rule: 'F01', location: '/X/indptr' }]);
    expect(findings[1]?.message).toContain('a chunk of it is damaged');
  });

  it.each<[string, H5adParts['spoil'], string, RegExp]>([
    [
      'an external link',
      (file) => file.create_external_link('/etc/passwd', '/x', 'uns/elsewhere'),
      '/uns/elsewhere',
      /an external link to "\/x" in the file "\/etc\/passwd"/,
    ],
    [
      'a soft link',
      (file) => file.create_soft_link('/raw/var', 'uns/alias'),
      '/uns/alias',
      /a soft link to "\/raw\/var"/,
    ],
    ['a group in itself', (file) => file.create_hard_link('/uns', 'uns/again'), '/uns/again', /the group \/uns again/],
  ])('does not follow %s', async (_, spoil, location, message) => {
    const { findings } = await resultOf({ spoil });

    expect(findings).toMatchObject([{ rule: 'F01', location, message: expect.stringMatching(message) }]);
  });

  it('names a filter that it does not know', async () => {
    const bytes = Buffer.from(await sampleBytes({ raw: { chunk: 100 }, compression: 'gzip' }));
    // The number of the filter stands eight bytes before its name.
    for (let at = bytes.indexOf('deflate'); at !== -1; at = bytes.indexOf('deflate', at + 1)) {
      bytes.writeUInt16LE(32_013, at - 8);
    }

    const findings = await findingsOf(bytes);

    expect(findings[0]).toMatchObject({ rule: 'F01', location: '/', count: 6 });
    expect(findings[0]?.message).toContain('its filter is zfp (32013)');
  });
});
