import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { runCheck } from '../run-checks.js';
import { TETRAHEDRON } from '../samples/meshes.js';
import { spoiled } from '../samples/spoiled.js';
import { vtkBinary, vtkGrid, vtkText, vtkText5, vtpBytes } from '../samples/vtk.js';
import { vtkCheck } from './vtk.check.js';

const run = (bytes: string | Uint8Array, path = 'membrane.vtk') =>
  runCheck(vtkCheck, fileOf(path, Buffer.from(bytes)), { schema: null, full: true });

const vtp = (from: string | RegExp = '', to = '') => vtpBytes().toString().replace(from, to);
/** The same polygons as cells of a grid. */
const vtu = vtp('<PolyData>', '<UnstructuredGrid>')
  .replace('"PolyData"', '"UnstructuredGrid"')
  .replace('</PolyData>', '</UnstructuredGrid>')
  .replace(/NumberOfVerts.*NumberOfPolys/, 'NumberOfCells')
  .replace('<Polys>', '<Cells><DataArray type="UInt8" Name="types" format="ascii">5 5 5 5</DataArray>')
  .replace('</Polys>', '</Cells>');

describe('vtk check', () => {
  it.each([
    ['a legacy text', vtkText, 'a.vtk'],
    ['a legacy text with Windows line ends', vtkText.replaceAll('\n', '\r\n'), 'a.vtk'],
    ['a legacy text of version 5', vtkText5, 'a.vtk'],
    ['a legacy grid of triangles', vtkGrid, 'a.vtk'],
    ['a legacy binary file', vtkBinary(), 'a.vtk'],
    ['XML with text', vtpBytes(), 'a.vtp'],
    ['XML with base64', vtpBytes('binary'), 'a.vtp'],
    ['XML with compressed values', vtpBytes('zlib'), 'a.vtp'],
    ['XML with raw values appended', vtpBytes('raw'), 'a.vtp'],
    ['XML with base64 appended', vtpBytes('base64'), 'a.vtp'],
    ['an XML grid of triangles', vtu, 'a.vtu'],
  ])('finds nothing wrong with %s, and learns how large it is', async (_, bytes, path) => {
    const { findings, facts } = await run(bytes, path);

    expect(findings).toEqual([]);
    expect(facts).toEqual(TETRAHEDRON);
  });

  const BROKEN: readonly [
    rule: keyof typeof vtkCheck.rules,
    what: string,
    bytes: string | Uint8Array,
    path?: string,
  ][] = [
    ['empty_file', 'nothing', ''],
    ['content', 'an error page', '<!DOCTYPE html><html>404</html>'],
    ['content', 'zeros', Buffer.alloc(5000)],
    ['extension', 'XML under the name of a legacy file', vtpBytes()],
    ['header', 'another first line', vtkText.replace('# vtk', '# VTX')],
    ['header', 'neither ASCII nor BINARY', vtkText.replace('ASCII', 'TEXT')],
    ['title', 'a long title', vtkText.replace('a tetrahedron', 'x'.repeat(300))],
    ['dataset', 'an image', vtkText.replace('POLYDATA', 'STRUCTURED_POINTS')],
    ['dataset', 'an image in XML', vtp('"PolyData"', '"ImageData"'), 'a.vtp'],
    ['keyword', 'a word that is no keyword', vtkText.replace('POLYGONS', 'POLYGON')],
    ['doctype', 'a DOCTYPE', vtp('<VTKFile', '<!DOCTYPE x [<!ENTITY a "b">]><VTKFile'), 'a.vtp'],
    ['not_well_formed', 'a tag that is not closed', vtp('</PolyData>'), 'a.vtp'],
    ['not_well_formed', 'another root', vtp().replaceAll('VTKFile', 'VTX'), 'a.vtp'],
    ['too_many_tags', 'tags without end', vtp('<PointData>', `<PointData>${'<a/>'.repeat(100_001)}`), 'a.vtp'],
    ['too_many_values', 'more points than are read', vtp('NumberOfPoints="4"', 'NumberOfPoints="900000000"'), 'a.vtp'],
    ['type', 'points in words', vtkText.replace('POINTS 4 float', 'POINTS 4 string')],
    ['type', 'points in words, in XML', vtp('Float32', 'String'), 'a.vtp'],
    ['truncated', 'a binary file cut off', vtkBinary().subarray(0, -20)],
    ['truncated', 'a text cut off', vtkText5.slice(0, -8)],
    ['truncated', 'appended values cut off', vtpBytes('raw').subarray(0, -60), 'a.vtp'],
    ['truncated', 'the end of XML cut off', vtpBytes('raw').subarray(0, -12), 'a.vtp'],
    ['counts', 'another number of numbers', vtkText.replace('POLYGONS 4 16', 'POLYGONS 4 15')],
    ['counts', 'corners below zero', vtkText.replace('POLYGONS 4 16\n3', 'POLYGONS 4 16\n-3')],
    ['counts', 'offsets that end elsewhere', vtkText5.replace('9 12\n', '9 11\n')],
    ['counts', 'data of five points', vtkText.replace('POINT_DATA 4', 'POINT_DATA 5')],
    ['counts', 'five points of which four are there', vtp('NumberOfPoints="4"', 'NumberOfPoints="5"'), 'a.vtp'],
    ['counts', 'three points of which four are there', vtp('NumberOfPoints="4"', 'NumberOfPoints="3"'), 'a.vtp'],
    ['compressed', 'damaged values', Buffer.from(vtpBytes('zlib').toString().replace(/==eJ/, '==AA')), 'a.vtp'],
    ['unread', 'LZ4', Buffer.from(vtpBytes('zlib').toString().replace('vtkZLib', 'vtkLZ4')), 'a.vtp'],
    ['not_number', 'a word among numbers', vtkText.replace('10 0 0', '10 zero 0')],
    ['not_number', 'a word among numbers, in XML', vtp('30.5', 'high'), 'a.vtp'],
    ['not_finite', 'a point that is NaN', vtkText.replace('10 0 0', 'nan 0 0')],
    ['index', 'a point that is not there', vtkText.replace('3 0 3 2', '3 0 4 2')],
    ['index', 'a point below zero', vtp('0 3 2</Data', '0 -3 2</Data'), 'a.vtp'],
    ['polygon_short', 'a polygon of two corners', vtkText5.replace('0 3 6 9 12', '0 3 6 10 12')],
    ['offsets', 'offsets that go back', vtkText5.replace('0 3 6 9 12', '0 6 3 9 12')],
    ['other_cells', 'a tetrahedron among triangles', vtkGrid.replace('5 5 5 5', '10 5 5 5')],
    ['no_triangles', 'lines', vtkText.replace('POLYGONS', 'LINES')],
    ['no_triangles', 'bodies', vtkGrid.replace('5 5 5 5', '10 10 10 10')],
  ];

  it.each(BROKEN)('reports as %s %s', async (rule, _, bytes, path) => {
    const { findings, cause } = await run(bytes, path);

    expect(cause).toBeUndefined();
    expect(findings.map((finding) => finding.rule)).toContain(rule);
  });

  it('judges a sound file by every rule without a finding, and a broken one by the rule that is broken', () => {
    expect(new Set(BROKEN.map(([rule]) => rule))).toEqual(new Set(Object.keys(vtkCheck.rules)));
  });

  it('is not misled by a number of points that no file could hold', async () => {
    const { findings } = await run(vtkText.replace('POINTS 4', 'POINTS 999999999999999'));

    expect(findings.map(({ rule }) => rule)).toContain('not_number');
  });

  it.each([
    ['legacy texts', Buffer.from(vtkText), 'a.vtk', 1],
    ['legacy texts of version 5', Buffer.from(vtkText5), 'a.vtk', 2],
    ['legacy binary files', vtkBinary(), 'a.vtk', 3],
    ['XML', vtpBytes(), 'a.vtp', 4],
    ['XML with compressed values', vtpBytes('zlib'), 'a.vtp', 5],
    ['XML with raw values appended', vtpBytes('raw'), 'a.vtp', 6],
    ['XML grids', Buffer.from(vtu), 'a.vtu', 7],
  ])('never breaks on damaged %s', async (_, bytes, path, seed) => {
    for (const damaged of spoiled(bytes, seed, 500)) {
      const { cause, facts } = await run(damaged, path);
      expect(cause, damaged.toString('latin1')).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });
});

const fixtures = sharedFolder('fixtures/cryoet');

describe.skipIf(fixtures.isMissing)(`vtk check of real and synthetic files${fixtures.note}`, () => {
  it.each([
    ['ok_ascii.vtp', []],
    ['ok_v3_binary.vtk', []],
    ['bad_header.vtk', ['error header']],
    ['bad_index.vtk', ['error index']],
    ['bad_size.vtk', ['error counts']],
    ['bad_v3_binary_truncated.vtk', ['error truncated']],
    ['bad_xml_unclosed.vtp', ['error not_well_formed']],
    ['bad_xml_with_doctype.vtp', ['error doctype']],
  ])('says of %s what its name does', async (file, said) => {
    const { findings } = await run(fixtures.bytes(`synthetic/text/${file}`), file);

    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(said);
  });

  it('accepts the mesh of the portal, of 40 points and 72 triangles', async () => {
    const path = 'chanzuckerberg+cryoet-data-portal-backend/ingestion_tools/scripts/tests/fixtures/annotations';
    const { findings, facts } = await run(fixtures.bytes(`${path}/triangular_mesh.vtk`));

    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ vertices: 40, triangles: 72 });
  });
});
