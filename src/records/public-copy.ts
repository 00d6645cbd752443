/**
 * What of a version lies in the public store? A folder of its own: `record.json`, which describes it, and `files/`.
 * Each function brings the folder into one condition, whatever an earlier and unfinished try has left there.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ObjectMissing, type ObjectStore, objectKey, publicKey } from '../files/object-store.js';
import { NotAsSealed } from './publication-faults.js';

export interface VersionName {
  readonly accession: string;
  readonly version: number;
}

export interface PublicFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** Below `files/`, so that no file's name meets that of the landing document. */
export const fileKey = ({ accession, version }: VersionName, path: string): string =>
  publicKey(accession, version, `files/${path}`);

const landingKey = ({ accession, version }: VersionName) => publicKey(accession, version, 'record.json');
const folderOf = ({ accession, version }: VersionName) => publicKey(accession, version, '');

/** Every object is there and is, byte for byte, what was sealed. @throws NotAsSealed, ObjectMissing */
export async function verifyObjects(
  store: ObjectStore,
  files: readonly PublicFile[],
  signal: AbortSignal,
): Promise<void> {
  const objects = new Map(files.map((file) => [file.sha256, file]));
  for (const file of objects.values()) {
    const fault = await faultOf(store, objectKey(file.sha256), file, signal);
    if (fault) throw fault;
  }
}

/** `files/` holds a copy of each file and nothing else. What has the right size is taken for a copy until it is verified. */
export async function placeFiles(
  store: ObjectStore,
  name: VersionName,
  files: readonly PublicFile[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = new Map(files.map((file) => [fileKey(name, file.path), file]));
  const placed = new Set<string>();
  for await (const { key, size } of store.list(folderOf(name))) {
    if (wanted.get(key)?.size === size) placed.add(key);
    else if (key !== landingKey(name)) await store.remove(key); // of an earlier try, with other files
  }
  for (const [key, { sha256 }] of wanted) {
    signal.throwIfAborted();
    if (!placed.has(key)) await store.copy(objectKey(sha256), key);
  }
}

export async function writeLanding(store: ObjectStore, name: VersionName, landing: Buffer): Promise<void> {
  await store.put(landingKey(name), Readable.from([landing]), { size: landing.length });
}

/** Everything in the folder is what it should be; what is not is made once more. @throws NotAsSealed, ObjectMissing */
export async function verifyCopies(
  store: ObjectStore,
  name: VersionName,
  files: readonly PublicFile[],
  landing: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const sha256 = createHash('sha256').update(landing).digest('hex');
  const expected = [
    ...files.map((file) => ({
      key: fileKey(name, file.path),
      file,
      make: () => store.copy(objectKey(file.sha256), fileKey(name, file.path)),
    })),
    {
      key: landingKey(name),
      file: { path: 'record.json', size: landing.length, sha256 },
      make: () => writeLanding(store, name, landing),
    },
  ];
  for (const { key, file, make } of expected) {
    if (!(await faultOf(store, key, file, signal))) continue;
    await make();
    const fault = await faultOf(store, key, file, signal);
    if (fault) throw fault;
  }
}

/** Nothing is left below the folder. The private objects stay. */
export async function removeCopies(store: ObjectStore, name: VersionName, signal: AbortSignal): Promise<void> {
  for await (const { key } of store.list(folderOf(name))) {
    signal.throwIfAborted();
    await store.remove(key);
  }
  for await (const { key } of store.list(folderOf(name))) {
    throw new Error(`"${key}" is still in the public store after it was removed.`);
  }
}

/** What is wrong with the bytes under a key. */
async function faultOf(
  store: ObjectStore,
  key: string,
  { path, size, sha256 }: PublicFile,
  signal: AbortSignal,
): Promise<NotAsSealed | ObjectMissing | null> {
  const there = await store.stat(key);
  if (!there) return new ObjectMissing(key);
  if (there.size !== size) return new NotAsSealed(path, `${size} bytes`, `${there.size} bytes`);

  const hash = createHash('sha256');
  await pipeline(await store.open(key), hash, { signal });
  const found = hash.digest('hex');
  return found === sha256 ? null : new NotAsSealed(path, `SHA-256 ${sha256}`, `SHA-256 ${found}`);
}
