import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf, mrcBytes } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import type { Finding, Severity } from '../finding.js';
import { checksFor, runCheck } from '../run-checks.js';
import type { MrcParts } from '../samples/mrc.js';
import { containersOf } from './container.check.js';
import { mrcCheck } from './mrc.check.js';

const fixtures = sharedFolder('fixtures/cryoet');
const KNOWN = [mrcCheck, containersOf([mrcCheck], [])];

const findingsOf = async (path: string, bytes: Uint8Array = fixtures.bytes(path)): Promise<readonly Finding[]> => {
  const [check = mrcCheck] = checksFor(path, KNOWN);
  const { cause, findings } = await runCheck(check, fileOf(path, bytes), { schema: null, full: true });
  expect(cause).toBeUndefined();
  return findings;
};

/** What each spoiled file is there for. */
const FAULTS: Readonly<Record<string, readonly [severity: string, rule: string]>> = {
  'bad_all_zero_data.mrc': ['error', 'empty_volume'],
  'bad_bz2_truncated.mrc.bz2': ['error', 'pack_truncated'],
  'bad_gz_truncated.mrc.gz': ['error', 'pack_truncated'],
  'bad_html_error_page.mrc': ['error', 'content'],
  'bad_label_gap.mrc': ['warning', 'label_gap'],
  'bad_map_id.mrc': ['error', 'magic'],
  'bad_mode_99.mrc': ['error', 'mode'],
  'bad_negative_nz.mrc': ['error', 'dimensions'],
  'bad_nlabl_mismatch.mrc': ['warning', 'label_count'],
  'bad_nsymbt_no_exttyp.mrc': ['warning', 'extended_header_type'],
  'bad_nsymbt_too_large.mrc': ['error', 'extended_header'],
  'bad_nversion_0.mrc': ['warning', 'version'],
  'bad_stamp_says_BE_data_LE.mrc': ['error', 'byte_order'],
  'bad_stats_wrong.mrc': ['warning', 'statistics'],
  'bad_tomogram_ispg0.mrc': ['warning', 'image_stack'],
  'bad_zero_dim.mrc': ['error', 'dimensions'],
  'warn_axis_mapping_321.mrc': ['warning', 'axes_permuted'],
  'warn_mode101_4bit_odd_nx.mrc': ['warning', 'mode_uncommon'],
  'warn_nonzero_origin.mrc': ['warning', 'origin'],
};

describe.skipIf(fixtures.isMissing)(`mrc check of the synthetic files${fixtures.note}`, () => {
  const files = fixtures.isMissing ? [] : readdirSync(fixtures.at('synthetic/mrc'));
  it.each(files.filter((file) => file.startsWith('ok_')))('has nothing against %s', async (file) => {
    const findings = await findingsOf(`synthetic/mrc/${file}`);

    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it.each(files.filter((file) => !file.startsWith('ok_')))('names the fault of %s', async (file) => {
    const findings = await findingsOf(`synthetic/mrc/${file}`);
    const [severity, rule] = FAULTS[file] ?? [];

    expect(findings.map((finding) => [finding.severity, finding.rule])).toContainEqual([severity, rule]);
    if (file.startsWith('warn_')) expect(findings.map((finding) => finding.severity)).not.toContain('error');
  });
});

/** What mrcfile-validate says, and the rules that say it here. */
const CLASSES: readonly (readonly [message: RegExp, rules: readonly string[]])[] = [
  [/^Map ID string/, ['magic']],
  [/^Machine stamp/i, ['machine_stamp', 'byte_order']],
  [/mode/i, ['mode', 'mode_fourier', 'mode_uncommon']],
  [/negative/i, ['dimensions', 'grid', 'cell', 'space_group']],
  [/map[cC]|axis/i, ['axes']],
  [/volume stack/i, ['volume_stack']],
  [/label/i, ['label_count', 'label_gap']],
  [/^File does not declare MRC format version/, ['version']],
  [/^Extended header type/, ['extended_header_type']],
  [/^File is (larger|smaller)|file size/i, ['truncated', 'trailing', 'trailing_much', 'extended_header']],
  [/^Data statistics/, ['statistics']],
];

describe.skipIf(fixtures.isMissing)(`mrc check and mrcfile-validate${fixtures.note}`, () => {
  const expected: Record<string, { valid: boolean; messages: string[] }> = fixtures.isMissing
    ? {}
    : JSON.parse(fixtures.bytes('mrcfile-validate.expected.json').toString());
  const files = Object.keys(expected).filter(isThere);

  function isThere(file: string): boolean {
    try {
      return fixtures.bytes(file).length > 0;
    } catch {
      return false; // its licence keeps it out of the fixtures
    }
  }

  it('compares real files', () => {
    expect(files.length).toBeGreaterThanOrEqual(18);
  });

  // What is found is the same; how much it weighs is not: see DEVIATIONS.
  it.each(files)('find the same faults in %s', async (file) => {
    const findings = await findingsOf(file);
    const classesOf = (says: (message: RegExp, rules: readonly string[]) => boolean) =>
      CLASSES.filter(([message, rules]) => says(message, rules)).map(([, [rule]]) => rule);

    const ours = classesOf((_, rules) => findings.some(({ rule }) => rules.includes(rule)));
    const theirs = classesOf((message) => (expected[file]?.messages ?? []).some((line) => message.test(line)));

    expect(ours).toEqual(theirs);
    expect(findings.map(({ severity }) => severity)).not.toContain('error');
  });
});

/**
 * Where the two differ, by a file of each kind: what mrcfile-validate calls it, and our heaviest finding. Each is a row of
 * docs/cryoet-deviations.md, which names the rule.
 */
const DEVIATIONS: readonly (readonly [
  rule: string,
  theirs: 'valid' | 'invalid' | 'breaks',
  ours: Severity | 'nothing',
  file: Partial<MrcParts>,
])[] = [
  ['voxel_size_unset', 'valid', 'warning', { cell: [0, 0, 0] }],
  ['voxel_size_default', 'valid', 'warning', { voxel: 1 }],
  ['voxel_size_anisotropic', 'valid', 'warning', { cell: [81, 67.5, 54.1] }],
  ['voxel_size_implausible', 'valid', 'warning', { voxel: 1e-5 }],
  ['dimensions', 'valid', 'error', { nz: 0 }],
  ['dimensions', 'breaks', 'error', { nz: -4 }],
  ['too_short', 'breaks', 'error', { trim: 1000 }],
  ['empty_volume', 'valid', 'error', { value: () => 0 }],
  ['not_finite', 'valid', 'error', { value: (i) => (i === 7 ? Number.NaN : i % 19), statistics: [0, -1, -2, -1] }],
  ['padded', 'valid', 'warning', { value: (i) => (i < 90 ? 1 + (i % 19) : 0) }],
  ['image_stack', 'valid', 'warning', { spaceGroup: 0 }],
  ['byte_order', 'valid', 'error', { stamp: [0x11, 0x11] }],
  ['axes_permuted', 'valid', 'warning', { axes: [3, 2, 1], grid: [4, 5, 6] }],
  ['origin', 'valid', 'warning', { origin: [10, 0, 0] }],
  ['mode_fourier', 'valid', 'error', { mode: 4 }],
  ['trailing', 'invalid', 'warning', { append: 1 }],
  ['version', 'invalid', 'warning', { version: 0 }],
  ['extended_header_type', 'invalid', 'warning', { extended: new Uint8Array(160) }],
  ['label_count', 'invalid', 'warning', { labelCount: 2 }],
  ['label_gap', 'invalid', 'warning', { labels: ['', 'second'], labelCount: 1 }],
  ['statistics', 'invalid', 'warning', { statistics: [0, 9, 4, 2] }],
  ['machine_stamp', 'invalid', 'warning', { stamp: [0x44, 0x20, 0x20, 0x20] }],
  ['mode_uncommon', 'invalid', 'warning', { mode: 101, nx: 5 }],
  ['unsigned bytes of IMOD', 'invalid', 'nothing', { mode: 0, value: (i) => 130 + i, statistics: [130, 249, -1, -1] }],
];

describe('deviations from mrcfile-validate', () => {
  const page = readFileSync(new URL('../../docs/cryoet-deviations.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| '));

  it.each(DEVIATIONS)('are as written: %s, %s there, %s here', async (rule, theirs, ours, parts) => {
    const bytes = mrcBytes(parts);
    if (ours === 'nothing') bytes.writeInt32LE(1146047817, 152);

    const findings = await findingsOf('tomo.mrc', bytes);

    const weight = ours === 'nothing' ? [] : [ours];
    expect(findings.filter((one) => one.rule === rule).map(({ severity }) => severity)).toEqual(weight);
    if (ours === 'nothing') expect(findings).toEqual([]);
    const word = { valid: 'valid', invalid: 'invalid', breaks: 'breaks off' }[theirs];
    expect(rows.filter((row) => row.includes(rule) && row.includes(word))).not.toEqual([]);
  });
});

describe.skipIf(fixtures.isMissing)(`mrc check of real files that were damaged${fixtures.note}`, () => {
  const EMD = 'ccpem+mrcfile/tests/test_data/EMD-3197.map';
  const whole = fixtures.isMissing ? new Uint8Array() : fixtures.bytes(EMD);

  it('finds every cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), async (end) => {
        const severities = (await findingsOf(EMD, whole.subarray(0, end))).map(({ severity }) => severity);
        expect(severities).toContain('error');
      }),
      { numRuns: 300, seed: 3197 },
    );
  });

  it('never breaks on flipped bytes', async () => {
    const flips = fc.array(fc.tuple(fc.nat(1100), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        await findingsOf(EMD, bytes);
      }),
      { numRuns: 1000, seed: 3197 },
    );
  });
});
