import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { expectSwift, expectUnbreakable, faultsOf, verdictOf } from '../../test/text-verdicts.js';
import { runCheck } from '../run-checks.js';
import { tiltAnglesCheck } from './tilt-angles.check.js';

const SOUND = '   -9.00\r\n   -6.00\r\n   -3.00\r\n    0.00\r\n    3.00\r\n    6.00\r\n    9.00\r\n';
const rulesOf = async (content: string | Uint8Array, path = 'TS_001.rawtlt') =>
  (await verdictOf(tiltAnglesCheck, path, content)).findings.map(({ rule }) => rule);

describe('tilt angles check', () => {
  it('finds nothing wrong with angles that rise, fall, have blanks about them or no last line end', async () => {
    expect(await rulesOf(SOUND)).toEqual([]);
    expect(await rulesOf('60\n\n58.5\n 5.7e+001 ')).toEqual([]);
  });

  it('finds nothing wrong with tilts about X that are all zero', async () => {
    expect(await rulesOf('0.00\n0.00\n0.00\n', 'TS_001.xtilt')).toEqual([]);
    expect(await rulesOf('0.23\n2.12\n1.97\n', 'TS_001.TLTX')).toEqual([]);
  });

  const wide = Buffer.from('3\n6\n9\n', 'utf16le');
  const BROKEN: Record<
    keyof typeof tiltAnglesCheck.rules,
    [what: string, content: string | Uint8Array, path?: string]
  > = {
    empty_file: ['an empty file', ''],
    too_large: ['a file of 5 MB', new Uint8Array(5 << 20)],
    too_many_lines: ['30,000 lines', '1\n'.repeat(30_000)],
    content: ['an error page', '<!DOCTYPE html><html>404 Not Found</html>'],
    encoding: ['UTF-16 without its mark', wide],
    binary: ['a control character', '3\n6\u0007\n9\n'],
    byte_order_mark: ['a byte order mark', `\ufeff${SOUND}`],
    decimal_comma: ['decimal commas', '-3,5\n0,0\n3,5\n'],
    not_finite: ['an angle that is NaN', '-3\nNaN\n3\n'],
    overflow: ['an angle that did not fit', '-3\n****\n3\n'],
    not_a_number: ['a header', 'angles\n-3\n0\n3\n'],
    no_angles: ['nothing but blanks', ' \n\n'],
    several_values: ['two columns', '1 -3\n2 0\n3 3\n'],
    angle_range: ['radians taken for hundredths of degrees', '-104.7\n0\n104.7\n'],
    x_tilt_range: ['angles of the series as tilts about X', '-60\n0\n60\n', 'TS_001.xtilt'],
    constant: ['a list that was never filled', '0.0\n0.0\n0.0\n', 'TS_001.tlt'],
    angle_repeated: ['an angle twice', '-3\n0\n0.01\n3\n'],
    order: ['the order of acquisition', '0\n3\n-3\n6\n-6\n'],
  };

  const rows = Object.entries(BROKEN).map(([rule, [what, content, path]]) => ({ rule, what, content, path }));
  it.each(rows)('reports $what as $rule', async ({ rule, content, path }) => {
    expect(await rulesOf(content, path)).toEqual([rule]);
  });

  it('names the line, the value and what was expected, and counts the lines that are alike', async () => {
    const { findings } = await verdictOf(tiltAnglesCheck, 'TS_001.tlt', '-3\n\n91\n0\n-92.5\n');

    expect(findings[0]).toMatchObject({
      ...{ rule: 'angle_range', location: 'line 3', found: '91', expected: 'from -90 to 90', count: 2 },
      samples: ['line 3: 91', 'line 5: -92.5'],
    });
  });

  it('does not read what is larger than any list', async () => {
    const file = {
      ...fileOf('TS_001.tlt', new Uint8Array()),
      size: 2 ** 40,
      read: () => Promise.reject(new Error('read')),
    };
    const { findings, cause } = await runCheck(tiltAnglesCheck, file, { schema: null, full: true });

    expect(cause).toBeUndefined();
    expect(findings).toMatchObject([{ rule: 'too_large', found: String(2 ** 40), expected: String(4 << 20) }]);
  });

  it('learns the angles with their lines, and learns them where they are out of range too', async () => {
    expect((await verdictOf(tiltAnglesCheck, 'TS_001.tlt', '-0\n\n3\n95\n')).facts).toEqual({
      ...{ format: 'angles', angles: [0, 3, 95], lines: [1, 3, 4], min: 0, max: 95, medianStep: 92 },
    });
  });

  it('learns nothing of a list with a gap', async () => {
    expect((await verdictOf(tiltAnglesCheck, 'TS_001.tlt', '0\nx\n3\n')).facts).toEqual({});
  });

  it('takes no longer for one line that is very long', { timeout: 60_000 }, async () => {
    await expectSwift(tiltAnglesCheck, 'TS_001.tlt', ['', '1\n']);
  });

  it('never breaks, whatever is changed or cut off', async () => {
    await expectUnbreakable(tiltAnglesCheck, 'TS_001.tlt', SOUND, 1);
    await expectUnbreakable(tiltAnglesCheck, 'TS_001.xtilt', SOUND, 2);
  });
});

const fixtures = sharedFolder('fixtures/cryoet');
const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket/10001_input';

describe.skipIf(fixtures.isMissing)(`tilt angles check of fixtures${fixtures.note}`, () => {
  it.each([
    ['synthetic/text/ok_no_trailing_newline.rawtlt', []],
    ['synthetic/text/ok_padded_crlf.tlt', []],
    ['synthetic/text/bad_text_line.rawtlt', ['error not_a_number']],
    ['synthetic/text/bad_utf16.rawtlt', ['error encoding']],
    [`${PORTAL}/metadata/TS_run1.rawtlt`, []],
    [`${PORTAL}/metadata/invalid_TS_run1.rawtlt`, []],
    [`${PORTAL}/metadata/close_TS_run1.rawtlt`, ['warning angle_repeated']],
    [`${PORTAL}/alignments/TS_run1.tlt`, []],
    [`${PORTAL}/alignments/TS_run1.xtilt`, []],
    ['teamtomo+etomofiles/test_data/TS_001/TS_001.rawtlt', []],
    ['teamtomo+etomofiles/test_data/TS_001/TS_001.tlt', []],
    ['teamtomo+etomofiles/test_data/TS_001/TS_001.xtilt', []],
    ['uermel+cryoet-alignment/tests/data/test.rawtlt', []],
    ['uermel+cryoet-alignment/tests/data/convert/imod_1/tilt_1.tlt', []],
    ['uermel+cryoet-alignment/tests/data/convert/imod_1/tilt_1.xtilt', []],
  ])('judges %s', async (path, faults) => {
    expect(await faultsOf(tiltAnglesCheck, path, fixtures.bytes(path))).toEqual(faults);
  });
});
