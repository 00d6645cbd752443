/**
 * Where are bytes until their file is whole? In a store of tus, which goes on at any byte it has: a file that grows, or a
 * multipart upload of S3. SHA-256 is taken as the bytes pass; where they did not all pass here, in order, it is not known.
 */
import { createHash, type Hash } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { FileStore } from '@tus/file-store';
import { type DataStore, ERRORS, Upload as Incoming } from '@tus/server';
import type { Config } from '../config.js';
import { OBJECT_STORE, type ObjectStore, uploadKey } from './object-store.js';

export const SPOOL_STORE = Symbol('spool store');

/** The store of tus that lies where the objects lie. */
export async function spoolStore(config: Config): Promise<DataStore> {
  if (!config.S3_BUCKET) return new FileStore({ directory: config.DATA_DIR, configstore: STATELESS });
  const [{ S3Store }, { s3Access }] = await Promise.all([import('@tus/s3-store'), import('./s3-store.js')]);
  return new S3Store({ s3ClientConfig: s3Access(config), useTags: false });
}

/** What the file store would write down beside each file is in our rows. */
const STATELESS = {
  get: async (id: string) => new Incoming({ id, offset: 0 }),
  set: async () => {},
  delete: async () => {},
};

/** The names that a store of tus gives its own objects, besides the bytes themselves. */
const SUFFIXES = ['', '.info', '.part'];

/** Hashes of uploads that nobody goes on with are forgotten one day. */
const MOST_HASHES = 10_000;

interface Running {
  readonly hash: Hash;
  position: number;
}

@Injectable()
export class Spool {
  private readonly running = new Map<string, Running>();

  constructor(
    @Inject(SPOOL_STORE) private readonly inner: DataStore,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  /** An empty beginning, over whatever was there. A `size` of null is said later, by `end`. */
  async begin(id: string, size: number | null): Promise<void> {
    const incoming = new Incoming({ id: uploadKey(id), offset: 0, ...(size !== null && { size }) });
    await this.inner.create(incoming);
    if (size === 0) await this.inner.write(Readable.from([]), uploadKey(id), 0);
  }

  /** How many bytes are here; null: it was never begun, or is gone. */
  async offset(id: string): Promise<number | null> {
    try {
      return (await this.inner.getUpload(uploadKey(id))).offset;
    } catch (error) {
      if (error !== ERRORS.FILE_NOT_FOUND && error !== ERRORS.FILE_NO_LONGER_EXISTS) throw error;
    }
    // S3's store says so too when S3 does not answer; then this throws.
    if (await this.store.stat(`${uploadKey(id)}.info`)) throw new Error(`The spool does not tell how far ${id} is.`);
    return null;
  }

  /** Go on at `offset`; resolves to how far it came. `seen` is told as the bytes pass. */
  async append(id: string, bytes: Readable, offset: number, seen: (at: number) => void = () => {}): Promise<number> {
    const running = this.runningAt(id, offset);
    let at = offset;
    const through = new Transform({
      transform(chunk: Buffer, _, done) {
        at += chunk.length;
        if (running) {
          running.hash.update(chunk);
          running.position = at;
        }
        seen(at);
        done(null, chunk);
      },
    });
    pipeline(bytes, through, () => {}); // an error of either ends both, and `write` with them
    return this.inner.write(through, uploadKey(id), offset);
  }

  /** An upload that was begun without a size has `size` bytes, and all are here. */
  async end(id: string, size: number): Promise<void> {
    await this.inner.declareUploadLength(uploadKey(id), size);
    await this.inner.write(Readable.from([]), uploadKey(id), size);
  }

  /** The SHA-256 of all bytes, if every one of them passed here in order; told once. */
  digestOf(id: string, size: number): string | null {
    if (size === 0) return createHash('sha256').digest('hex');
    const running = this.running.get(id);
    this.running.delete(id);
    return running?.position === size ? running.hash.digest('hex') : null;
  }

  /** Nothing of it stays; what is not there is gone already. */
  async discard(id: string): Promise<void> {
    this.running.delete(id);
    const key = uploadKey(id);
    await this.inner.remove(key).catch(() => {}); // the objects themselves are removed below, and that may throw
    for (const suffix of SUFFIXES) await this.store.remove(`${key}${suffix}`);
  }

  /** The uploads whose bytes were last written before `cutoff`. */
  async *olderThan(cutoff: Date): AsyncIterable<string> {
    for await (const { key, modifiedAt } of this.store.list(uploadKey(''))) {
      const [id = ''] = key.slice(uploadKey('').length).split('.');
      if (modifiedAt < cutoff) yield id;
    }
  }

  private runningAt(id: string, offset: number): Running | undefined {
    const running = offset === 0 ? { hash: createHash('sha256'), position: 0 } : this.running.get(id);
    this.running.delete(id);
    if (running?.position !== offset) return undefined;
    this.running.set(id, running);
    const [oldest] = this.running.keys();
    if (this.running.size > MOST_HASHES && oldest) this.running.delete(oldest);
    return running;
  }
}
