import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../test/shared.js';
import { withLocalFile } from '../../local-file.js';
import { type CheckResult, runCheck } from '../../run-checks.js';
import { h5adCheck } from './h5ad.check.js';

const fixtures = sharedFolder('fixtures/h5ad');

async function judged(local: string): Promise<CheckResult> {
  const options = { schema: '7.0.0', full: true };
  const result = await withLocalFile({ path: 'file.h5ad', local }, (file) => runCheck(h5adCheck, file, options));
  expect(result.cause).toBeUndefined();
  return result;
}

const rulesIn = ({ findings }: CheckResult) => [...new Set(findings.map(({ rule }) => rule))].sort();

describe.skipIf(fixtures.isMissing)(`h5ad check of real files${fixtures.note}`, () => {
  it('finds nothing wrong with the valid file', async () => {
    const result = await judged(fixtures.at('example_valid_7.0.0.h5ad'));

    expect(result).toMatchObject({ outcome: 'passed', findings: [] });
  });

  it.each([
    ['example_invalid_CL_head.h5ad', ['donor_id', 'self_reported_ethnicity_ontology_term_id', 'suspension_type']],
    [
      'example_valid_v2.1.0.h5ad',
      ['donor_id', 'self_reported_ethnicity_ontology_term_id', 'suspension_type', 'tissue_type'],
    ],
    ['example_valid_v3.0.0-3.1.3.h5ad', ['tissue_type']],
  ])('reads %s to its end and names the columns that it lacks', async (file, columns) => {
    const { findings, facts } = await judged(fixtures.at(file));

    expect(findings.map(({ rule, location }) => `${rule} ${location}`).sort()).toEqual(
      columns.map((column) => `O01 /obs/${column}`),
    );
    expect(facts).toMatchObject({ cellCount: 320, geneCount: 136, matrix: { storedValues: 21_311 } });
  });

  it('reads all of them without a fault', async () => {
    for (const file of readdirSync(fixtures.at('.')).filter((name) => name.endsWith('.h5ad'))) {
      expect(rulesIn(await judged(fixtures.at(file)))).not.toContain('F01');
    }
  });
});

/** Which of its messages stand for which of our rules; those of rules that this check does not have yet are left out. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^ERROR: Invalid sparse encoding for/, 'M01'],
  [/dtype .*float32/, 'M03'],
  [/raw matrix values must be positive integers/i, 'M04'],
  [/must have at least one non-zero value in its row/, 'M05'],
  [/Raw data may be missing: data in 'X'/, 'M07'],
  [/Raw data may be missing: data in 'raw\.X'/, 'M08'],
  [/Only raw data was found/, 'M09'],
  [/Number of genes in X/, 'M10'],
  [/Number of cells in X/, 'M11'],
  [/Index of 'raw\.var' is not identical/, 'V11'],
  [/^ERROR: Dataframe '.*' is missing column/, 'O01'],
  [/'obs' is not unique/, 'O02'],
  [/must be (boolean|categorical), not/, 'O07'],
];
/** Where anything else is wrong, the reference validator leaves these rules for the next time, and says so. */
const SKIPS_RAW = /Validation of raw layer was not performed/;
const RAW_RULES = ['M03', 'M04', 'M05', 'M07', 'M08', 'M09', 'M10', 'M11', 'V11'];

/** Where this check finds more, or cannot find as much yet, and why. */
const DEVIATIONS: Readonly<Record<string, { readonly more?: string[]; readonly less?: string[] }>> = {
  // Stricter: a file without cell types has no use outside of pre-analysis, which is not asked for here.
  'TestValidate.test__pre_analysis_check_passes_with_well_formed_blob': { more: ['O01'] },
  'TestValidate.test__pre_analysis_validate_no_obsm_fails_with_obsm': { more: ['O01'] },
  'TestValidate.test__pre_analysis_validate_no_uns_default_embedding_fails_with_value_present': { more: ['O01'] },
  // The reference validator breaks on a file without X; there are required columns missing.
  'TestValidateAnndataRawCounts.test_unpaired_skips_raw_validation': { more: ['O01'] },
  // M08 for the number of rows of a Visium matrix (M06), which is not checked yet.
  'TestObs.test_column_presence_in_tissue_EFO_0022859-True_': { less: ['M08'] },
  'TestObs.test_column_presence_in_tissue_EFO_0022858-True_': { less: ['M08'] },
  'TestObs.test_assay_ontology_term_id__as_categorical': { less: ['M08'] },
  'TestObsm.test_obsm_values_nan_X_umap_': { less: ['M08'] },
  'TestObsm.test_obsm_values_no_X_embedding__visium_dataset_EFO_0022859_': { less: ['M08'] },
};

interface Case {
  readonly name: string;
  readonly file: string;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const shared = sharedFolder('conformance');
const folder = join(process.env.ACCESSION_CASES ?? shared.at('.'), 'single-cell/h5ad');
const index = join(folder, 'index.json');
const cases: readonly Case[] = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : [];

describe.skipIf(cases.length === 0)(`h5ad check beside the reference validator${shared.note}`, () => {
  it.each(cases.map((one) => [one.name, one] as const))('agrees on %s', async (name, { file, errors, warnings }) => {
    const messages = [...errors, ...warnings];
    const isRawSkipped = messages.some((message) => SKIPS_RAW.test(message));
    const { more = [], less = [] } = DEVIATIONS[name] ?? {};
    const told = MESSAGES.filter(([pattern]) => messages.some((message) => pattern.test(message)));
    const expected = new Set([...told.map(([, rule]) => rule), ...more].filter((rule) => !less.includes(rule)));

    const found = rulesIn(await judged(join(folder, file)));

    const compared = found.filter((rule) => !(isRawSkipped && RAW_RULES.includes(rule)));
    expect(compared).toEqual([...expected].sort());
  });
});
