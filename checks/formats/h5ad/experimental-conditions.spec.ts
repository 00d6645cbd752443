import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withLocalFile } from '../../local-file.js';
import { runCheck } from '../../run-checks.js';
import { type H5adParts, writeH5ad } from '../../samples/h5ad.js';
import { h5adCheck } from '../h5ad.check.js';
import { CONDITION_RULES } from './experimental-conditions.js';

const folder = mkdtempSync(join(tmpdir(), 'h5ad-conditions-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

async function resultOf(parts: Partial<H5adParts>, schema = '7.1.0') {
  await writeH5ad(local, parts);
  const options = { schema, full: true };
  const result = await withLocalFile({ path: 'sample.h5ad', local }, (file) => runCheck(h5adCheck, file, options));
  expect(result.cause).toBeUndefined();
  return {
    findings: result.findings.filter(({ rule }) => rule in CONDITION_RULES),
    undecided: result.undecided.filter(({ rule }) => rule in CONDITION_RULES).map(({ reason }) => reason),
  };
}

/** Half of the cells are exposed to nothing. */
const exposedTo = (value: string): Partial<H5adParts> => ({
  obs: {
    experimental_condition_ontology_term_id: {
      categories: ['na', value],
      codes: Int8Array.from({ length: 40 }, (_, row) => row % 2),
    },
  },
});
const rulesOf = async (value: string) => (await resultOf(exposedTo(value))).findings.map(({ rule }) => rule);

describe('experimental conditions', () => {
  it('need not be there', async () => {
    expect(await resultOf({})).toEqual({ findings: [], undecided: [] });
  });

  it('are nothing to an edition that does not know them', async () => {
    expect(await resultOf(exposedTo('nonsense'), '7.0.0')).toEqual({ findings: [], undecided: [] });
  });

  it('are sound where they are the temperature', async () => {
    expect(await resultOf(exposedTo('EFO:0001702'))).toEqual({ findings: [], undecided: [] });
  });

  it.each([
    ['CHEBI:16236', 'CHEBI'],
    ['uniprot:P01308', 'UniProt'],
    ['anti-uniprot:P01308', 'UniProt'],
  ])('are undecided where the reference has nothing of them: %s', async (value, ontology) => {
    const { findings, undecided } = await resultOf(exposedTo(value));

    expect(findings).toEqual([]);
    expect(undecided).toEqual([expect.stringContaining(`of ${ontology} `)]);
  });

  it.each([
    ['a word', 'heat', ['X05']],
    ['a term of another ontology', 'MONDO:0005148', ['X05']],
    ['"na" beside another', 'CHEBI:16236 || na', ['X05']],
    ['a condition that is not written out', 'CHEBI:16236 || ', ['X06', 'X05']],
    ['another delimiter', 'CHEBI:16236,CHEBI:17234', ['X05']],
    ['an order that goes down', 'CHEBI:17234 || CHEBI:16236', ['X06']],
    ['a condition twice', 'CHEBI:16236 || CHEBI:16236', ['X06']],
    ['an assay', 'EFO:0009922', ['X07']],
  ])('are not %s', async (_, value, rules) => {
    expect((await rulesOf(value)).sort()).toEqual([...rules].sort());
  });

  it('say which cells and how many, and how to mend it', async () => {
    const { findings } = await resultOf(exposedTo('CHEBI:17234 || CHEBI:16236'));

    expect(findings).toMatchObject([
      {
        ...{ location: '/obs/experimental_condition_ontology_term_id', count: 20 },
        samples: ['row 1', 'row 3', 'row 5', 'row 7', 'row 9'],
        expected: 'CHEBI:16236 || CHEBI:17234',
        fix: expect.stringContaining(
          '.astype(str).map(lambda ids: " || ".join(sorted(set(ids.split(" || "))))).astype("category")',
        ),
      },
    ]);
  });
});
