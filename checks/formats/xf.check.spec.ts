import { describe, expect, it } from 'vitest';
import { sharedFolder } from '../../test/shared.js';
import { expectSwift, expectUnbreakable, faultsOf, verdictOf } from '../../test/text-verdicts.js';
import { xfCheck } from './xf.check.js';

const ROW = '   0.0291000   0.9995000  -0.9995000   0.0291000      55.430      25.560\n';
const SOUND = ROW.repeat(7);
/** Turned by so many degrees. */
const turned = (degrees: number) => {
  const [cos, sin] = [Math.cos, Math.sin].map((of) => of((degrees * Math.PI) / 180).toFixed(7));
  return `${cos} ${-Number(sin)} ${sin} ${cos} 1.5 -2.5\n`;
};
/** Two areas along X and one along Y; three sections. */
const AREA =
  ' -60.00   0.00  60.00\n  0.10   0.20   0.30\n 1.0 0.0 0.0 1.0 0.5 0.5\n 1.0 0.0 0.0 1.0 0.5 0.5\n 1.0 0.0 0.0 1.0 0.5 0.5\n';
const LOCAL = `   2    1   500   500   600   600    1   0.68    0\n${AREA}${AREA}`;

const rulesOf = async (content: string | Uint8Array, path = 'TS_001.xf') =>
  (await verdictOf(xfCheck, path, content)).findings.map(({ rule }) => rule);

describe('xf check', () => {
  it('finds nothing wrong with a row for each section', async () => {
    expect(await rulesOf(SOUND)).toEqual([]);
    expect(await rulesOf(SOUND.replaceAll('\n', '\r\n'), 'TS_001.tltxf')).toEqual([]);
  });

  it('finds nothing wrong with rotations about 180 degrees, some of which are negative', async () => {
    expect(await rulesOf([178, 179, -179, -178].map(turned).join(''))).toEqual([]);
  });

  const BROKEN: Record<keyof typeof xfCheck.rules, [what: string, content: string | Uint8Array]> = {
    empty_file: ['an empty file', ''],
    too_large: ['a file of 5 MB', new Uint8Array(5 << 20)],
    too_many_lines: ['70,000 lines', '1\n'.repeat(70_000)],
    content: ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n'],
    encoding: ['UTF-16', Buffer.from(`\ufeff${SOUND}`, 'utf16le')],
    binary: ['bytes that are no text', `${SOUND}\0\0\0\0`],
    byte_order_mark: ['a byte order mark', `\ufeff${SOUND}`],
    decimal_comma: ['decimal commas', SOUND.replaceAll('55.430', '55,430')],
    not_finite: ['a shift that is NaN', SOUND.replace('55.430', 'NaN')],
    overflow: ['a shift that did not fit', SOUND.replace('55.430', '*********')],
    not_a_number: ['a name', SOUND.replace('55.430', 'x')],
    no_rows: ['nothing but blanks', ' \n\n'],
    row_arity: ['a row that was cut off', SOUND.slice(0, -20)],
    singular: ['a transform of zeros', `${SOUND}0.0 0.0 0.0 0.0 1.0 1.0\n`],
    mirrored: ['a section from the other side', `${ROW}0.0291 0.9995 0.9995 -0.0291 1 1\n`.replace(ROW, '')],
    magnification: ['a section of half the size', `${turned(0)}0.5 0 0 1.0 1 1\n`],
    rotation_spread: ['a section that is turned', [84, 84, 84, 84, 70].map(turned).join('')],
    shift: ['a section far away', SOUND.replace('55.430', '99999.0')],
    local_header: ['local alignments of no areas', LOCAL.replace('   2    1', '   0    1')],
    local_rows: ['local alignments that were cut off', LOCAL.slice(0, -30)],
  };

  const rows = Object.entries(BROKEN).map(([rule, [what, content]]) => ({ rule, what, content }));
  it.each(rows)('reports $what as $rule', async ({ rule, content }) => {
    expect(await rulesOf(content)).toEqual([rule]);
  });

  it('names the line, the value and what was expected', async () => {
    const { findings } = await verdictOf(
      xfCheck,
      'TS_001.xf',
      `${ROW}\n${ROW}${'0 '.repeat(6)}\n${'0 '.repeat(5)}0.1\n`,
    );

    expect(findings[0]).toMatchObject({
      ...{ rule: 'singular', location: 'line 4', found: 'determinant 0', expected: 'a determinant near 1', count: 2 },
      samples: ['line 4: determinant 0', 'line 5: determinant 0'],
    });
  });

  it('names the sections that are turned otherwise, and by how much the others are', async () => {
    const { findings } = await verdictOf(xfCheck, 'TS_001.xf', [84, 84, 84, 84, 70].map(turned).join(''));

    expect(findings).toMatchObject([{ location: 'line 5', found: '70°', expected: 'about 84°, the median' }]);
  });

  it('learns each row and its rotation', async () => {
    const { facts } = await verdictOf(xfCheck, 'TS_001.xf', '0.0 1.0 -1.0 0.0 55.43 25.56\n');

    expect(facts).toEqual({ format: 'xf', rows: [[0, 1, -1, 0, 55.43, 25.56]], rotations: [-90] });
  });

  it('tells local alignments by their first row, whatever they are called', async () => {
    const { findings, facts } = await verdictOf(xfCheck, 'TS_001local.xf', LOCAL);

    expect(findings).toEqual([]);
    expect(facts).toEqual({ format: 'local-xf', patches: [2, 1] });
  });

  it('takes no longer for one line that is very long', { timeout: 60_000 }, async () => {
    await expectSwift(xfCheck, 'TS_001.xf', ['', `${ROW}`, '1 1 1 1 1 1 1 1 1\n']);
  });

  it('never breaks, whatever is changed or cut off', { timeout: 30_000 }, async () => {
    await expectUnbreakable(xfCheck, 'TS_001.xf', SOUND, 1);
    await expectUnbreakable(xfCheck, 'TS_001local.xf', LOCAL, 2);
  });
});

const fixtures = sharedFolder('fixtures/cryoet');
const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket/10001_input';

describe.skipIf(fixtures.isMissing)(`xf check of fixtures${fixtures.note}`, () => {
  it.each([
    ['synthetic/text/ok.xf', []],
    ['synthetic/text/bad_overflow_stars.xf', ['error overflow']],
    ['synthetic/text/bad_singular.xf', ['error singular']],
    [`${PORTAL}/alignments/TS_run1.xf`, []],
    ['teamtomo+etomofiles/test_data/TS_001/TS_001.xf', []],
    ['uermel+cryoet-alignment/tests/data/test.xf', []],
    ['uermel+cryoet-alignment/tests/data/convert/imod_1/tilt_1.xf', []],
  ])('judges %s', async (path, faults) => {
    expect(await faultsOf(xfCheck, path, fixtures.bytes(path))).toEqual(faults);
  });

  it('measures the rotation that the specification tells of TS_001', async () => {
    const path = 'teamtomo+etomofiles/test_data/TS_001/TS_001.xf';
    const { facts } = await verdictOf(xfCheck, path, fixtures.bytes(path));

    const [first] = facts.rotations as number[];
    expect(facts.rotations).toHaveLength(40);
    expect(first).toBeCloseTo(-84.2, 0);
  });
});
