/**
 * How is HDF5's C library run on a file that may be hostile? One WebAssembly instance for each file, which sees that
 * file and no other, gets so much memory and no more, and is thrown away afterwards.
 *
 * h5wasm's own instance is not used: it is one for the whole process, so that whatever a damaged file does to it would
 * stay. Nor is its throwing error handler: it writes a file in /tmp for each error, and what is open stays open.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Module } from 'h5wasm/node';
import { PROCESSES } from '../processes.js';

type H5wasm = typeof Module;

/** Chunks inflate here, and a small file may hold a chunk that inflates to gigabytes. */
const HEAP_BYTES = 160 * 2 ** 20;
const PAGE_BYTES = 65_536;
/** Each leaves a little of the library's stack behind, of which there are 2 MiB. */
const FAULTS = 1_000;

/** How a collection of strings begins: signature, version, nothing. */
const GLOBAL_HEAP = Buffer.from('GCOL\x01\0\0\0', 'latin1');

const EIO = 29;
const ENOENT = 44;
/** Opens a folder: HDF5 looking for plugins. */
const O_DIRECTORY = 65_536;
/** Whatever is more than to read. */
const O_ACCMODE = 3;

/** Something in the file that cannot be read, and why. */
export class Hdf5Fault extends Error {
  constructor(
    /** Path within the file: `/obs/donor_id`. */
    readonly place: string,
    /** Reads on after "cannot be read:". */
    readonly why: string,
  ) {
    super(`${place} cannot be read: ${why}`);
    this.name = 'Hdf5Fault';
  }
}

export interface Library {
  /** Call the library: what it complains of, and any way in which it breaks, is a fault at `place`. */
  at<T>(place: string, call: (h5: H5wasm) => T): T;
  /** Let go of the file. */
  close(): void;
}

/** What we touch of Emscripten's file system that its types leave out. */
interface FileSystem {
  open(path: string, flags: number, mode?: number): Stream;
  stat(path: string): { readonly size: number };
  readdir(path: string): string[];
  readFile(path: string, options: object): Uint8Array;
  read(stream: Stream, bytes: ArrayBufferView, offset: number, length: number, position: number): number;
  write(stream: Stream, bytes: ArrayBufferView, offset: number, length: number, position?: number): number;
  close(stream: Stream): void;
  readonly streams: readonly (Stream | null | undefined)[];
  readonly ErrnoError: new (errno: number) => Error;
}
interface Stream {
  readonly fd: number;
}

interface Options {
  readonly instantiateWasm: (imports: object, receive: (instance: unknown, code: Code) => void) => void;
  readonly noInitialRun: true;
  readonly print: (text: string) => void;
  readonly printErr: (text: string) => void;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Instance {
  readonly exports: { readonly memory: Memory };
}

/** Node's types leave out WebAssembly. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly RuntimeError: typeof Error;
    readonly Instance: new (code: Code, imports: object) => Instance;
    compile(binary: Uint8Array): Promise<Code>;
  };
};
/** A WebAssembly.Module. */
type Code = { readonly isCompiled: true };

/** The function that makes instances, and their code: `scripts/build.mjs` takes both from the package, whose entry makes one for itself. */
const FACTORY = new URL('hdf5.js', PROCESSES);
const BINARY = new URL('hdf5.wasm', PROCESSES);

/**
 * Filters that the library has not and its plugins have. LZF's is left out: it breaks the library, and its chunks are
 * decompressed here.
 */
const PLUGINS: Readonly<Record<number, string>> = {
  32001: 'libH5Zblosc.so',
  32004: 'libH5Zlz4.so',
  32008: 'libH5Zbshuf.so',
  32015: 'libH5Zzstd.so',
  32026: 'libH5Zblosc2.so',
};

/** Null where the package is not installed. */
const PLUGIN_FOLDER = ((): string | null => {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve('h5wasm-plugins'))), 'plugins');
  } catch {
    return null;
  }
})();

export const hasPlugin = (filter: number): boolean => PLUGIN_FOLDER !== null && filter in PLUGINS;

/** An instance of the library in which `local` is `THE_FILE`. */
export async function loadLibrary(local: string): Promise<Library> {
  const h5 = await freshInstance();
  const ear = { complaint: '', foreign: '' };
  // h5wasm declares the browser's file system; in Node the same functions stand on `fs`.
  const files = h5.FS as unknown as FileSystem;
  confine(files, local, ear);
  if (PLUGIN_FOLDER) h5.insert_plugin_search_path(PLUGIN_FOLDER, 0);

  let faults = 0;
  return {
    at(place, call) {
      if (faults > FAULTS) throw new Hdf5Fault(place, 'reading was given up at another place of the file');
      ear.complaint = '';
      ear.foreign = '';
      try {
        const result = call(h5);
        if (ear.complaint === '') return result;
      } catch (error) {
        // A trap of WebAssembly leaves the library in the middle of something.
        if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) faults = FAULTS;
      }
      faults++;
      throw new Hdf5Fault(place, reasonOf(ear.complaint, ear.foreign));
    },
    close() {
      for (const stream of files.streams) if (stream && stream.fd > 2) files.close(stream);
    },
  };
}

/** Compiled with the first instance: a process that opens many files does so once. */
let compiled: Promise<Code> | null = null;

/** One that no file has yet. */
let spare: Promise<H5wasm> | null = null;

/** Do what the first file would wait for. */
export async function prepareLibrary(): Promise<void> {
  spare ??= instance();
  await spare;
}

async function freshInstance(): Promise<H5wasm> {
  const ready = spare;
  spare = null;
  return ready ?? instance();
}

async function instance(): Promise<H5wasm> {
  compiled ??= readFile(BINARY).then((binary) => WebAssembly.compile(binary));
  // The package has no types for this file of its own.
  const { default: instantiate }: { default: (options: Options) => Promise<H5wasm> } = await import(FACTORY.href);
  const code = await compiled;
  const silence = () => {};
  return instantiate({
    ...{ noInitialRun: true, print: silence, printErr: silence },
    instantiateWasm: (imports, receive) => {
      const instance = new WebAssembly.Instance(code, imports);
      limit(instance.exports.memory);
      receive(instance, code);
    },
  });
}

/** What the library calls the one file that it sees. */
export const THE_FILE = '/the-file';

/** No other path can be opened, but for the folder of plugins; and what the library would print is kept for us. */
function confine(files: FileSystem, local: string, ear: { complaint: string; foreign: string }): void {
  const { open, stat, read, write } = files;
  files.open = (path, flags, mode) => {
    if (path === THE_FILE) return open(local, flags, mode);
    const isPart = path === PLUGIN_FOLDER ? (flags & O_DIRECTORY) !== 0 : isPlugin(path);
    if (isPart && (flags & O_ACCMODE) === 0) return open(path, flags, mode);
    if ((flags & O_DIRECTORY) === 0) ear.foreign = path;
    throw new files.ErrnoError(ENOENT);
  };
  files.stat = (path) => {
    if (path === THE_FILE) return stat(local);
    if (isPlugin(path)) return stat(path);
    throw new files.ErrnoError(ENOENT);
  };
  confineReading(files);
  const heaps = heapsIn(stat(local).size);
  files.read = (stream, bytes, offset, length, position) => {
    const count = read(stream, bytes, offset, length, position);
    const came = Buffer.from(bytes.buffer, bytes.byteOffset + offset, count);
    const readAt = (target: Uint8Array, from: number) => read(stream, target, 0, target.length, from);
    for (let at = came.indexOf(GLOBAL_HEAP); at !== -1; at = came.indexOf(GLOBAL_HEAP, at + 8)) {
      if (!heaps.isSound(position + at, readAt)) throw new files.ErrnoError(EIO);
    }
    return count;
  };
  files.write = (stream, bytes, offset, length, position) => {
    if (stream.fd > 2) return write(stream, bytes, offset, length, position);
    ear.complaint += Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString();
    return length;
  };
}

/** Whole files are read where they are plugins, and the folder has no others. */
function confineReading(files: FileSystem): void {
  const { readFile } = files;
  files.readdir = () => Object.values(PLUGINS);
  files.readFile = (path, options) => {
    if (isPlugin(path)) return readFile(path, options);
    throw new files.ErrnoError(ENOENT);
  };
}

const isPlugin = (path: string): boolean =>
  PLUGIN_FOLDER !== null && Object.values(PLUGINS).some((name) => path === join(PLUGIN_FOLDER, name));

/**
 * Do the objects of a global heap follow one another to its end? The library adds their lengths up in 32 bits, so that
 * a wrong one may lead it back to where it was, for ever. Heaps do not overlap: together they are no longer than the
 * file of `size` bytes, and each is looked at once.
 */
function heapsIn(size: number) {
  const known = new Map<number, boolean>();
  let left = size;

  function look(start: number, readAt: ReadAt): boolean {
    const header = Buffer.alloc(16);
    readAt(header, start);
    const length = Number(header.readBigUInt64LE(8));
    if (length > HEAP_BYTES || length > left) return false;
    left -= length;
    const heap = Buffer.alloc(length);
    return readAt(heap, start) === length && isChain(heap);
  }

  return {
    isSound(start: number, readAt: ReadAt): boolean {
      const isSound = known.get(start) ?? look(start, readAt);
      known.set(start, isSound);
      return isSound;
    },
  };
}

type ReadAt = (target: Uint8Array, from: number) => number;

/** Each object has an index of 2 bytes, 6 of no matter here, a length of 8, and its bytes; index 0 is the room left. */
function isChain(heap: Buffer): boolean {
  let at = 16;
  while (at + 16 <= heap.length) {
    // Two halves: BigInts are slow, and there may be a million objects.
    const length = heap.readUInt32LE(at + 8) + heap.readUInt32LE(at + 12) * 2 ** 32;
    const taken = heap.readUInt16LE(at) === 0 ? length : 16 + 8 * Math.ceil(length / 8);
    if (taken < 16 || at + taken > heap.length) return false;
    at += taken;
  }
  return true;
}

/** h5wasm is built with a limit of 2 GiB. */
function limit(memory: Memory): void {
  const { grow } = memory;
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE_BYTES > HEAP_BYTES) throw new RangeError('The heap is at its limit.');
    return grow.call(memory, pages);
  };
}

/** What HDF5's words mean to somebody who only wrote a file. The first that fits counts. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /inflate\(\) failed|Fletcher32|filter returned failure/,
    'a chunk of it is damaged, or inflates to more than it should',
  ],
  [/memory allocation failed|unable to allocate|can't allocate/, 'it would take more memory than a file is given'],
  [/required filter '?([^']*)'? is not registered/, 'the HDF5 filter "$1" is not known here'],
  [/checksum/i, 'its checksum is wrong'],
  [/addr overflow|file read failed|beyond end of/, 'it lies beyond the end of the file'],
  [/already open for write/, 'the program that wrote the file did not close it'],
];

/** `complaint` is HDF5's stack of errors, the cause last; `foreign` is a file that it asked for in vain. */
function reasonOf(complaint: string, foreign: string): string {
  if (foreign !== '') return `it lies in another file, "${foreign}"`;
  for (const [pattern, reason] of REASONS) {
    const match = pattern.exec(complaint);
    if (match) return reason.replace('$1', match[1] ?? '');
  }
  const causes = [...complaint.matchAll(/^ +#\d+: .*?\(\): (.*)$/gm)];
  const cause = causes.at(-1)?.[1];
  return cause ? `the HDF5 library says "${cause}"` : 'the HDF5 library gave up on it';
}
