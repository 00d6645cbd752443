import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import type { Finding } from '../finding.js';
import { checksFor, runCheck } from '../run-checks.js';
import { mrcCheck } from './mrc.check.js';

const fixtures = sharedFolder('fixtures/cryoet');

const findingsOf = async (path: string, bytes: Uint8Array = fixtures.bytes(path)): Promise<readonly Finding[]> => {
  const { cause, findings } = await runCheck(mrcCheck, fileOf(path, bytes), { schema: null, full: true });
  expect(cause).toBeUndefined();
  return findings;
};

/** What each spoiled file is there for. */
const FAULTS: Readonly<Record<string, readonly [severity: string, rule: string]>> = {
  'bad_all_zero_data.mrc': ['error', 'empty_volume'],
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
  const known = files.filter((file) => checksFor(file, [mrcCheck]).length > 0);

  it('knows every file that is not packed', () => {
    expect(files.filter((file) => !known.includes(file))).toEqual([
      'bad_bz2_truncated.mrc.bz2',
      'bad_gz_truncated.mrc.gz',
    ]);
  });

  it.each(known.filter((file) => file.startsWith('ok_')))('has nothing against %s', async (file) => {
    const findings = await findingsOf(`synthetic/mrc/${file}`);

    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it.each(known.filter((file) => !file.startsWith('ok_')))('names the fault of %s', async (file) => {
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
  const files = Object.keys(expected).filter((file) => checksFor(file, [mrcCheck]).length > 0 && isThere(file));

  function isThere(file: string): boolean {
    try {
      return fixtures.bytes(file).length > 0;
    } catch {
      return false; // its licence keeps it out of the fixtures
    }
  }

  it('compares real files', () => {
    expect(files.length).toBeGreaterThanOrEqual(14);
  });

  // Deviations: none in what is found. Ours weighs version, labels, extended header type and statistics as warnings, where
  // mrcfile-validate calls the file invalid: every map of the EMDB has NVERSION 0. And it looks at voxels and contents too.
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
