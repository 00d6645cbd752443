import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { breaking, inTurn, type Page, type RemoteServer, startRemote, whole } from '../../test/remote-server.js';
import { type Installation, installReference } from './install.js';
import { editionsIn, faultsIn, identityOf, installedIn } from './installed.js';
import { referenceFor } from './open-reference.js';
import { sha256Of } from './packed-file.js';
import type { Source } from './source.js';

/** A frame with one block that is not compressed. */
function zstd(text: string): Buffer {
  const bytes = Buffer.from(text);
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 5);
  header.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([header, bytes]);
}

const ontology = (labels: Readonly<Record<string, string>>) => {
  const [root = ''] = Object.keys(labels);
  return Object.fromEntries(
    Object.entries(labels).map(([id, label]) => [
      id,
      { label, deprecated: false, ancestors: id === root ? {} : { [root]: 1 } },
    ]),
  );
};

const CL = zstd(JSON.stringify(ontology({ 'CL:0000000': 'cell', 'CL:0000540': 'neuron' })));
const ERCC = gzipSync('ERCC-00002,ERCC-00002 (spike-in control),1,1061,synthetic\n');

const FILES: Readonly<Record<string, Buffer>> = {
  'ontology/upstream/CL-ontology-v1.json.zst': CL,
  'genes/genes_ercc.csv.gz': ERCC,
};
const sourceOf = ([file, bytes]: [string, Buffer]): Source => {
  return { file, url: `https://files.example/pub/${file}`, bytes: bytes.length, sha256: sha256Of(bytes) };
};
const SOURCES = Object.entries(FILES).map(sourceOf);
const CL_PATH = '/pub/ontology/upstream/CL-ontology-v1.json.zst';
const GENES_PATH = '/pub/genes/genes_ercc.csv.gz';

let folder: string;
let to: string;
let remote: RemoteServer | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'));
  to = join(folder, 'not/yet/there');
  remote = null;
});
afterEach(async () => {
  await remote?.close();
  rmSync(folder, { recursive: true });
});

const install = (more: Partial<Installation> = {}) =>
  installReference({ schema: '7.0.0', to, from: null, sources: SOURCES, ...more });

async function installFrom(pages: Readonly<Record<string, Page>>, more: Partial<Installation> = {}) {
  await remote?.close();
  remote = await startRemote({ [CL_PATH]: whole(CL), [GENES_PATH]: whole(ERCC), ...pages });
  return install({ mirror: remote.url, ...more });
}

function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const from = join(folder, 'from');
  rmSync(from, { recursive: true, force: true });
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(from, file)), { recursive: true });
    writeFileSync(join(from, file), bytes);
  }
  return from;
}

const labelOf = (id: string) => referenceFor('7.0.0', to).ontologyOf(id)?.term(id)?.label;

describe('an installation', () => {
  it('brings what is listed from a mirror, and makes its folder', async () => {
    const manifest = await installFrom({});

    expect(referenceFor('7.0.0', to).origin).toBe('installed');
    expect(labelOf('CL:0000540')).toBe('neuron');
    expect(referenceFor('7.0.0', to).genes.gene('ERCC-00002')).toMatchObject({ organism: 'NCBITaxon:32630' });
    expect(remote?.asked).toEqual({ [CL_PATH]: [null], [GENES_PATH]: [null] });
    expect(manifest.ontologies).toMatchObject([{ name: 'CL', count: 2, source: { isVerified: true } }]);
    expect(readdirSync(to)).toEqual(['7.0.0']);
  });

  it('finds a mirror below a path', async () => {
    remote = await startRemote({ [`/some/where${CL_PATH}`]: whole(CL), [`/some/where${GENES_PATH}`]: whole(ERCC) });
    await install({ mirror: `${remote.url}/some/where/` });

    expect(labelOf('CL:0000540')).toBe('neuron');
  });

  it('goes on where it was cut off, within one run and in the next', async () => {
    const piece = Math.ceil(CL.length / 5);
    const cut = installFrom({ [CL_PATH]: breaking(CL, piece) });
    await expect(cut).rejects.toThrow(/CL-ontology-v1.json.zst does not come from .*Run it again to go on/);
    expect(remote?.asked[CL_PATH]).toEqual([null, `bytes=${piece}-`, `bytes=${2 * piece}-`]);

    await installFrom({ [CL_PATH]: breaking(CL, piece) });
    expect(remote?.asked[CL_PATH]?.[0]).toBe(`bytes=${3 * piece}-`);
    // What was whole is not asked for again.
    expect(remote?.asked[GENES_PATH]).toBeUndefined();
    expect(labelOf('CL:0000540')).toBe('neuron');
  }, 20_000);

  it('begins anew where a server knows no ranges', async () => {
    const plain: Page = (_, response) => response.end(CL);
    await installFrom({ [CL_PATH]: inTurn(breaking(CL, 40), plain) });

    expect(labelOf('CL:0000540')).toBe('neuron');
  });

  it.each<[string, Page, RegExp, number]>([
    ['is not there', (_, response) => response.writeHead(404).end('no'), /the server answered 404/, 1],
    ['is another of the same size', whole(Buffer.from(CL).fill(0, 40, 50)), /has the SHA-256 \w+; expected \w+/, 1],
    ['is longer', whole(Buffer.concat([CL, CL])), /more than the \d+ bytes it should/, 1],
    ['is shorter', whole(CL.subarray(0, 50)), /it ended after 50 of \d+ bytes|answered 416/, 3],
    ['breaks the server', (_, response) => response.writeHead(503).end(), /the server answered 503/, 3],
  ])(
    'says which file %s, and leaves what was there in force',
    async (_, page, message, times) => {
      await installFrom({});
      const before = readFileSync(join(to, '7.0.0/installed.json'), 'utf8');

      const failing = installFrom({ [CL_PATH]: page });

      await expect(failing).rejects.toThrow(message);
      await expect(failing).rejects.toMatchObject({ name: 'ReferenceFault', kind: 'interrupted' });
      await expect(failing).rejects.toThrow('CL-ontology-v1.json.zst');
      expect(remote?.asked[CL_PATH]).toHaveLength(times);
      expect(readFileSync(join(to, '7.0.0/installed.json'), 'utf8')).toBe(before);
      expect(labelOf('CL:0000540')).toBe('neuron');

      // And no junk is left that would stand in the way of the next try.
      await installFrom({});
      expect(labelOf('CL:0000540')).toBe('neuron');
    },
    20_000,
  );

  it('says so where nobody answers', async () => {
    await expect(install({ mirror: 'http://127.0.0.1:9' })).rejects.toMatchObject({ kind: 'interrupted' });
  }, 20_000);

  it('replaces what is there at once, or not at all', async () => {
    await installFrom({});
    const newer = zstd(JSON.stringify(ontology({ 'CL:0000000': 'cell', 'CL:0000540': 'nerve cell' })));
    const sources = [{ ...sourceOf(['ontology/upstream/CL-ontology-v2.json.zst', newer]) }, ...SOURCES.slice(1)];
    const from = folderOf({ ...FILES, 'ontology/upstream/CL-ontology-v2.json.zst': newer });

    const abort = new AbortController();
    const watcher = { at: () => undefined, done: () => abort.abort(new Error('pulled out')) };
    await expect(install({ from, sources, watcher, signal: abort.signal })).rejects.toThrow('pulled out');
    expect(labelOf('CL:0000540')).toBe('neuron');

    await install({ from, sources });
    expect(labelOf('CL:0000540')).toBe('nerve cell');
  });

  it('mends what is damaged', async () => {
    const { ontologies } = await installFrom({});
    const path = join(to, '7.0.0', ontologies[0]?.file ?? '');
    writeFileSync(path, 'words');
    const faults = () => faultsIn(to, installedIn(to, '7.0.0') ?? expect.fail('nothing is installed'));
    expect(faults()).toMatchObject([expect.stringContaining(`${path} is damaged`)]);

    await installFrom({});

    expect(faults()).toEqual([]);
  });

  it('says so where its folder cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');

    const failing = install({ from: folderOf(FILES), to: join(folder, 'file') });
    await expect(failing).rejects.toMatchObject({ kind: 'interrupted', message: expect.stringContaining('ENOTDIR') });
  });
});

describe('the identity of what is installed', () => {
  it('changes with the data and with nothing else', async () => {
    const ofStarter = identityOf(to, '7.0.0');
    await install({ from: folderOf(FILES) });
    const first = identityOf(to, '7.0.0');
    await install({ from: folderOf(FILES) });
    const again = identityOf(to, '7.0.0');
    await install({ from: folderOf(FILES), sources: SOURCES.slice(0, 1) });

    expect([ofStarter, again]).toEqual(['starter', first]);
    expect(new Set([ofStarter, first, identityOf(to, '7.0.0')]).size).toBe(3);
    writeFileSync(join(to, '7.0.0/installed.json'), '');
    expect(identityOf(to, '7.0.0')).toBe('damaged');
  });
});

describe('an installation from a folder', () => {
  it('takes what has the digests of the list', async () => {
    await install({ from: folderOf(FILES) });

    expect(labelOf('CL:0000540')).toBe('neuron');
    expect(existsSync(join(to, '.downloads-7.0.0'))).toBe(false);
  });

  it('refuses a file that is not the published one, and says which', async () => {
    const other = Buffer.from(ERCC);
    other[4] = 1;
    const failing = install({ from: folderOf({ ...FILES, 'genes/genes_ercc.csv.gz': other }) });

    await expect(failing).rejects.toMatchObject({ kind: 'unusable' });
    await expect(failing).rejects.toThrow(/genes_ercc\.csv\.gz has the SHA-256 \w+; expected \w+\. .* bring it again/);
    expect(referenceFor('7.0.0', to).origin).toBe('starter');
  });

  it('says what the folder lacks', async () => {
    const from = folderOf({ 'genes/genes_ercc.csv.gz': ERCC });

    await expect(install({ from })).rejects.toThrow(
      `The folder ${from} lacks 1 of the 2 files of schema 7.0.0: ontology/upstream/CL-ontology-v1.json.zst.`,
    );
    await expect(install({ from: join(folder, 'nowhere') })).rejects.toThrow('There is no folder');
  });

  it('takes an ontology in its short form where the published one is not there, and remembers that', async () => {
    const short = gzipSync('{"CL:0000000":["cell",0,[]],"CL:0000540":["neuron, in short",0,["CL:0000000"]]}');
    const from = folderOf({ 'ontology/expected/7.0.0-CL.json.gz': short, 'genes/genes_ercc.csv.gz': ERCC });
    const { ontologies } = await install({ from });

    expect(labelOf('CL:0000540')).toBe('neuron, in short');
    expect(ontologies[0]?.source.isVerified).toBe(false);
  });

  it.each([
    ['is no gzip', 'words', /7\.0\.0-CL\.json\.gz cannot be read: .*header/],
    ['is no JSON', gzipSync('words'), /7\.0\.0-CL\.json\.gz cannot be read: .*JSON/],
    ['names a parent that is none', gzipSync('{"CL:1":["a",0,["CL:2"]]}'), /parent CL:2 of CL:1 is no term/],
  ])('refuses a short form that %s', async (_, short, message) => {
    const from = folderOf({ 'ontology/expected/7.0.0-CL.json.gz': short, 'genes/genes_ercc.csv.gz': ERCC });

    await expect(install({ from })).rejects.toThrow(message);
    await expect(install({ from })).rejects.toMatchObject({ kind: 'unusable' });
  });

  it('leaves other editions as they are', async () => {
    await install({ from: folderOf(FILES) });
    const later = zstd(JSON.stringify(ontology({ 'CL:0000000': 'cell', 'CL:0000540': 'neuron of later' })));
    const files = { ...FILES, 'ontology/upstream/CL-ontology-v1.json.zst': later };
    const sources = Object.entries(files).map(sourceOf);
    await install({ schema: '7.10.0', from: folderOf(files), sources });
    await install({ schema: '7.9.0', from: folderOf(files), sources });

    expect(editionsIn(to)).toEqual(['7.0.0', '7.9.0', '7.10.0']);
    expect(labelOf('CL:0000540')).toBe('neuron');
    expect(referenceFor('7.10.0', to).ontology('CL')?.term('CL:0000540')?.label).toBe('neuron of later');
  });

  it('is as good when it is moved', async () => {
    await install({ from: folderOf(FILES) });
    cpSync(to, join(folder, 'moved'), { recursive: true });

    expect(referenceFor('7.0.0', join(folder, 'moved')).ontology('CL')?.term('CL:0000540')?.label).toBe('neuron');
  });
});
