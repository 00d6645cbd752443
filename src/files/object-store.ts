/** Where do bytes lie? In a folder or in S3: who asks this port needs not know. */
import type { Readable } from 'node:stream';

/** The first and the last byte that are wanted, both included, as HTTP counts. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface StoredBytes {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** A file on this machine that holds the bytes until it is released. */
export interface LocalCopy {
  readonly path: string;
  release(): Promise<void>;
}

export interface ObjectStore {
  /** All of the stream under that key, or nothing: a reader never meets half an object. */
  put(key: string, bytes: Readable, expected?: { readonly size?: number }): Promise<void>;
  /** @throws ObjectMissing before the first byte. */
  open(key: string, range?: ByteRange): Promise<Readable>;
  stat(key: string): Promise<{ readonly size: number } | null>;
  /** The same bytes under another key, replacing what is there; once it resolves they survive a power cut. */
  copy(from: string, to: string): Promise<void>;
  /** What is not there is removed already. */
  remove(key: string): Promise<void>;
  /** In no order that could be relied on. */
  list(prefix: string): AsyncIterable<StoredBytes>;
  /** For readers that need a file: in a folder the object itself, not to be written to; else a copy in `scratch`. */
  toLocal(key: string, scratch: string): Promise<LocalCopy>;
  /** What interrupted writers have left since before `cutoff` is removed; tells how much there was. */
  clean(cutoff: Date): Promise<number>;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
}

export const OBJECT_STORE = Symbol('object store');

/** A row says that these bytes are there, and they are not: a fault of ours. */
export class ObjectMissing extends Error {
  constructor(readonly key: string) {
    super(`The store has no object "${key}".`);
    this.name = 'ObjectMissing';
  }
}

/** Private and named by its content: equal files are one object. */
export const objectKey = (sha256: string): string => `objects/${sha256.slice(0, 2)}/${sha256}`;

/** What is on its way in, until it is whole. */
export const uploadKey = (uploadId: string): string => `uploads/${uploadId}`;

export const publicKey = (accession: string, version: number, path: string): string =>
  `public/${accession}/v${version}/${path}`;
