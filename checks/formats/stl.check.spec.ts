import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { runCheck } from '../run-checks.js';
import { CORNERS, FACES, stlBytes, stlText, TETRAHEDRON } from '../samples/meshes.js';
import { spoiled } from '../samples/spoiled.js';
import { stlCheck } from './stl.check.js';

const run = (bytes: string | Uint8Array) =>
  runCheck(stlCheck, fileOf('membrane.stl', Buffer.from(bytes)), { schema: null, full: true });

const FACTS = { ...TETRAHEDRON, vertices: 12 };

describe('stl check', () => {
  it.each([
    ['a binary file', stlBytes()],
    ['a binary file that begins with "solid"', stlBytes({ header: 'solid facet' })],
    ['a text', stlText()],
    ['a text in capitals, with Windows line ends', stlText().toUpperCase().replaceAll('\n', '\r\n')],
    ['a text of two solids', stlText(CORNERS, FACES.slice(0, 2)) + stlText(CORNERS, FACES.slice(2))],
  ])('finds nothing wrong with %s, and learns how large it is', async (_, bytes) => {
    const { findings, facts } = await run(bytes);

    expect(findings).toEqual([]);
    expect(facts).toEqual(FACTS);
  });

  const nan = stlBytes({ corners: [[Number.NaN, 0, 0], ...CORNERS.slice(1)] });
  const BROKEN: Record<keyof typeof stlCheck.rules, [what: string, bytes: string | Uint8Array]> = {
    empty_file: ['nothing', ''],
    too_large: ['a text of 513 MB', ''],
    content: ['an archive', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(200, 7)])],
    encoding: ['UTF-16', Buffer.from(`solid facet\n${'\0x'.repeat(200)}`)],
    binary: ['a control character', stlText().replace('outer', 'out\u0001er')],
    endless_line: ['a line of a megabyte', `${stlText()}${'x'.repeat(2 ** 20 + 1)}`],
    too_short: ['a header cut off', stlBytes().subarray(0, 80)],
    truncated: ['a file cut off', stlBytes().subarray(0, 200)],
    trailing: ['bytes at the end', Buffer.concat([stlBytes(), Buffer.alloc(7)])],
    no_triangles: ['a header alone', stlBytes({ faces: [] })],
    not_finite: ['a corner that is NaN', nan],
    facet_corners: ['a facet with two corners', stlText().replace('      vertex 0 20 0\n', '')],
    stray_line: ['a line that does not belong there', stlText().replace('outer loop', 'outr loop')],
    no_endsolid: ['no end', stlText().replace('endsolid s\n', '')],
    degenerate: ['triangles without an area', stlBytes({ faces: [[0, 0, 1]] })],
    open: ['a hole', stlBytes({ faces: FACES.slice(1) })],
  };

  const rows = Object.entries(BROKEN).map(([rule, [what, bytes]]) => ({ rule, what, bytes }));
  it.each(rows.filter(({ rule }) => rule !== 'too_large'))('reports $what as $rule', async ({ rule, bytes }) => {
    expect((await run(bytes)).findings.map((finding) => finding.rule)).toEqual([rule]);
  });

  it('reports a text of 513 MB as too_large', async () => {
    const file = { ...fileOf('huge.stl', Buffer.from(stlText())), size: 513 << 20 };

    const { findings } = await runCheck(stlCheck, file, { schema: null, full: true });

    expect(findings).toMatchObject([{ rule: 'too_large' }]);
  });

  it('is not misled by the number of triangles in a header', async () => {
    const { findings } = await run(stlBytes({ count: 2 ** 32 - 1 }));

    expect(findings).toMatchObject([{ rule: 'truncated', expected: '4294967295', found: '4' }]);
  });

  it.each([
    ['binary files', stlBytes(), 1],
    ['texts', Buffer.from(stlText()), 2],
  ])('never breaks on damaged %s', async (_, bytes, seed) => {
    for (const damaged of spoiled(bytes, seed, 1500)) {
      const { cause, facts } = await run(damaged);
      expect(cause, damaged.toString('latin1')).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });
});

const fixtures = sharedFolder('fixtures/cryoet');

describe.skipIf(fixtures.isMissing)(`stl check of real and synthetic files${fixtures.note}`, () => {
  const saidOf = async (path: string) =>
    (await run(fixtures.bytes(path))).findings.map(({ severity, rule }) => `${severity} ${rule}`);

  it.each([
    ['ok_ascii.stl', ['info open']],
    ['ok_binary_header_says_solid.stl', ['info open']],
    ['bad_ascii_no_endsolid.stl', ['warning no_endsolid', 'info open']],
    ['bad_ascii_two_vertices.stl', ['error facet_corners']],
    ['bad_binary_count_too_high.stl', ['error truncated']],
    ['bad_binary_trailing.stl', ['warning trailing', 'info open']],
    ['bad_binary_truncated.stl', ['error truncated']],
    ['bad_nan_vertex.stl', ['error not_finite', 'info open']],
  ])('says of %s what its name does', async (file, said) => {
    expect(await saidOf(`synthetic/text/${file}`)).toEqual(said);
  });

  const MODELS = 'mikedh+trimesh/models';
  const models = fixtures.isMissing
    ? []
    : (readdirSync(fixtures.at(MODELS), { recursive: true }) as string[]).filter((file) => file.endsWith('.stl'));

  it.each(models.filter((file) => !file.includes('empty')))('accepts %s', async (file) => {
    expect((await saidOf(`${MODELS}/${file}`)).filter((said) => said !== 'info open')).toEqual([]);
  });

  it.each(models.filter((file) => file.includes('empty')))('says of %s that nothing is in it', async (file) => {
    expect(await saidOf(`${MODELS}/${file}`)).toEqual(['error no_triangles']);
  });

  it('counts the triangles of the mesh of the portal', async () => {
    const path = 'chanzuckerberg+cryoet-data-portal-backend/ingestion_tools/scripts/tests/fixtures/annotations';

    expect((await run(fixtures.bytes(`${path}/triangular_mesh.stl`))).facts).toMatchObject({ triangles: 72 });
  });
});
