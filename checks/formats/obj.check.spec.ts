import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { runCheck } from '../run-checks.js';
import { objText, TETRAHEDRON } from '../samples/meshes.js';
import { spoiled } from '../samples/spoiled.js';
import { objCheck } from './obj.check.js';

const run = (text: string | Uint8Array) =>
  runCheck(objCheck, fileOf('membrane.obj', Buffer.from(text)), { schema: null, full: true });

const BACKWARDS = ['f -4 -2 -3', 'f -4 -3 -1', 'f -3 -2 -1', 'f -4 -1 -2'];

describe('obj check', () => {
  it.each([
    ['a tetrahedron', objText()],
    ['Windows line ends', objText().replaceAll('\n', '\r\n')],
    ['faces that count back', objText(undefined, BACKWARDS)],
    ['faces that come first', objText().split('\n').reverse().join('\n')],
    ['a face over two lines', objText().replace('f 1 3 2', 'f 1 \\\n 3 2')],
    [
      'normals and texture coordinates',
      objText(undefined, ['vn 0 0 1', 'vt .5 1', ...Array(4).fill('f 1/1/1 2//1 3/1/')]),
    ],
    [
      'colours, groups and materials',
      objText(undefined, ['g a f b', 'mtllib no.mtl', 'usemtl m', 's off', ...BACKWARDS]),
    ],
  ])('finds nothing wrong with %s, and learns how large it is', async (_, text) => {
    const { findings, facts } = await run(text);

    expect(findings).toEqual([]);
    expect(facts).toEqual(TETRAHEDRON);
  });

  const vertices = ['v 0 0 0', 'v 10 0 0', 'v 0 20 0', 'v 0 0 30.5'];
  const BROKEN: Record<keyof typeof objCheck.rules, [what: string, text: string | Uint8Array]> = {
    empty_file: ['nothing', ''],
    too_large: ['a file of 513 MB', ''],
    content: ['an error page', '<!DOCTYPE html><html>404 Not Found</html>'],
    encoding: ['UTF-16', Buffer.from(`\ufeff${objText()}`, 'utf16le')],
    binary: ['a control character', objText().replace('v 10', 'v 1\u0001')],
    endless_line: ['a line of a megabyte', `${objText()}${'x'.repeat(2 ** 20 + 1)}`],
    no_faces: ['lines alone', objText(undefined, ['l 1 2', 'p 3'])],
    vertex_number: ['a vertex that is NaN', objText(['v nan 0 0', ...vertices.slice(1)])],
    face_short: ['a face with two corners', objText(undefined, ['f 1 2 3', 'f 1 2'])],
    index: ['a face of a vertex that is not there', objText(undefined, ['f 1 2 5'])],
    other_number: ['a colour that is NaN', objText(['v 0 0 0 nan nan nan', ...vertices.slice(1)])],
    index_of_others: ['a normal that is not there', objText(undefined, ['f 1//1 2//1 3//1'])],
  };

  const rows = Object.entries(BROKEN).map(([rule, [what, text]]) => ({ rule, what, text }));
  it.each(rows.filter(({ rule }) => rule !== 'too_large'))('reports $what as $rule', async ({ rule, text }) => {
    expect((await run(text)).findings.map((finding) => finding.rule)).toEqual([rule]);
  });

  it('reports a file of 513 MB as too_large', async () => {
    const file = { ...fileOf('huge.obj', new Uint8Array()), size: 513 << 20 };

    const { findings } = await runCheck(objCheck, file, { schema: null, full: true });

    expect(findings).toMatchObject([{ rule: 'too_large' }]);
  });

  it.each(['f 0 1 2', 'f -5 1 2', 'f 1.5 2 3', 'f a b c', 'f 1 2 9999999999999999999'])(
    'refuses the vertices of %s',
    async (face) => {
      const { findings } = await run(objText(undefined, ['f 1 2 3', face]));

      expect(findings).toMatchObject([{ rule: 'index', location: 'line 8' }]);
    },
  );

  it('never breaks on damaged files', async () => {
    for (const damaged of spoiled(Buffer.from(objText()), 5, 2000)) {
      const { cause, facts } = await run(damaged);
      expect(cause, damaged.toString('latin1')).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });
});

const fixtures = sharedFolder('fixtures/cryoet');

describe.skipIf(fixtures.isMissing)(`obj check of real and synthetic files${fixtures.note}`, () => {
  const MODELS = 'mikedh+trimesh/models';
  const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend/ingestion_tools/scripts/tests/fixtures/annotations';

  it.each([
    ['synthetic/text/ok.obj', []],
    ['synthetic/text/bad_nan.obj', ['error vertex_number']],
    ['synthetic/text/bad_points_only.obj', ['error no_faces']],
    [`${PORTAL}/triangular_mesh.obj`, []],
    [`${MODELS}/cube_compressed.obj`, []],
    // Its faces have texture coordinates and the file has none.
    [`${MODELS}/cubevt.obj`, ['warning index_of_others']],
    [`${MODELS}/empty.obj`, ['error no_faces']],
    [`${MODELS}/emptyIO/obj_empty.obj`, ['error no_faces']],
    [`${MODELS}/emptyIO/obj_points.obj`, ['error no_faces']],
    [`${MODELS}/emptyIO/obj_wireframe.obj`, ['error no_faces']],
    [`${MODELS}/face_in_group_name.obj`, ['error no_faces']],
    // Its faces have normals and the file has none.
    [`${MODELS}/face_in_group_name_mid_file.obj`, ['warning index_of_others']],
    [`${MODELS}/jacked.obj`, []],
    [`${MODELS}/nancolor.obj`, ['warning other_number']],
    [`${MODELS}/negative_indices.obj`, []],
    [`${MODELS}/not_convex.obj`, []],
    [`${MODELS}/notenoughindices.obj`, ['error face_short']],
    [`${MODELS}/obj_with_no_face_in_chunk.obj`, []],
    [`${MODELS}/polygonfaces.obj`, []],
    [`${MODELS}/singlevn.obj`, []],
    [`${MODELS}/two_objects.obj`, []],
    [`${MODELS}/wallhole.obj`, []],
  ])('says of %s what it is', async (path, said) => {
    const { findings } = await run(fixtures.bytes(path));

    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(said);
  });
});
