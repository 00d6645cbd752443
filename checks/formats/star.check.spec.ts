import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { runCheck } from '../run-checks.js';
import { motiveText, OPTICS, starText } from '../samples/points.js';
import { spoiled } from '../samples/spoiled.js';
import { starCheck } from './star.check.js';

const run = (text: string | Uint8Array, path = 'particles.star') =>
  runCheck(starCheck, fileOf(path, Buffer.from(text)), { schema: null, full: false });
const rulesOf = async (text: string | Uint8Array) => (await run(text)).findings.map(({ rule }) => rule);

const XYZ = ['rlnCoordinateX', 'rlnCoordinateY', 'rlnCoordinateZ'];
const ANGST = ['rlnOriginXAngst', 'rlnOriginYAngst', 'rlnOriginZAngst'];
const TABLE = { labels: ['rlnTomoName', ...XYZ], before: '', rows: ['TS_01 1 2 3'] };

describe('star check', () => {
  it.each([
    ['RELION 4', starText()],
    ['STOPGAP', motiveText()],
    ['Windows line ends', starText().replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${starText()}`],
    ['no end of the last line', starText().trimEnd()],
    ['labels that are not numbered, or wrongly', starText().replaceAll(/ #\d+/g, ' #0')],
    ['values in quotation marks', starText({ ...TABLE, rows: ['"TS 01" \'1\' 2 3', "'TS''02' 4 5 6"] })],
    ['comments between rows', starText({ ...TABLE, rows: ['# half', 'TS_01 1 2 3 # moved', 'TS_01 1 2 4'] })],
    ['three digits of exponent', starText({ ...TABLE, rows: ['TS_01 1e-005 2. .3'] })],
  ])('finds nothing wrong with %s', async (_, text) => {
    expect((await run(text)).findings).toEqual([]);
  });

  const BROKEN: Record<keyof typeof starCheck.rules, [what: string, text: string | Uint8Array]> = {
    empty_file: ['nothing', ''],
    too_large: ['a file of 513 MB', ''],
    content: ['an error page', '<!DOCTYPE html><html>404 Not Found</html>'],
    encoding: ['UTF-16', Buffer.from(`\ufeff${starText()}`, 'utf16le')],
    binary: ['a control character', starText().replace('TS_01', 'TS\u000101')],
    endless_line: ['a line of a megabyte', `${starText()}${'x'.repeat(2 ** 20 + 1)}`],
    no_block: ['a loop outside of a block', starText({ ...TABLE }).replace('data_particles', '')],
    stray_line: ['a line before the loop', starText({ before: 'data_optics\n1 2 3' })],
    quote: ['a quotation mark that stays open', starText({ ...TABLE, rows: ['TS_01 1 2 3', '"TS_01 1 2 3'] })],
    row_arity: ['a row that lacks a value', starText({ ...TABLE, rows: ['TS_01 1 2 3', 'TS_01 1 2'] })],
    label_repeated: [
      'a label twice',
      starText({ ...TABLE, labels: [...TABLE.labels, 'rlnTomoName'], rows: ['a 1 2 3 a'] }),
    ],
    label_without_value: ['a label without its value', starText({ ...TABLE, before: 'data_general\n_rlnTest' })],
    too_many_tables: ['a thousand tables', starText(TABLE) + 'data_\n_a 1\n'.repeat(1000)],
    rows_after_blank: ['a blank line between rows', starText({ ...TABLE, rows: ['TS_01 1 2 3', '', 'TS_01 4 5 6'] })],
    empty_loop: ['no rows', starText({ ...TABLE, rows: [] })],
    not_particles: ['an optimisation set', 'data_\n\n_rlnTomoParticlesFile a.star\n_rlnTomoTomogramsFile b.star\n'],
    no_coordinates: ['no coordinates', starText({ labels: ['rlnImageName'], rows: ['a'] })],
    coordinate_missing: [
      'no Z',
      starText({ ...TABLE, labels: ['rlnTomoName', 'rlnCoordinateX', 'rlnCoordinateY'], rows: ['TS_01 1 2'] }),
    ],
    not_number: ['a coordinate in words', starText({ ...TABLE, rows: ['TS_01 1 2 nan'] })],
    angle: ['an angle in words', starText({ rows: ['TS_01 1 2 3 0 flat 0 1'] })],
    angle_missing: [
      'two angles of three',
      starText({ ...TABLE, labels: [...TABLE.labels, 'rlnAngleRot', 'rlnAngleTilt'], rows: ['a 1 2 3 4 5'] }),
    ],
    tilt_range: ['a tilt below zero', starText({ rows: ['TS_01 1 2 3 0 -90 0 1'] })],
    optics_group: ['an optics group that is not there', starText({ rows: ['TS_01 1 2 3 0 0 0 7'] })],
    shift_unit: [
      'shifts in Å and no pixel size',
      starText({ ...TABLE, labels: [...TABLE.labels, ...ANGST], rows: ['a 1 2 3 4 5 6'] }),
    ],
    no_tomogram: ['no names of tomograms', starText({ before: '', labels: XYZ, rows: ['1 2 3'] })],
    too_many_tomograms: [
      'as many tomograms as particles',
      starText({ ...TABLE, rows: Array.from({ length: 10_001 }, (_, i) => `T${i} 1 2 3`) }),
    ],
    repeated: ['a particle twice', starText({ ...TABLE, rows: ['TS_01 1 2 3', 'TS_02 1 2 3', 'TS_01 1 2 3.0'] })],
    stopgap_missing: [
      'a motive list without scores',
      motiveText({
        labels: motiveLabels().filter((label) => label !== 'score'),
        rows: ['1 5 1 1 A 10 20 30 1 2 -3 90 180 45 1'],
      }),
    ],
    stopgap_older: [
      'a motive list without its index',
      motiveText({ labels: motiveLabels().slice(1), rows: ['5 1 1 A 10 20 30 0.5 1 2 -3 90 180 45 1'] }),
    ],
    stopgap_unknown: [
      'a field of its own',
      motiveText({ labels: [...motiveLabels(), 'note'], rows: ['1 5 1 1 A 10 20 30 0.5 1 2 -3 90 180 45 1 x'] }),
    ],
    stopgap_halfset: ['a third half', motiveText({ rows: ['1 5 1 1 C 10 20 30 0.5 1 2 -3 90 180 45 1'] })],
    stopgap_tomogram: ['a tomogram in words', motiveText({ rows: ['1 TS 1 1 A 10 20 30 0.5 1 2 -3 90 180 45 1'] })],
  };

  function motiveLabels(): string[] {
    return [...motiveText().matchAll(/^_(\w+)$/gm)].map(([, label = '']) => label);
  }

  const rows = Object.entries(BROKEN).map(([rule, [what, text]]) => ({ rule, what, text }));
  it.each(rows.filter(({ rule }) => rule !== 'too_large'))('reports $what as $rule', async ({ rule, text }) => {
    expect(await rulesOf(text)).toEqual([rule]);
  });

  it('reports a file of 513 MB as too_large', async () => {
    const file = { ...fileOf('huge.star', new Uint8Array()), size: 513 << 20 };

    expect((await runCheck(starCheck, file, { schema: null, full: true })).findings).toMatchObject([
      { rule: 'too_large' },
    ]);
  });

  it('tells how many rows break a rule, and where the first of them stands', async () => {
    const { findings } = await run(starText({ ...TABLE, rows: Array.from({ length: 9 }, () => 'TS_01 x 2 3') }));

    expect(findings).toMatchObject([{ rule: 'not_number', count: 9, location: 'line 13', found: 'x' }]);
    expect(findings[0]?.samples).toHaveLength(5);
  });

  const learnt = async (text: string) => (await run(text)).facts;

  it('learns the particles of each tomogram', async () => {
    expect(await learnt(starText())).toEqual({
      ...{ format: 'star', flavour: 'relion4', unit: 'pixel', isOriented: true, badAngles: [] },
      ...{ opticsPixelSizes: [1.7005], binnings: [4] },
      groups: [
        {
          ...{ tomogram: 'TS_01', count: 2, min: [100.5, 200, 300], max: [110, 220.5, 310], lines: [24, 25] },
          ...{ coordinates: [100.5, 200, 300, 110, 220.5, 310], coordinateLines: [24, 25], instances: null },
        },
        {
          ...{ tomogram: 'TS_02', count: 1, min: [1, 2, 3.5], max: [1, 2, 3.5], lines: [26, 26] },
          ...{ coordinates: [1, 2, 3.5], coordinateLines: [26], instances: null },
        },
      ],
    });
  });

  it.each([
    ['relion3.0', 'pixel', starText({ before: '', labels: ['rlnMicrographName', ...XYZ], rows: ['a.mrc 1 2 3'] })],
    ['relion3.1', 'pixel', starText({ labels: ['rlnMicrographName', ...XYZ], rows: ['a.mrc 1 2 3'] })],
    [
      ...(['relion5', 'centred angstrom'] as const),
      starText({
        labels: ['rlnTomoName', ...XYZ.map((label) => `rlnCentered${label.slice(3)}Angst`)],
        rows: ['a 1 2 3'],
      }),
    ],
    ['warp', 'pixel', starText({ before: '', labels: ['rlnTomoName', ...XYZ], rows: ['TS_17.tomostar 1 2 3'] })],
    ['tomoman', 'pixel', starText({ ...TABLE })],
    ['stopgap', 'pixel', motiveText()],
  ])('tells the flavour %s, in %s', async (flavour, unit, text) => {
    expect(await learnt(text)).toMatchObject({ flavour, unit });
  });

  it.each([
    ['added by STOPGAP', motiveText(), [11, 22, 27]],
    [
      'taken away by RELION, in pixels',
      starText({
        ...TABLE,
        labels: [...TABLE.labels, 'rlnOriginX', 'rlnOriginY', 'rlnOriginZ'],
        rows: ['a 10 20 30 1 2 -3'],
      }),
      [9, 18, 33],
    ],
    [
      'taken away by RELION, in Å',
      starText({
        before: OPTICS.replace('1.7005', '2'),
        labels: [...TABLE.labels, ...ANGST],
        rows: ['a 10 20 30 1 2 -3'],
      }),
      [9.5, 19, 31.5],
    ],
  ])('applies shifts that are %s', async (_, text, coordinates) => {
    expect(await learnt(text)).toMatchObject({ groups: [{ coordinates }] });
  });

  it('keeps only the extremes of more than 20,000 particles', async () => {
    const rows = Array.from({ length: 20_001 }, (_, i) => `TS_01 ${i} 2 3`);

    const { groups } = await learnt(starText({ ...TABLE, rows }));

    expect(groups).toEqual([
      {
        ...{ tomogram: 'TS_01', count: 20_001, min: [0, 2, 3], max: [20_000, 2, 3], lines: [13, 20_013] },
        ...{ coordinates: null, instances: null },
      },
    ]);
  });

  it.each([
    ['RELION', starText(), 1],
    ['STOPGAP', motiveText(), 2],
  ])('never breaks on damaged lists of %s', async (_, text, seed) => {
    for (const bytes of spoiled(Buffer.from(text), seed, 1500)) {
      const { cause, facts } = await run(bytes);
      expect(cause, bytes.toString('latin1')).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });
});

const fixtures = sharedFolder('fixtures/cryoet');

describe.skipIf(fixtures.isMissing)(`star check of real and synthetic files${fixtures.note}`, () => {
  const findingsOf = async (path: string) => {
    const { findings, cause } = await run(fixtures.bytes(path), path);
    expect(cause).toBeUndefined();
    return findings.map(({ severity, rule }) => `${severity} ${rule}`);
  };

  it.each([
    ['bad_not_numeric.star', ['error not_number']],
    ['bad_stopgap_halfset_and_missing_field.star', ['error stopgap_missing', 'error stopgap_halfset']],
  ])('names the faults of %s', async (file, faults) => {
    expect(await findingsOf(`synthetic/text/${file}`)).toEqual(faults);
  });

  const ANNOTATIONS = 'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket/20002/annotations';
  it.each(['relion_3_star', 'relion_4_star', 'stopgap_star', 'tomoman_relion_star'])('accepts %s', async (file) => {
    // One of their particles is tilted by -90 degrees.
    expect(await findingsOf(`${ANNOTATIONS}/${file}.star`)).toEqual(['info tilt_range']);
  });

  const STARFILE = 'teamtomo+starfile/tests/data';
  const others = fixtures.isMissing
    ? []
    : (readdirSync(fixtures.at(STARFILE), { recursive: true }) as string[]).filter((file) => file.endsWith('.star'));

  it.each(others)('finds the grammar of %s sound', async (file) => {
    const syntax = /quote|row_arity|stray|label|no_block|too_many/;

    expect((await findingsOf(`${STARFILE}/${file}`)).filter((finding) => syntax.test(finding))).toEqual([]);
  });
});
