import { describe, expect, it } from 'vitest';
import { sharedFolder } from '../../test/shared.js';
import { expectSwift, expectUnbreakable, faultsOf, verdictOf } from '../../test/text-verdicts.js';
import { alnCheck } from './aln.check.js';

const row = (sec: number, tilt: number, rotation = '84.7000') =>
  `    ${sec}    ${rotation}    1.00000      1.500     -2.500     1.00     1.00     1.00     0.00     ${tilt}.00`;
const HEADERS = [
  ...['# AreTomo Alignment / Priims bprmMn', '# RawSize = 4096 4000 5', '# NumPatches = 2'],
  ...['# DarkFrame =     0    1   -12.00', '# DarkFrame =     4    5    12.00'],
  ...['# AlphaOffset =     1.20', '# BetaOffset =     0.00', '# Thickness = 1500'],
  '# SEC     ROT         GMAG       TX          TY      SMEAN     SFIT    SCALE     BASE     TILT',
];
const GLOBAL = [row(2, -3), row(3, 0), row(4, 3)];
const LOCAL = [0, 1, 2].flatMap((t) =>
  [0, 1].map((p) => `   ${t}   ${p}     0.00      0.00      0.10      0.20   1.0`),
);
/** Sections counted from 1, of which the first and the last are dark, and two patches. */
const SOUND = [...HEADERS, ...GLOBAL, '# Local Alignment', ...LOCAL, ''].join('\n');

const judged = (content: string | Uint8Array) => verdictOf(alnCheck, 'TS_001.aln', content);
const rulesOf = async (content: string | Uint8Array) => (await judged(content)).findings.map(({ rule }) => rule);

describe('aln check', () => {
  it('finds nothing wrong with an alignment of sections and patches', async () => {
    expect(await rulesOf(SOUND)).toEqual([]);
  });

  it('finds nothing wrong with old files: no thickness, blank lines, sections from 0, no patches', async () => {
    const text = [
      '# AreTomo Alignment / Priims bprmMn',
      '# RawSize = 10 20 2',
      '# NumPatches = 0',
      '',
      row(0, -5),
      row(1, 5),
    ];

    expect(await rulesOf([...text, '# Local Alignment', ''].join('\r\n'))).toEqual([]);
  });

  const BROKEN: Record<keyof typeof alnCheck.rules, [what: string, content: string | Uint8Array]> = {
    empty_file: ['an empty file', ''],
    too_large: ['a file of 5 MB', new Uint8Array(5 << 20)],
    too_many_lines: ['70,000 lines', '1\n'.repeat(70_000)],
    content: ['an error page', '<!DOCTYPE html><html>404 Not Found</html>'],
    encoding: ['UTF-16', Buffer.from(`\ufeff${SOUND}`, 'utf16le')],
    binary: ['an end of zeros', `${SOUND}\0\0\0\0`],
    byte_order_mark: ['a byte order mark', `\ufeff${SOUND}`],
    decimal_comma: ['a decimal comma', SOUND.replace('= 1500', '= 1500,5')],
    not_finite: ['a rotation that is NaN', SOUND.replace(row(3, 0), row(3, 0, 'nan'))],
    overflow: ['a rotation that did not fit', SOUND.replace(row(3, 0), row(3, 0, '******'))],
    not_a_number: ['a rotation in words', SOUND.replace(row(3, 0), row(3, 0, 'left'))],
    header_tag: ['a first line that is missing', SOUND.slice(SOUND.indexOf('\n') + 1)],
    raw_size: ['a size of two numbers', SOUND.replace('4096 4000 5', '4096 4000')],
    patch_count: ['patches that are no number', SOUND.replace('NumPatches = 2', 'NumPatches = two')],
    dark_frame: ['a dark frame without its tilt', SOUND.replace('4    5    12.00', '4    5')],
    row_arity: ['a row that is too short', SOUND.replace(row(3, 0), '    3    84.7')],
    row_count: [
      'a size without the dark frames',
      SOUND.replace('4096 4000 5', '4096 4000 4').replace('4    5 ', '4    1 '),
    ],
    section_number: ['a section that is not there', SOUND.replace('    4    84.7', '    7    84.7')],
    section_repeated: ['a section with two rows', SOUND.replace('    4    84.7', '    3    84.7')],
    section_dark: ['a dark frame with a row', SOUND.replace('    4    84.7', '    5    84.7')],
    tilt_range: ['a tilt that was never set', SOUND.replace(row(4, 3), row(4, 3).replace('3.00', '1.5e+24'))],
    rotation_spread: ['a section that is turned', SOUND.replace(row(3, 0), row(3, 0, '-64.1'))],
    magnification: ['another magnification', SOUND.replace('1.00000', '1.20000')],
    shift: ['a shift beyond the image', SOUND.replace('-2.500', '-4050.0')],
    local_arity: ['a row of a patch that is too short', SOUND.replace('0.10      0.20   1.0', '0.10      0.20')],
    local_count: ['a patch that is missing', SOUND.replace(`${LOCAL[5]}\n`, '')],
    local_section: ['a patch of no section', SOUND.replace('   2   1     0.00', '   3   1     0.00')],
  };

  const rows = Object.entries(BROKEN).map(([rule, [what, content]]) => ({ rule, what, content }));
  it.each(rows)('reports $what as $rule', async ({ rule, content }) => {
    expect(await rulesOf(content)).toEqual([rule]);
  });

  it('names the line, the value and what was expected', async () => {
    const { findings } = await judged(SOUND.replace(row(4, 3), row(4, 3).replace('3.00', '1.5e+24')));

    expect(findings).toMatchObject([{ location: 'line 12', found: '1.5e+24', expected: 'from -90 to 90' }]);
  });

  it('learns the sections counted from 0, whatever the file counts from', async () => {
    const { facts } = await judged(SOUND);

    expect(facts).toMatchObject({
      ...{ format: 'aln', rawSize: [4096, 4000, 5], patches: 2, localRows: 6, countsFrom: 1 },
      ...{ alphaOffset: 1.2, betaOffset: 0, thickness: 1500 },
      dark: [
        { frame: 0, section: 1, tilt: -12 },
        { frame: 4, section: 5, tilt: 12 },
      ],
    });
    expect((facts.rows as unknown[])[0]).toEqual({
      section: 1,
      rotation: 84.7,
      shift: [1.5, -2.5],
      tilt: -3,
      line: 10,
    });
  });

  it.each([
    ['0, where a section is 0', ['# RawSize = 9 9 3', row(0, 0), row(1, 3), row(2, 6)], 0],
    ['1, where a section is the last', ['# RawSize = 9 9 3', row(1, 0), row(2, 3), row(3, 6)], 1],
    [
      '0, where the first dark frame is its own section',
      ['# RawSize = 9 9 3', '# DarkFrame = 0 0 -3', row(1, 0), row(2, 3)],
      0,
    ],
    [
      '0, where dark frames have their number for a section',
      ['# RawSize = 9 9 4', '# DarkFrame = 3 3 9', '# DarkFrame = 0 0 0', row(1, 0), row(2, 3)],
      0,
    ],
    ['1, where nothing tells', ['# RawSize = 9 9 9', row(1, 0)], 1],
  ])('counts from %s', async (_, lines, countsFrom) => {
    const { facts } = await judged(['# AreTomo Alignment', ...lines].join('\n'));

    expect(facts).toMatchObject({ countsFrom });
  });

  it('learns nothing where a row cannot be read', async () => {
    expect((await judged(SOUND.replace(row(3, 0), '    3    84.7'))).facts).toEqual({});
  });

  it('takes no longer for one line that is very long', { timeout: 60_000 }, async () => {
    await expectSwift(alnCheck, 'TS_001.aln', [
      '',
      '# AreTomo Alignment\n# RawSize = ',
      `${SOUND}# a =`,
      `${SOUND}# a`,
      `${SOUND}# Local `,
    ]);
  });

  it('never breaks, whatever is changed or cut off', { timeout: 30_000 }, async () => {
    await expectUnbreakable(alnCheck, 'TS_001.aln', SOUND, 1);
    await expectUnbreakable(alnCheck, 'TS_001.aln', SOUND, 2);
  });
});

const fixtures = sharedFolder('fixtures/cryoet');
const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket/10001_input';

describe.skipIf(fixtures.isMissing)(`aln check of fixtures${fixtures.note}`, () => {
  it.each([
    ['synthetic/text/ok_local.aln', []],
    ['synthetic/text/ok_thickness.aln', []],
    ['synthetic/text/bad_no_rawsize.aln', ['error raw_size']],
    ['synthetic/text/bad_raw_minus_dark.aln', ['error row_count']],
    ['synthetic/text/bad_short_global_row.aln', ['error row_arity']],
    // An image of 10 by 20 pixels, shifted by up to 92.
    [`${PORTAL}/alignments/TS_run1.aln`, ['warning shift']],
    // Shortened by whoever made it: 4 of 86 sections, 6 of 64 rows of patches.
    ['uermel+cryoet-alignment/tests/data/test.aln', ['error row_count', 'error local_count']],
  ])('judges %s', async (path, faults) => {
    expect(await faultsOf(alnCheck, path, fixtures.bytes(path))).toEqual(faults);
  });
});
