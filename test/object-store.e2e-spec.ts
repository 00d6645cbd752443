import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CreateMultipartUploadCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.js';
import { FolderStore } from '../src/files/folder-store.js';
import { ObjectMissing, type ObjectStore, objectKey } from '../src/files/object-store.js';
import { S3Store, s3Access } from '../src/files/s3-store.js';
import { type S3Server, startS3 } from './s3-server.js';

let folder: string;
let s3: S3Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
  s3 = await startS3();
});
afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true });
});

const settings = () => loadConfig({ DATABASE_URL: 'postgres://nowhere/x', ...s3.settings });
const STORES: readonly [name: string, make: () => ObjectStore][] = [
  ['a folder', () => new FolderStore(join(folder, 'store'))],
  ['S3', () => new S3Store(settings())],
];

async function listed(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.toSorted();
}

describe.each(STORES)('a store in %s', (_, make) => {
  let store: ObjectStore;
  beforeAll(() => {
    store = make();
  });
  const put = (key: string, bytes: Buffer) => store.put(key, Readable.from([bytes]), { size: bytes.length });
  const read = async (key: string, range?: { start: number; end: number }) => buffer(await store.open(key, range));

  it('answers', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });

  it('gives back what was put, whole and in ranges', async () => {
    const bytes = randomBytes(100_000);
    await put('a/whole', bytes);

    expect(await store.stat('a/whole')).toEqual({ size: 100_000 });
    expect(await read('a/whole')).toEqual(bytes);
    expect(await read('a/whole', { start: 10, end: 19 })).toEqual(bytes.subarray(10, 20));
    expect(await read('a/whole', { start: 99_999, end: 99_999 })).toEqual(bytes.subarray(99_999));
  });

  it('keeps what travels in parts, and what is empty', async () => {
    const bytes = randomBytes(34 * 1_048_576);
    await store.put('a/large', Readable.from(pieces(bytes)), { size: bytes.length });
    await put('a/empty', Buffer.alloc(0));

    expect(hash(await read('a/large'))).toBe(hash(bytes));
    expect(await read('a/empty')).toHaveLength(0);
    expect(await store.stat('a/empty')).toEqual({ size: 0 });
  });

  it('replaces what is put again', async () => {
    await put('a/again', Buffer.from('one'));
    await put('a/again', Buffer.from('two'));

    expect(String(await read('a/again'))).toBe('two');
  });

  it('keeps nothing of a stream that breaks or is cut short', async () => {
    const breaking = Readable.from(
      (async function* () {
        yield randomBytes(1_000);
        throw new Error('cut');
      })(),
    );

    await expect(store.put('a/broken', breaking)).rejects.toThrow('cut');
    await expect(store.put('a/short', Readable.from([randomBytes(5)]), { size: 6 })).rejects.toThrow('6 bytes');
    expect(await store.stat('a/broken')).toBeNull();
    expect(await store.stat('a/short')).toBeNull();
  });

  it('copies, over what is there too, and onto a copy of the same bytes', async () => {
    const key = 'public/ACC 1/v1/réf (1) & <2>+%.mrc';
    await put('a/source', Buffer.from('bytes'));
    await put(key, Buffer.from('old'));
    await store.copy('a/source', key);
    await store.copy('a/source', key);
    await store.remove('a/source');

    expect(String(await read(key))).toBe('bytes');
    expect(await listed(store, 'public/ACC 1/')).toEqual([key]);
  });

  it('says that an object is missing, before its first byte', async () => {
    await expect(store.open('a/never')).rejects.toThrow(ObjectMissing);
    await expect(store.copy('a/never', 'a/there')).rejects.toThrow(ObjectMissing);
    expect(await store.stat('a/never')).toBeNull();
  });

  it('removes, and what is not there too', async () => {
    await put('a/gone', Buffer.from('x'));
    await store.remove('a/gone');
    await store.remove('a/gone');

    expect(await store.stat('a/gone')).toBeNull();
  });

  it('lists what begins with a prefix', async () => {
    const key = objectKey('ab'.repeat(32));
    await put(key, Buffer.from('x'));
    await put('objects/ac/y', Buffer.from('yy'));

    expect(await listed(store, 'objects/')).toEqual([key, 'objects/ac/y']);
    expect(await listed(store, 'objects/ab/')).toEqual([key]);
    expect(await listed(store, 'objects/a')).toEqual([key, 'objects/ac/y']);
    expect(await listed(store, 'nothing/')).toEqual([]);
    for await (const object of store.list('objects/ac/')) {
      expect(object).toEqual({ key: 'objects/ac/y', size: 2, modifiedAt: expect.any(Date) });
      expect(Math.abs(Date.now() - object.modifiedAt.getTime())).toBeLessThan(60_000);
    }
  });

  it('gives a reader a file of this machine, and takes it back', async () => {
    await put('a/local', Buffer.from('bytes'));
    const local = await store.toLocal('a/local', join(folder, 'scratch'));

    expect(String(await readFile(local.path))).toBe('bytes');
    await local.release();
    expect(await readdir(join(folder, 'scratch')).catch(() => [])).toEqual([]);
    expect(String(await read('a/local'))).toBe('bytes');
  });
});

describe('a store in a folder', () => {
  it('lets no key lead out of it', async () => {
    const store = new FolderStore(join(folder, 'store'));

    await expect(store.open('../secret')).rejects.toThrow('leads out of the store');
  });

  it('copies by a link, so that nothing is written twice', async () => {
    const store = new FolderStore(join(folder, 'links'));
    await store.put('a', Readable.from(['x']));
    await store.copy('a', 'objects/b');

    expect((await stat(join(folder, 'links', 'objects/b'))).nlink).toBe(2);
    expect(await readdir(join(folder, 'links', 'tmp'))).toEqual([]);
  });

  it('cleans away what a crashed writer has left', async () => {
    const store = new FolderStore(join(folder, 'crashed'));
    await store.put('a', Readable.from(['x']));
    await writeFile(join(folder, 'crashed/tmp/half'), 'ha');
    await writeFile(join(folder, 'crashed/tmp/young'), 'yo');
    await utimes(join(folder, 'crashed/tmp/half'), 0, 0);

    expect(await store.clean(new Date(Date.now() - 3_600_000))).toBe(1);
    expect(await readdir(join(folder, 'crashed/tmp'))).toEqual(['young']);
  });
});

describe('a store in S3', () => {
  it('copies in parts what S3 does not copy at once', async () => {
    const store = new S3Store(settings(), 6 * 1_048_576);
    const bytes = randomBytes(15 * 1_048_576);
    await store.put('large', Readable.from(pieces(bytes)), { size: bytes.length });
    await store.copy('large', 'copy of large');

    expect(hash(await buffer(await store.open('copy of large')))).toBe(hash(bytes));
  });

  it('tries again when the server is busy', async () => {
    const store = new S3Store(settings());
    s3.fail(2);

    await expect(store.ping()).resolves.toBeUndefined();
  });

  it('understands bodies in signed pieces with checksums behind them', async () => {
    const { bucket, ...access } = s3Access(settings());
    const client = new S3Client({ ...access, requestChecksumCalculation: 'WHEN_SUPPORTED' });
    const bytes = randomBytes(200_000);
    const object = { Bucket: bucket, Key: 'chunked', Body: Readable.from(pieces(bytes)), ContentLength: bytes.length };
    await client.send(new PutObjectCommand(object));

    expect(s3.objects.get('chunked')?.bytes).toEqual(bytes);
  });

  it('ends multipart uploads that a crashed writer has begun, and leaves those of the spool', async () => {
    const { bucket, ...access } = s3Access(settings());
    const client = new S3Client(access);
    for (const Key of ['public/half', 'uploads/under-way']) {
      await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
    }
    const store = new S3Store(settings());

    expect(await store.clean(new Date(Date.now() - 60_000))).toBe(0);
    expect(await store.clean(new Date(Date.now() + 60_000))).toBe(1);
    expect([...s3.multiparts.values()].map(({ key }) => key)).toEqual(['uploads/under-way']);
  });

  it('is read by a presigned link until the link is over', async () => {
    await new S3Store(settings()).put('linked', Readable.from(['bytes']));

    expect(await (await fetch(s3.presigned('linked'))).text()).toBe('bytes');
    expect((await fetch(s3.presigned('linked'), { method: 'HEAD' })).status).toBe(403);
    expect((await fetch(s3.presigned('linked', -1))).status).toBe(403);
    expect(
      (await fetch(s3.presigned('linked'), { headers: { range: 'bytes=0-0' } })).headers.get('content-range'),
    ).toBe('bytes 0-0/5');
  });
});

function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
