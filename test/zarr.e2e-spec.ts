import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Entries, writeZarr, zarrEntries } from '../checks/samples/zarr.js';
import { wholeThings } from '../checks/whole-things.js';
import { filesOf } from '../cli/workspace.js';
import { loadConfig } from '../src/config.js';
import { FolderStore } from '../src/files/folder-store.js';
import { type ObjectStore, objectKey } from '../src/files/object-store.js';
import { S3Store } from '../src/files/s3-store.js';
import { StorageKeeper } from '../workers/files/storage-keeper.js';
import { layOut } from '../workers/validation/lay-out.js';
import { type S3Server, startS3 } from './s3-server.js';
import { draft, type Story, sha256Of, upload } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

const MAIN = resolve('dist/cli/main.js');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'accession-zarr-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOUND = () => zarrEntries({ levels: 1 });
/** One chunk is too short. */
const SHORT = () => SOUND().set('0/0/0/1', Buffer.alloc(100));

describe('accession validate', () => {
  const validate = (...args: string[]) => {
    const asked = [MAIN, 'validate', '--format', 'json', ...args];
    const { status, stdout } = spawnSync(process.execPath, asked, { cwd: folder, encoding: 'utf8' });
    return { status, files: JSON.parse(stdout).files };
  };
  beforeAll(() => {
    writeZarr(join(folder, 'run/sound.zarr'), SOUND());
    writeZarr(join(folder, 'run/short.zarr'), SHORT());
  });

  it('takes a .zarr folder for one file', () => {
    const { status, files } = validate('run/sound.zarr/', '--full');

    expect(files).toMatchObject([{ path: 'run/sound.zarr', check: 'zarr', outcome: 'passed', findings: [] }]);
    expect(status).toBe(0);
  });

  it('finds such folders among the files of a folder', () => {
    const { status, files } = validate('run');

    expect(status).toBe(1);
    expect(files).toMatchObject([
      { path: 'run/short.zarr', findings: [{ rule: 'chunk_size', location: '0', samples: ['0/0/0/1'] }] },
      { path: 'run/sound.zarr', findings: [] },
    ]);
  });
});

describe('accession upload', () => {
  it('sends the metadata of a .zarr folder, whose names begin with a dot, and nothing else that is hidden', async () => {
    const sent = join(folder, 'sent');
    writeZarr(join(sent, 'run/a.zarr'), SOUND().set('.DS_Store', Buffer.alloc(1)));
    writeZarr(sent, new Map([['.git/config', Buffer.from('words')]]));

    const paths = await filesOf(sent);

    expect(paths.filter((path) => !/\/0\/\d/.test(path))).toEqual(
      ['.zattrs', '.zgroup', '0/.zarray'].map((key) => `run/a.zarr/${key}`),
    );
    expect(paths).toHaveLength(3 + 8);
  });
});

describe('a submission of a .zarr folder', () => {
  let world: World;
  let owner: Caller;
  beforeAll(async () => {
    world = await beginWorld();
    owner = await world.person('submitter');
  });
  afterAll(() => world?.end());

  const scratch = () => join(world.config.DATA_DIR, 'scratch');
  const bring = async ({ id }: Story, entries: Entries) => {
    for (const [key, bytes] of entries)
      expect(await upload(world, owner, id, `TS_1/tomogram.zarr/${key}`, Buffer.from(bytes))).toBe(201);
    await reaches(owner, id, 'uploaded');
  };
  const submitted = async (entries: Entries): Promise<Story> => {
    const story = await draft(world, owner);
    await bring(story, entries);
    expect((await story.move(owner, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
    return story;
  };
  const lastRun = async ({ path }: Story) => {
    const { body } = await owner.get(`${path}/runs`);
    const run = (await owner.get(`${path}/runs/${body.items[0].id}`)).body;
    const findings = (await owner.get(`${path}/runs/${run.id}/findings?check=zarr`)).body.items;
    return { run, findings };
  };

  it('comes back where a chunk is cut short, with a finding of the folder', { timeout: 60_000 }, async () => {
    const story = await submitted(SHORT());
    await reaches(owner, story.id, 'draft.checks_failed', 30_000);

    const { run, findings } = await lastRun(story);

    expect(findings).toMatchObject([
      { rule: 'chunk_size', file: 'TS_1/tomogram.zarr', location: '0', samples: ['0/0/0/1'], severity: 'error' },
    ]);
    expect(run.checks.filter(({ check }: { check: string }) => check === 'zarr')).toHaveLength(1);
    expect(readdirSync(scratch())).toEqual([]);
    // What a curator lets pass of a folder holds as long as the database says that it is the same.
    const [known] = await world.db.query(
      `SELECT sha256, content_of($2, file) AS content FROM check_result WHERE "runId" = $1 AND "check" = 'zarr'`,
      [run.id, story.id],
    );
    expect(known.sha256).toBe(known.content);

    // Another chunk in its place makes it another thing: what is known of the old one counts no more.
    const { body } = await owner.get(`${story.path}/files?limit=100`);
    const short = body.items.find(({ path }: { path: string }) => path.endsWith('0/0/0/1'));
    expect((await owner.remove(`${story.path}/files/${short.id}`)).status).toBe(204);
    await bring(story, new Map([...SOUND()].filter(([key]) => key === '0/0/0/1')));
    expect((await story.move(owner, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
    const isFixed = async () =>
      expect((await lastRun(story)).findings).toMatchObject([{ rule: 'chunk_size', status: 'fixed' }]);
    await vi.waitFor(isFixed, { timeout: 30_000, interval: 200 });
  });

  it('leaves nothing behind, and what a killed worker left is swept', async () => {
    const [old, fresh] = [join(scratch(), 'old'), join(scratch(), 'fresh')];
    writeZarr(old, SOUND());
    writeZarr(fresh, SOUND());
    utimesSync(old, new Date(0), new Date(0));

    await world.workers.get(StorageKeeper, { strict: false }).sweep();

    expect(readdirSync(scratch())).toEqual(['fresh']);
    rmSync(fresh, { recursive: true });
  });
});

describe('laying out a folder', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(() => s3?.close());
  const STORES: readonly [name: string, make: () => ObjectStore][] = [
    ['a folder', () => new FolderStore(join(folder, 'store'))],
    ['S3', () => new S3Store(loadConfig({ DATABASE_URL: 'postgres://nowhere/x', ...s3.settings }))],
  ];
  const thingOf = async (store: ObjectStore, entries: Entries) => {
    const manifest = [...entries].map(([key, bytes]) => ({
      ...{ path: `a/x.zarr/${key}`, sha256: sha256Of(Buffer.from(bytes)), size: bytes.length },
    }));
    for (const bytes of entries.values()) {
      const whole = Buffer.from(bytes);
      await store.put(objectKey(sha256Of(whole)), Readable.from([whole]), { size: whole.length });
    }
    const [thing] = wholeThings(manifest);
    if (!thing) throw new Error('There is nothing to lay out.');
    return thing;
  };

  it.each(STORES)('gives each part its place, from a store in %s', async (_, make) => {
    const [store, scratch, entries] = [make(), join(folder, 'scratch'), SOUND()];

    const { path, release } = await layOut(store, scratch, await thingOf(store, entries));

    for (const [key, bytes] of entries) expect(readFileSync(join(path, key))).toEqual(Buffer.from(bytes));
    expect(readdirSync(scratch)).toHaveLength(1);
    await release();
    expect(readdirSync(scratch)).toEqual([]);
    const bytes = Buffer.from(entries.get('0/0/0/0') ?? []);
    expect(await store.stat(objectKey(sha256Of(bytes)))).toEqual({ size: bytes.length });
  });

  it.each(STORES)('leaves nothing where a part is lost, from a store in %s', async (_, make) => {
    const [store, scratch] = [make(), join(folder, 'scratch')];
    const lost = randomBytes(10);
    const thing = await thingOf(store, SOUND().set('0/0/0/0', lost));
    await store.remove(objectKey(sha256Of(lost)));

    await expect(layOut(store, scratch, thing)).rejects.toThrow('The store has no object');

    expect(readdirSync(scratch)).toEqual([]);
  });

  it('copies nothing that can be linked', async () => {
    const store = new FolderStore(join(folder, 'store'));

    const { path, release } = await layOut(store, join(folder, 'scratch'), await thingOf(store, SOUND()));

    expect(statSync(join(path, '.zattrs')).nlink).toBe(2);
    await release();
  });
});
