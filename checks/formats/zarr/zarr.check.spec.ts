import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileOf } from '../../../test/sample-files.js';
import type { SourceFile } from '../../check.js';
import { withLocalFile } from '../../local-file.js';
import { type CheckResult, runCheck } from '../../run-checks.js';
import {
  type Entries,
  membersOf,
  type Spoiled,
  writeZarr,
  type ZarrParts,
  type ZipMember,
  zarrEntries,
  zipBytes,
} from '../../samples/zarr.js';
import { zarrCheck } from '../zarr.check.js';
import type { Code } from './rules.js';

const root = mkdtempSync(join(tmpdir(), 'zarr-check-'));
afterAll(() => rmSync(root, { recursive: true }));

const judge = (file: SourceFile, full = true) => runCheck(zarrCheck, file, { schema: null, full });
let stores = 0;
async function judgeFolder(entries: Entries, { full = true, links = {} as Record<string, string> } = {}) {
  const local = join(root, `${stores++}.zarr`);
  mkdirSync(local);
  writeZarr(local, entries);
  for (const [key, target] of Object.entries(links)) {
    mkdirSync(dirname(join(local, key)), { recursive: true });
    symlinkSync(target, join(local, key));
  }
  return withLocalFile({ path: 'tomogram.zarr', local }, (file) => judge(file, full));
}
const judgeZip = (members: readonly ZipMember[], path = 'tomogram.zarr.zip') => judge(fileOf(path, zipBytes(members)));
const rulesOf = ({ cause, findings }: CheckResult) => {
  expect(cause).toBeUndefined();
  return findings.map(({ rule }) => rule);
};

describe('zarr check', () => {
  const SOUND: Record<string, Partial<ZarrParts>> = {
    'of 0.4': {},
    'of 0.5': { version: '0.5' },
    'whose chunks are packed': { packed: 'gzip' },
    'whose chunks lie in shards': { version: '0.5', packed: 'shards' },
    'whose lengths are odd': { shape: [7, 9, 11], levels: 3 },
    'of one level': { levels: 1 },
    'of bytes': { dtype: 'uint8', version: '0.5', packed: 'gzip' },
    'that is a tilt series, its sections kept at every level': {
      spoil: (json) => {
        json['1/.zarray'].shape = [8, 4, 4];
        json['1/.zarray'].chunks = [4, 4, 4];
        json['.zattrs'].multiscales[0].datasets[1].coordinateTransformations[0].scale[0] = 10;
      },
    },
  };

  it.each(Object.entries(SOUND))('finds nothing wrong with an image %s', async (name, parts) => {
    const entries = zarrEntries(parts);
    if (name.includes('tilt')) entries.set('1/1/0/0', entries.get('1/0/0/0') ?? Buffer.alloc(0));
    for (const full of [true, false]) expect(rulesOf(await judgeFolder(entries, { full }))).toEqual([]);
  });

  it.each([
    ['packed from within', membersOf(zarrEntries())],
    ['packed from above', membersOf(zarrEntries()).map((member) => ({ ...member, name: `t.zarr/${member.name}` }))],
    ['whose members are packed, too', membersOf(zarrEntries({ version: '0.5', packed: 'shards' }), true)],
  ])('finds nothing wrong with a zip %s', async (_, members) => {
    const result = await judgeZip(members);

    expect(rulesOf(result)).toEqual([]);
    expect(result.facts).toMatchObject({ container: 'zip', dimensions: [8, 8, 8] });
  });

  it('learns what rules between files need', async () => {
    const { facts } = await judgeFolder(zarrEntries({ shape: [6, 8, 10], dtype: 'uint8', voxelSize: 7.5 }));

    expect(facts).toEqual({
      ...{ format: 'zarr', version: '0.4', dtype: 'uint8', dimensions: [10, 8, 6], voxelSize: [7.5, 7.5, 7.5] },
      axes: ['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'angstrom' })),
      levels: [
        { path: '0', shape: [6, 8, 10], scale: [7.5, 7.5, 7.5] },
        { path: '1', shape: [3, 4, 5], scale: [15, 15, 15] },
      ],
      chunks: { expected: 12, missing: 0 },
      values: [0, 1, 2, 3, 4, 5, 6],
    });
  });

  it('tells lengths in Å, whatever their unit', async () => {
    const spoil = (json: Spoiled) => {
      for (const axis of json['.zattrs'].multiscales[0].axes) axis.unit = 'nanometer';
    };

    expect((await judgeFolder(zarrEntries({ voxelSize: 0.75, spoil }))).facts).toMatchObject({
      voxelSize: [7.5, 7.5, 7.5],
    });
  });

  it('learns no values of chunks that it has not looked at', async () => {
    const parts = { dtype: 'uint8', shape: [24, 24, 24] } as const;

    expect((await judgeFolder(zarrEntries(parts), { full: false })).facts).not.toHaveProperty('values');
    expect((await judgeFolder(zarrEntries(parts))).facts).toMatchObject({ values: [0, 1, 2, 3, 4, 5, 6] });
  });

  it('counts what a missing chunk is taken for', async () => {
    const entries = zarrEntries({ dtype: 'uint8', value: () => 3 });
    entries.delete('0/0/0/0');

    expect(await judgeFolder(entries)).toMatchObject({
      facts: { chunks: { expected: 8, missing: 1 }, values: [0, 3] },
    });
  });
});

/** Metadata that are wrong in one place, and the rule that says so; more where one follows from the other. */
type Spoil = (json: Spoiled) => void;
const image = (json: Spoiled) => (json['.zattrs'] ?? json['zarr.json'].attributes.ome).multiscales[0];
const scaleOf = (json: Spoiled, level: number) => image(json).datasets[level].coordinateTransformations;
const v04 = (spoil: Spoil) => ({ entries: zarrEntries({ spoil }) });
const v05 = (spoil: Spoil) => ({ entries: zarrEntries({ version: '0.5', spoil }) });
const changed = (change: (entries: Entries) => void, parts: Partial<ZarrParts> = {}) => {
  const entries = zarrEntries(parts);
  change(entries);
  return { entries };
};
const zipped = (change: (members: ZipMember[]) => ZipMember[]) => ({ zip: change(membersOf(zarrEntries())) });
const bytes = (text: string) => Buffer.from(text);

interface Case {
  readonly entries?: Entries;
  readonly zip?: readonly ZipMember[];
  readonly links?: Record<string, string>;
  readonly file?: SourceFile;
}

/** Labels of the image, with these metadata of the folder and these of the image of labels. */
const labelled = (parts: Partial<ZarrParts>, { labels = ['a'], label = {} as object } = {}) =>
  changed((entries) => {
    entries.set('labels/.zgroup', bytes('{"zarr_format":2}'));
    entries.set('labels/.zattrs', bytes(JSON.stringify({ labels })));
    for (const [key, value] of zarrEntries(parts)) entries.set(`labels/a/${key}`, value);
    const own = JSON.parse(Buffer.from(entries.get('labels/a/.zattrs') ?? []).toString());
    entries.set('labels/a/.zattrs', bytes(JSON.stringify({ ...own, 'image-label': label })));
  });

const BROKEN: Record<Code, readonly [what: string, spoiled: Case, ...others: Code[]]> = {
  content: ['an error page', { file: fileOf('x.zarr.zip', bytes('<!DOCTYPE html><html>404</html>')) }],
  empty: ['an empty folder', { entries: new Map() }],
  too_many_keys: ['a zip of too many members', { file: tooMany() }],
  zip: ['a zip cut short', { file: fileOf('x.zarr.zip', zipBytes(membersOf(zarrEntries())).subarray(0, 999)) }],
  zip_bomb: [
    'a zip that unpacks to a hundred times its size',
    zipped((members) => [...members, { name: '0/big', bytes: Buffer.alloc(9 << 20), isPacked: true }]),
    'ratio',
  ],
  ratio: [
    'a member that unpacks to a hundred times its size',
    zipped((members) => [
      ...members,
      { name: '.zmetadata', bytes: bytes(`{}${' '.repeat(1 << 17)}`), isPacked: true },
      { name: 'OME/noise', bytes: Buffer.from(Float64Array.from({ length: 9000 }, (_, i) => Math.sin(i)).buffer) },
    ]),
  ],
  unsafe_path: ['a member that leads out', zipped((members) => [...members, { name: '../../x', bytes: bytes('x') }])],
  link: ['a link that leads out', { entries: zarrEntries(), links: { 'OME/x': '/etc/passwd' } }],
  encrypted: [
    'an encrypted member',
    zipped((members) => members.map((member) => ({ ...member, isPacked: true, flags: 1 }))),
  ],
  duplicate_name: [
    'two members of one name',
    zipped((members) => [...members, { name: '0/0/0/0', bytes: Buffer.alloc(256) }]),
  ],
  unreadable: [
    'a member packed in another way',
    zipped((members) => [...members, { name: 'OME/x', bytes: bytes('x'), isPacked: true, method: 14 }]),
  ],
  checksum: [
    'a member that changed',
    zipped((members) => members.map((member) => (member.name === '0/0/0/0' ? { ...member, sum: 1 } : member))),
  ],
  stray_files: ['a note', changed((entries) => entries.set('notes.txt', bytes('words')))],
  mixed_versions: [
    'metadata of both editions',
    changed((entries) => entries.set('more/zarr.json', bytes('{"zarr_format":3,"node_type":"group"}'))),
  ],
  no_group: ['no .zgroup', v04((json) => delete json['.zgroup'])],
  json: ['metadata that end early', v04((json) => (json['0/.zarray'] = '{"zarr_format":2,'))],
  zarr_format: ['a group of no edition', v04((json) => (json['.zgroup'] = {}))],
  no_multiscales: ['a plate', v04((json) => (json['.zattrs'] = { plate: {} }))],
  several_multiscales: ['two images', v04((json) => json['.zattrs'].multiscales.push({}))],
  version: ['0.6', v05((json) => (json['zarr.json'].attributes.ome.version = '0.6'))],
  version_missing: ['no version', v04((json) => delete image(json).version)],
  version_mixed: ['labels of 0.3', labelled({ dtype: 'uint8' }, { label: { version: '0.3' } })],
  structure: ['a name that is a number', v04((json) => (image(json).name = 5))],
  axes_repeated: ['two axes y', v04((json) => (image(json).axes[0].name = 'y')), 'axes_not_zyx'],
  axes_space: ['one axis of space', v04((json) => [0, 1].map((i) => (image(json).axes[i].type = 'channel')))],
  axes_order: ['a channel after space', v04((json) => (image(json).axes[2].type = 'channel'))],
  axes_not_zyx: ['x, y, z', v04((json) => image(json).axes.reverse())],
  unit_missing: ['no unit', v04((json) => delete image(json).axes[1].unit)],
  unit_unknown: ['parsec', v04((json) => image(json).axes.map((axis: Spoiled) => (axis.unit = 'parsec')))],
  units_differ: ['two units', v04((json) => (image(json).axes[2].unit = 'nanometer'))],
  advised: ['no method', v04((json) => delete image(json).metadata)],
  label_missing: ['labels that are not there', labelled({ dtype: 'uint8' }, { labels: ['a', 'b'] })],
  label_unlisted: ['labels that are not listed', labelled({ dtype: 'uint8' }, { labels: [] })],
  label_dtype: ['labels of fractions', labelled({ levels: 1 })],
  label_repeated: [
    'a label of two colours',
    labelled({ dtype: 'uint8' }, { label: { colors: [{ 'label-value': 1 }, { 'label-value': 1 }] } }),
  ],
  scale_missing: [
    'a translation alone',
    v04(
      (json) => (image(json).datasets[0].coordinateTransformations = [{ type: 'translation', translation: [0, 0, 0] }]),
    ),
  ],
  transformation_order: [
    'a translation before the scale',
    v04((json) => scaleOf(json, 0).unshift({ type: 'translation', translation: [0, 0, 0] })),
  ],
  transformation_length: ['two numbers for three axes', v04((json) => scaleOf(json, 0)[0].scale.pop())],
  scale_not_positive: ['a scale of zero', v04((json) => (scaleOf(json, 0)[0].scale = [0, 0, 0]))],
  scale_unset: ['1, 1, 1', { entries: zarrEntries({ voxelSize: 1 }) }],
  scale_implausible: ['metres for Å', { entries: zarrEntries({ voxelSize: 1e-9 }) }],
  scale_anisotropic: ['flat voxels', v04((json) => [0, 1].map((i) => (scaleOf(json, i)[0].scale[0] = 13 * 2 ** i)))],
  scale_ratio: ['a scale that stays', v04((json) => (scaleOf(json, 1)[0].scale = [10, 10, 10]))],
  level_missing: ['a level that is not there', v04((json) => (image(json).datasets[1].path = '9')), 'array_unlisted'],
  level_is_group: [
    'a level that is a group',
    changed((entries) => {
      entries.delete('1/.zarray');
      entries.set('1/.zgroup', bytes('{"zarr_format":2}'));
      entries.delete('1/0/0/0');
    }),
  ],
  level_repeated: ['a level twice', v04((json) => image(json).datasets.push(image(json).datasets[1]))],
  level_path: [
    'a level outside',
    v04((json) => image(json).datasets.push({ ...image(json).datasets[1], path: '../1' })),
  ],
  level_order: [
    'the coarsest first',
    v04((json) => {
      const [fine, coarse] = image(json).datasets;
      [fine.path, coarse.path] = [coarse.path, fine.path];
    }),
  ],
  level_shape: [
    'a level of a third',
    changed((entries) => entries.set('1/0/0/0', Buffer.alloc(108)), {
      spoil: (json) => {
        json['1/.zarray'].shape = [3, 3, 3];
        json['1/.zarray'].chunks = [3, 3, 3];
        scaleOf(json, 1)[0].scale = [80 / 3, 80 / 3, 80 / 3];
      },
    }),
  ],
  level_dimensions: [
    'a level of two dimensions',
    v04((json) => {
      json['1/.zarray'].shape = [4, 4];
      json['1/.zarray'].chunks = [4, 4];
    }),
    ...(['stray_files', 'chunks_missing'] as const),
  ],
  level_dtype: ['a level of another type', v04((json) => (json['1/.zarray'].dtype = '<i4'))],
  dimension_names: ['dimensions of other names', v05((json) => json['0/zarr.json'].dimension_names.reverse())],
  array: ['a chunk of no length', v04((json) => (json['0/.zarray'].chunks = [4, 4, 0]))],
  dtype_uncommon: ['integers of 32 bits', v04((json) => ['0', '1'].map((i) => (json[`${i}/.zarray`].dtype = '<i4')))],
  nested: ['a group in an array', changed((entries) => entries.set('0/a/.zgroup', bytes('{"zarr_format":2}')))],
  array_unlisted: ['a level that is not listed', v04((json) => image(json).datasets.pop())],
  separator: [
    'chunks named with dots',
    changed(
      (entries) => {
        for (const [key, value] of [...entries].filter(([key]) => /^\d\/\d/.test(key))) {
          entries.delete(key);
          entries.set(key.replace(/(?<=\/.*)\//g, '.'), value);
        }
      },
      { spoil: (json) => ['0', '1'].map((i) => (json[`${i}/.zarray`].dimension_separator = '.')) },
    ),
    'separator',
  ],
  chunk_names: [
    'a separator that is not used',
    v04((json) => delete json['0/.zarray'].dimension_separator),
    'separator',
  ],
  no_chunks: [
    'no chunks',
    changed((entries) => [...entries.keys()].filter((key) => /^0\/\d/.test(key)).map((key) => entries.delete(key))),
  ],
  chunks_missing: ['a chunk lost', changed((entries) => entries.delete('0/1/0/1'))],
  chunk_outside: ['a chunk too many', changed((entries) => entries.set('0/2/0/0', Buffer.alloc(256)))],
  chunk_size: ['a short chunk', changed((entries) => entries.set('0/1/1/1', Buffer.alloc(200)))],
  chunk_damaged: [
    'a chunk that is noise',
    changed((entries) => entries.set('0/1/1/1', Buffer.alloc(200, 7)), { packed: 'gzip' }),
  ],
  chunk_too_large: [
    'a chunk of gigabytes',
    v04((json) => {
      json['0/.zarray'].chunks = [2048, 2048, 2048];
      json['0/.zarray'].compressor = { id: 'gzip' };
    }),
    'chunk_outside',
  ],
  codec_unknown: ['a codec of its own', v04((json) => (json['0/.zarray'].compressor = { id: 'jpegxl' }))],
  not_finite: ['NaN', { entries: zarrEntries({ value: (place) => (place === 400 ? Number.NaN : place % 7) }) }],
  empty_volume: ['a volume of zeros', { entries: zarrEntries({ value: () => 0 }) }],
  empty_mask: ['a mask of zeros', { entries: zarrEntries({ value: () => 0, dtype: 'uint8' }) }],
};

/** 200,001 members of no bytes, written at once. */
function tooMany(): SourceFile {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  const wide = Buffer.alloc(76);
  wide.write('PK\x06\x06', 'latin1');
  wide.writeBigUInt64LE(44n, 4);
  wide.writeBigUInt64LE(200_001n, 24);
  wide.writeBigUInt64LE(200_001n, 32);
  wide.write('PK\x06\x07', 56, 'latin1');
  wide.writeBigUInt64LE(30n, 64);
  wide.writeUInt32LE(1, 72);
  end.fill(0xff, 8, 20);
  return fileOf('x.zarr.zip', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(26), wide, end]));
}

describe('zarr check of spoiled stores', () => {
  const rows = Object.entries(BROKEN).map(([rule, [what, spoiled, ...others]]) => ({ rule, what, spoiled, others }));

  it.each(rows)('reports $what as $rule', async ({ rule, spoiled, others }) => {
    const { file, zip, entries = new Map(), links } = spoiled;
    const result = file ? await judge(file) : zip ? await judgeZip(zip) : await judgeFolder(entries, { links });

    expect([...new Set(rulesOf(result))].sort()).toEqual([...new Set([rule, ...others])].sort());
  });

  it('says which file and which level a finding is of', async () => {
    const { findings } = await judgeFolder(BROKEN.chunks_missing[1].entries ?? new Map());

    expect(findings).toMatchObject([
      { file: 'tomogram.zarr', location: '0', count: 1, samples: ['0/1/0/1'], expected: '8' },
    ]);
  });

  it('does not ask whether a zip calls itself a folder', async () => {
    expect(rulesOf(await judgeZip(membersOf(zarrEntries()), 'tomogram.zarr'))).toEqual(['content']);
  });

  it('follows a link to a file of the same folder, and no other', async () => {
    const entries = zarrEntries();
    entries.delete('0/0/0/0');
    const linkedTo = async (target: string) => rulesOf(await judgeFolder(entries, { links: { '0/0/0/0': target } }));

    expect(await linkedTo('1')).toEqual([]);
    expect(await linkedTo('..')).toEqual(['link', 'chunks_missing']);
    expect(await linkedTo('nothing')).toEqual(['link', 'chunks_missing']);
  });

  it('finds a link among the members of a zip', async () => {
    const members = [...membersOf(zarrEntries()), { name: 'OME/x', bytes: bytes('/etc/passwd'), mode: 0o120777 }];

    expect(rulesOf(await judgeZip(members))).toEqual(['link']);
  });

  it('finds the store in a zip beside what an operating system adds', async () => {
    const members = membersOf(zarrEntries()).map((member) => ({ ...member, name: `t.zarr/${member.name}` }));
    const added = { name: '__MACOSX/t.zarr/._0', bytes: bytes('x') };

    expect(rulesOf(await judgeZip([added, ...members]))).toEqual(['stray_files']);
  });

  it('tells many members of one fault as one finding', async () => {
    const { findings } = await judgeZip(BROKEN.encrypted[1].zip ?? []);

    expect(findings).toMatchObject([{ rule: 'encrypted', location: '0/0/0/0', count: 13 }]);
  });

  it('reads a file of no bytes as such', async () => {
    writeFileSync(join(root, 'none.zarr.zip'), '');

    expect(rulesOf(await judge(fileOf('none.zarr.zip', new Uint8Array())))).toEqual(['empty']);
  });
});

describe('a folder that is one file', () => {
  it('has the size of what is in it, and no bytes of its own', async () => {
    const local = join(root, 'sized.zarr');
    writeZarr(
      local,
      new Map([
        ['a/b', bytes('12345')],
        ['c', bytes('678')],
      ]),
    );

    await withLocalFile({ path: 'sized.zarr', local }, async (file) => {
      expect(file).toMatchObject({ path: 'sized.zarr', local, size: 8 });
      await expect(file.read(0, 1)).rejects.toThrow('no bytes of its own');
    });
  });
});
