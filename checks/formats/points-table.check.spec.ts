import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { runCheck } from '../run-checks.js';
import { tableText } from '../samples/points.js';
import { spoiled } from '../samples/spoiled.js';
import { pointsTableCheck } from './points-table.check.js';

const run = (text: string | Uint8Array, path = 'points.csv') =>
  runCheck(pointsTableCheck, fileOf(path, Buffer.from(text)), { schema: null, full: false });

const TILTS = 'frame,tilt_angle,order,dose\nb.tif,3,2,3.1\na.tif,0,1,3.1\nc.tif,-3,3,3.1\n';
const MAPPING = 'run_name,gain_file,tomogram_file\nTS_1,g.dm4,a.mrc\nTS_2,g.dm4,b.mrc\n';
const many = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i));

describe('points-table check', () => {
  it.each([
    ['points', tableText(), 'points.csv'],
    ['points without a header', '1.5,2,3\n4,5,6\n', 'points.csv'],
    ['tabs', tableText().replaceAll(',', '\t'), 'points.tsv'],
    ['semicolons', tableText().replaceAll(',', ';'), 'points.csv'],
    ['bars and blanks', tableText().replaceAll(',', ' | '), 'points.csv'],
    ['a byte order mark and Windows line ends', `\ufeff${tableText().replaceAll('\n', '\r\n')}`, 'points.csv'],
    ['line ends of old Macintoshes', tableText().replaceAll('\n', '\r'), 'points.csv'],
    ['blank lines and rows', `${tableText()}\n,,\n`, 'points.csv'],
    ['quoted cells', tableText(['"a, b",1.5,2,3'], 'name,x,y,z'), 'points.csv'],
    ['files of runs', MAPPING, 'gains.csv'],
    ['files of runs without a header, where its name says map', 'TS_1,a\nTS_2,b\n', 'run_to_tomo_map.csv'],
    ['tilts', TILTS, 'tilts.csv'],
    ['fragments of single cells, which are none of these', 'chr1\t1\t2\tAAAC\t1\n', 'fragments.tsv'],
  ])('finds nothing wrong with %s', async (_, text, path) => {
    expect((await run(text, path)).findings).toEqual([]);
  });

  const BROKEN: Record<keyof typeof pointsTableCheck.rules, [what: string, text: string | Uint8Array, path?: string]> =
    {
      empty_file: ['nothing', ''],
      too_large: ['a file of 513 MB', ''],
      content: ['an error page', '<!DOCTYPE html><html>404 Not Found</html>'],
      encoding: ['UTF-16', Buffer.from(`\ufeff${tableText()}`, 'utf16le')],
      binary: ['a control character', tableText(['1,2\u0001,3.5'])],
      broken_row: ['a quotation mark that stays open', tableText(['1.5,2,3', '"4,5,6'])],
      no_rows: ['a header alone', 'x,y,z\n'],
      unknown_table: ['two columns', 'x,y\n1,2\n'],
      spaces: ['columns parted by spaces', '1.5 2 3\n4 5 6\n'],
      unknown_header: ['columns with other names', tableText(undefined, 'a,b,c')],
      more_columns: ['four columns without a header', '1,1.5,2,3\n'],
      row_arity: ['a row that lacks a cell', tableText(['1.5,2,3', '4,5'])],
      not_number: ['a coordinate that is NaN', tableText(['1.5,2,NaN'])],
      decimal_comma: ['decimal commas', 'x;y;z\n1,5;2;3\n'],
      angle: ['an angle in words', tableText(['1.5,2,3,0,flat,0'], 'x,y,z,rot,tilt,psi')],
      flat: ['one plane', tableText(['1.5,2,3', '2.5,2,3', '1.5,3,3'])],
      all_integer: ['whole numbers', tableText(['1,2,3', '4,5,6', '7,8,9'])],
      repeated: ['a point twice', tableText(['1.5,2,3', '1.5,2,3.0'])],
      too_many_tomograms: [
        'as many tomograms as points',
        tableText(
          many(10_001, (i) => `T${i},1.5,2,${i}`),
          'tomogram,x,y,z',
        ),
      ],
      too_many_rows: ['tilts without end', TILTS + many(10_000, (i) => `f${i},0,${i + 4},1\n`).join('')],
      run_missing: ['a row without a run', `${MAPPING},g.dm4,c.mrc\n`],
      run_name: ['a run that leads out of its folder', `${MAPPING}TS..1,g.dm4,c.mrc\n`],
      run_repeated: ['a run twice', 'TS_1,a\nTS_1,b\n', 'tomo_map.csv'],
      file_missing: ['an empty cell', `${MAPPING}TS_3,,c.mrc\n`],
      tilt_columns: ['tilts without their order', 'frame,tilt_angle\na.tif,0\n'],
      tilt_angle: ['a tilt beyond 90 degrees', `${TILTS}d.tif,91,4,3.1\n`],
      tilt_order: ['an order in words', `${TILTS}d.tif,6,last,3.1\n`],
      tilt_order_repeated: ['an order twice', `${TILTS}d.tif,6,3,3.1\n`],
      tilt_dose: ['a dose of zero', `${TILTS}d.tif,6,4,0\n`],
      frame_missing: ['a tilt without its frames', `${TILTS},6,4,3.1\n`],
      frame_repeated: ['frames twice', `${TILTS}a.tif,6,4,3.1\n`],
    };

  const rows = Object.entries(BROKEN).map(([rule, [what, text, path]]) => ({ rule, what, text, path }));
  it.each(rows.filter(({ rule }) => rule !== 'too_large'))('reports $what as $rule', async ({ rule, text, path }) => {
    expect((await run(text, path)).findings.map((finding) => finding.rule)).toEqual([rule]);
  });

  it('reports a file of 513 MB as too_large', async () => {
    const { findings } = await runCheck(
      pointsTableCheck,
      { ...fileOf('huge.csv', new Uint8Array()), size: 513 << 20 },
      { schema: null, full: true },
    );

    expect(findings).toMatchObject([{ rule: 'too_large' }]);
  });

  const factsOf = async (text: string, path?: string) => (await run(text, path)).facts;

  it('learns points, whatever the order of their columns', async () => {
    expect(await factsOf('z [px],tomo_name,y [px],x [px]\n3,TS_1,2,1.5\n6,TS_2,5,4\n')).toEqual({
      ...{ format: 'csv', flavour: 'table', unit: 'pixel', isOriented: false },
      ...{ opticsPixelSizes: [], binnings: [], badAngles: [] },
      groups: [
        {
          ...{ tomogram: 'TS_1', count: 1, min: [1.5, 2, 3], max: [1.5, 2, 3], lines: [2, 2] },
          ...{ coordinates: [1.5, 2, 3], coordinateLines: [2], instances: null },
        },
        {
          ...{ tomogram: 'TS_2', count: 1, min: [4, 5, 6], max: [4, 5, 6], lines: [3, 3] },
          ...{ coordinates: [4, 5, 6], coordinateLines: [3], instances: null },
        },
      ],
    });
  });

  it('learns the instances of TARDIS, in Å', async () => {
    expect(await factsOf('IDs,X [A],Y [A],Z [A]\n0,4.5,8,12\n0,4,4,4\n1,6,4,2\n')).toMatchObject({
      ...{ flavour: 'tardis', unit: 'angstrom', groups: [{ tomogram: null, count: 3, instances: 2 }] },
    });
  });

  it('learns the files of runs', async () => {
    expect(await factsOf(MAPPING.replace('b.mrc', ''))).toEqual({
      format: 'mapping',
      columns: ['gain_file', 'tomogram_file'],
      rows: [
        { run: 'TS_1', line: 2, files: ['g.dm4', 'a.mrc'] },
        { run: 'TS_2', line: 3, files: ['g.dm4', null] },
      ],
    });
  });

  it('learns tilts as an MDOC tells them, in the order of acquisition', async () => {
    expect(await factsOf(TILTS)).toMatchObject({
      ...{ format: 'mdoc', kind: 'table', sections: 3, lines: [3, 2, 4], zValues: [1, 2, 3] },
      ...{ tiltAngles: [0, 3, -3], doses: [3.1, 3.1, 3.1], framePaths: ['a.tif', 'b.tif', 'c.tif'] },
    });
  });

  it.each([
    ['points', tableText(['1.5,2,3', '"4",5,6.25', '7,8,9']), 'points.csv', 1],
    ['files of runs', MAPPING, 'gain_map.csv', 2],
    ['tilts', TILTS, 'tilts.csv', 3],
  ])('never breaks on damaged tables of %s', async (_, text, path, seed) => {
    for (const bytes of spoiled(Buffer.from(text), seed, 700)) {
      const { cause, facts } = await run(bytes, path);
      expect(cause, bytes.toString('latin1')).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });
});

const fixtures = sharedFolder('fixtures/cryoet');

describe.skipIf(fixtures.isMissing)(`points-table check of real and synthetic files${fixtures.note}`, () => {
  const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend';
  const ANNOTATIONS = `${PORTAL}/test_infra/test_files/input_bucket/20002/annotations`;
  const MAPS = `${PORTAL}/ingestion_tools/dataset_configs/run_data_map`;

  it.each([
    ['synthetic/text/ok_bom_crlf.csv', []],
    ['synthetic/text/ok_gain_map.csv', []],
    ['synthetic/text/ok_header.csv', []],
    ['synthetic/text/ok_no_header.csv', []],
    ['synthetic/text/bad_non_numeric.csv', ['error not_number']],
    ['synthetic/text/bad_ragged.csv', ['error row_arity']],
    ['synthetic/text/bad_semicolon_decimal_comma.csv', ['warning decimal_comma']],
    // All of their coordinates are whole numbers.
    [`${ANNOTATIONS}/points.csv`, ['warning all_integer']],
    [`${ANNOTATIONS}/points_tab_delim.csv`, ['warning all_integer']],
    [`${ANNOTATIONS}/points_with_header.csv`, ['warning all_integer']],
    [`${ANNOTATIONS}/points_with_header_pipe_delim.csv`, ['warning all_integer']],
    [`${ANNOTATIONS}/tardis.csv`, ['warning all_integer']],
    [`${MAPS}/10007/run_to_tomo_map.csv`, []],
    [`${MAPS}/10008/tomo_frame_map.csv`, []],
    [`${MAPS}/10008/tomo_ts_map.csv`, []],
    [`${MAPS}/10007/run_data_map.csv`, ['error unknown_table']],
  ])('says of %s what it is', async (path, said) => {
    const { findings } = await run(fixtures.bytes(path), path);

    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(said);
  });
});
