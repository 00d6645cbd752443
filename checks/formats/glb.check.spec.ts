import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import type { SourceFile } from '../check.js';
import { gltfMessages } from '../readers/gltf-validation.js';
import { runCheck } from '../run-checks.js';
import { glbJson, glbOf, TETRAHEDRON } from '../samples/meshes.js';
import { randoms, spoiled, THOROUGHNESS } from '../samples/spoiled.js';
import { glbCheck } from './glb.check.js';

const judge = (file: SourceFile) => runCheck(glbCheck, file, { schema: null, full: true });
const run = (bytes: Uint8Array) => judge(fileOf('membrane.glb', bytes));
const sample = (change: Record<string, unknown> = {}) => glbOf({ ...glbJson(), ...change });

/** A file whose first chunk is of no known type: what its JSON says is not seen before the validator is asked. */
function behindAnother(json: string): Buffer {
  const plain = glbOf(json);
  const unknown = Buffer.from([4, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
  const bytes = Buffer.concat([plain.subarray(0, 12), unknown, plain.subarray(12)]);
  bytes.writeUInt32LE(bytes.length, 8);
  return bytes;
}

/** A file of 300 MB, of which only the beginning is there. */
function huge(change: (bytes: Buffer) => void = () => {}): SourceFile {
  const bytes = sample();
  bytes.writeUInt32LE(300 << 20, 8);
  change(bytes);
  return { ...fileOf('huge.glb', bytes), size: 300 << 20 };
}

/** Each kind of number that glTF has, so that each is spoiled. */
function everything() {
  const { accessors, ...json } = glbJson();
  const indices = { bufferView: 1, componentType: 5123, byteOffset: 0 };
  const sparse = { count: 1, indices, values: { bufferView: 0, byteOffset: 0 } };
  const lights = [{ type: 'spot', intensity: 1, range: 2, color: [1, 1, 1], spot: { outerConeAngle: 0.5 } }];
  const attributes = { POSITION: 0, NORMAL: 0, JOINTS_0: 3, WEIGHTS_0: 3 };
  return {
    ...json,
    accessors: [
      ...accessors,
      { componentType: 5126, count: 4, type: 'SCALAR', sparse, min: [0], max: [30.5] },
      { bufferView: 0, byteOffset: 0, componentType: 5126, count: 2, type: 'VEC4' },
    ],
    cameras: [{ type: 'perspective', perspective: { yfov: 0.7, znear: 0.1, zfar: 100, aspectRatio: 1.5 } }],
    nodes: [
      { mesh: 0, camera: 0, weights: [0.5], translation: [1, 2, 3], rotation: [0, 0, 0, 1], scale: [1, 1, 1] },
      { matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], children: [0] },
      { skin: 0, mesh: 0 },
    ],
    scenes: [{ nodes: [1, 2] }],
    skins: [{ joints: [0, 1], skeleton: 1, inverseBindMatrices: 3 }],
    animations: [
      { channels: [{ sampler: 0, target: { node: 0, path: 'scale' } }], samplers: [{ input: 2, output: 0 }] },
    ],
    materials: [
      {
        alphaCutoff: 0.5,
        emissiveFactor: [0, 0, 1],
        pbrMetallicRoughness: { baseColorTexture: { index: 0, texCoord: 0 } },
      },
    ],
    textures: [{ source: 0, sampler: 0 }],
    images: [{ bufferView: 1, mimeType: 'image/png' }],
    samplers: [{ magFilter: 9729, minFilter: 9987, wrapS: 10_497 }],
    meshes: [
      { weights: [0.1], primitives: [{ attributes, indices: 1, mode: 4, material: 0, targets: [{ POSITION: 0 }] }] },
    ],
    extensionsUsed: ['KHR_lights_punctual'],
    extensions: { KHR_lights_punctual: { lights } },
  };
}

describe('glb check', () => {
  it('finds nothing wrong with a tetrahedron, and learns how large it is', async () => {
    const { findings, facts } = await run(sample());

    expect(findings).toEqual([]);
    expect(facts).toEqual(TETRAHEDRON);
  });

  it('moves a mesh as the nodes above it say', async () => {
    const nodes = [
      { translation: [100, 0, 0], children: [1] },
      { rotation: [0, 0, Math.SQRT1_2, Math.SQRT1_2], scale: [2, 2, 2], mesh: 0 },
    ];

    const { facts } = await run(sample({ nodes }));

    // Turned by 90 degrees about z: x becomes y, and y becomes -x.
    const { min, max } = facts as unknown as typeof TETRAHEDRON;
    for (const [axis, value] of [60, 0, 0].entries()) expect(min[axis]).toBeCloseTo(value, 9);
    for (const [axis, value] of [100, 20, 61].entries()) expect(max[axis]).toBeCloseTo(value, 9);
  });

  const deep = { extras: JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) };
  const nested = (depth: number) => `{"extras":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const zeros = { accessors: [{ ...glbJson().accessors[0], count: 2 ** 31 }, glbJson().accessors[1]] };
  const infinite = { bufferViews: [{ buffer: 0, byteLength: 48, byteOffset: 1e99 }, glbJson().bufferViews[1]] };
  const chain = Array.from({ length: 20_000 }, (_, i) => (i < 19_999 ? { children: [i + 1] } : { mesh: 0 }));
  const circle = Array.from({ length: 5000 }, (_, i) => ({ children: [(i + 1) % 5000], mesh: 0 }));
  const images = { images: [{ bufferView: 0, mimeType: 'image/png' }] };
  const animations = { animations: [{ channels: [], samplers: [] }] };

  const BROKEN: readonly [rule: keyof typeof glbCheck.rules, what: string, file: SourceFile][] = [
    ['empty_file', 'nothing', fileOf('a.glb', Buffer.alloc(0))],
    ['content', 'an error page', fileOf('a.glb', Buffer.from('<!DOCTYPE html><html>404</html>'))],
    ['too_complex', 'nested lists', fileOf('a.glb', sample(deep))],
    ['too_complex', 'more values than it can hold', fileOf('a.glb', sample(zeros))],
    ['too_complex', 'a chain of nodes', fileOf('a.glb', sample({ nodes: chain }))],
    ['too_complex', 'a circle of nodes', fileOf('a.glb', sample({ nodes: circle }))],
    ['too_complex', 'a number that the validator breaks on', fileOf('a.glb', sample(infinite))],
    ['unreadable', 'a chain of nodes among which is no node', fileOf('a.glb', sample({ nodes: [...chain, 5] }))],
    ['gltf_error', 'a million lists in a chunk that comes late', fileOf('a.glb', behindAnother(nested(1e6)))],
    ['gltf_error', 'a file cut off', fileOf('a.glb', sample().subarray(0, -20))],
    ['gltf_error', 'bounds that are not those of its values', fileOf('a.glb', glbOf(glbJson(), Buffer.alloc(72, 1)))],
    [
      'gltf_note',
      'a view whose use is not said',
      fileOf('a.glb', sample({ bufferViews: glbJson().bufferViews.map(({ target, ...view }) => view) })),
    ],
    ['no_triangles', 'no mesh', fileOf('a.glb', glbOf({ asset: { version: '2.0' } }, Buffer.alloc(0)))],
    [
      'no_triangles',
      'points alone',
      fileOf('a.glb', sample({ meshes: [{ primitives: [{ mode: 0, attributes: { POSITION: 0 } }] }] })),
    ],
    [
      'external',
      'its values in another file',
      fileOf('a.glb', glbOf({ ...glbJson(), buffers: [{ byteLength: 72, uri: 'values.bin' }] }, Buffer.alloc(0))),
    ],
    ['images', 'a texture', fileOf('a.glb', sample(images))],
    ['animations', 'an animation', fileOf('a.glb', sample(animations))],
    ['not_read_whole', 'a file of 300 MB', huge()],
    ['length', 'a file of 300 MB that was to be larger', huge((bytes) => bytes.writeUInt32LE(2 ** 31, 8))],
  ];

  it.each(BROKEN)('reports as %s %s', async (rule, _, file) => {
    const { findings, cause } = await judge(file);

    expect(cause).toBeUndefined();
    expect(findings.map((finding) => finding.rule)).toContain(rule);
  });

  it('weighs a chunk that is not aligned as a warning', async () => {
    const json = JSON.stringify(glbJson());
    const bytes = glbOf(`${json}${' '.repeat((4 - (json.length % 4)) % 4)}`);
    const odd = Buffer.concat([bytes.subarray(0, -1), Buffer.alloc(2), bytes.subarray(-1)]);
    odd.writeUInt32LE(odd.length, 8);
    odd.writeUInt32LE(74, 20 + bytes.readUInt32LE(12));

    const { findings, outcome } = await run(odd);

    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toContain('warning unaligned');
    expect(outcome).toBe('passed');
  });

  it('loads the validator in a thread alone, and so no command waits for it', async () => {
    await import('./index.js');

    expect(Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('gltf'))).toEqual([]);
  });

  it('does not wait for ever, and judges the next file none the less', async () => {
    // It takes more than a second.
    const nodes = Array.from({ length: 4_000 }, (_, i) => (i < 3_999 ? { children: [i + 1] } : { mesh: 0 }));
    expect(await gltfMessages(new Uint8Array(sample({ nodes })), 20)).toBeNull();
    expect(await gltfMessages(new Uint8Array(sample()))).toEqual([]);
  });

  /** What no glTF has, or no program reads. */
  const ODD = [
    ...['1e308', '-1e308', '1e400', '1e-400', '-1', '-0', '1.5', '1e21', '9007199254740992', '123456789012345678901'],
    ...['2147483647', '2147483648', '4294967295', '4294967296', '3.4e38', 'NaN', '-Infinity', '"1"', 'null', 'true'],
    ...['[]', '{}', '""', `${'['.repeat(150)}1${']'.repeat(150)}`],
  ];

  it.each([
    ['bare tetrahedron', JSON.stringify(glbJson()), 1000],
    ['scene with a bit of everything', JSON.stringify(everything()), 1500],
  ])('ends in findings, whatever numbers stand in the JSON of a %s', async (_, json, count) => {
    const random = randoms(77);
    for (let i = 0; i < count * THOROUGHNESS; i++) {
      let text = json;
      for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
        const numbers = [...text.matchAll(/(?<=[:,[])-?\d[\d.e+-]*/g)];
        const number = numbers[Math.floor(random() * numbers.length)];
        const odd = ODD[Math.floor(random() * ODD.length)] ?? '';
        if (number) text = text.slice(0, number.index) + odd + text.slice(number.index + number[0].length);
      }
      const { cause, facts } = await run(glbOf(text));
      expect(cause, text).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts)), text).toEqual(facts);
    }
  });

  it('never breaks on damaged files', async () => {
    for (const damaged of spoiled(sample(), 11, 600)) {
      const { cause, facts } = await run(damaged);
      expect(cause, damaged.toString('latin1')).toBeUndefined();
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    }
  });
});

const fixtures = sharedFolder('fixtures/cryoet');

describe.skipIf(fixtures.isMissing)(`glb check of real files${fixtures.note}`, () => {
  const KHRONOS = 'KhronosGroup+glTF-Validator/test/base/data';
  const MODELS = 'mikedh+trimesh/models';
  const glbIn = (folder: string) =>
    fixtures.isMissing
      ? []
      : (readdirSync(fixtures.at(folder), { recursive: true }) as string[]).filter((file) => file.endsWith('.glb'));

  const SEVERITIES: Readonly<Record<string, readonly number[]>> = {
    gltf_error: [0],
    gltf_warning: [1],
    gltf_note: [2, 3],
    // An error to the validator.
    unaligned: [0],
  };

  it.each(glbIn(KHRONOS).filter((file) => fixtures.bytes(`${KHRONOS}/${file}`).length > 0))(
    'says of %s what the published report does',
    async (file) => {
      const report = JSON.parse(fixtures.bytes(`${KHRONOS}/${file}.report.json`).toString());
      const { findings } = await run(fixtures.bytes(`${KHRONOS}/${file}`));

      const ours = findings.filter(({ rule }) => rule in SEVERITIES);
      const theirs: { code: string; severity: number }[] = report.issues.messages;
      expect(ours.map(({ found, count }) => `${found} ${count}`).sort()).toEqual(
        [...new Set(theirs.map(({ code }) => code))]
          .map((code) => `${code} ${theirs.filter((each) => each.code === code).length}`)
          .sort(),
      );
      for (const { found, rule } of ours)
        expect(SEVERITIES[rule]).toContain(theirs.find(({ code }) => code === found)?.severity);
    },
  );

  it('calls a file of zero bytes empty', async () => {
    expect((await run(fixtures.bytes(`${KHRONOS}/glb/empty_file.glb`))).findings).toMatchObject([
      { rule: 'empty_file' },
    ]);
  });

  it('accepts the mesh of the portal, of 40 vertices and 72 triangles', async () => {
    const path = 'chanzuckerberg+cryoet-data-portal-backend/ingestion_tools/scripts/tests/fixtures/annotations';
    const { outcome, facts } = await run(fixtures.bytes(`${path}/triangular_mesh.glb`));

    expect(outcome).toBe('passed');
    expect(facts).toMatchObject({ vertices: 40, triangles: 72 });
  });

  it.each(glbIn(MODELS))('accepts %s, but where nothing is in it', async (file) => {
    const { findings } = await run(fixtures.bytes(`${MODELS}/${file}`));
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);

    expect(errors).toEqual(file.includes('empty') ? ['no_triangles'] : []);
  });
});
