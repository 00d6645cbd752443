/** Which codecs stand between the elements of a chunk and its bytes? Read from the metadata of zarr v2 and v3. */
import { CODECS, type Codec } from './zarr-codecs.js';
import { asList, asNumbers, asRecord, asText, type Json } from './zarr-json.js';

/** Small chunks in one file, with an index of where they lie. */
export interface Sharding {
  readonly chunks: readonly number[];
  readonly indexAt: 'start' | 'end';
  readonly hasChecksum: boolean;
}

export interface Chain {
  /** In the order of reading; null where one is not known, which `unknown` names. */
  readonly codecs: readonly Codec[] | null;
  readonly unknown: string | null;
  /** The axes of a chunk as they are stored, slowest first. */
  readonly stored: readonly number[];
  readonly isBigEndian: boolean;
  readonly sharding: Sharding | null;
}

/** What is wrong with the list of codecs: reads on after "expected". */
export interface ChainFault {
  readonly expected: string;
}

export function chainV2(filters: readonly Json[], compressor: Json, order: Json | undefined, rank: number): Chain {
  const ids = [...filters, ...(compressor === null ? [] : [compressor])].map(
    (codec) => asText(asRecord(codec)?.id) ?? '?',
  );
  // numcodecs' CRC-32C stands before the bytes, that of zarr v3 after them.
  const unknown = ids.find((id) => !Object.hasOwn(CODECS, id) || id === 'crc32c') ?? null;
  const inOrder = Array.from({ length: rank }, (_, i) => i);
  return {
    ...{ unknown, isBigEndian: false, sharding: null, stored: order === 'F' ? inOrder.reverse() : inOrder },
    codecs: unknown === null ? reading(ids) : null,
  };
}

export function chainV3(list: readonly Json[], chunks: readonly number[]): Chain | ChainFault {
  const steps = list.map((step) => ({ name: nameOf(step), told: asRecord(asRecord(step)?.configuration) ?? {} }));
  const at = steps.findIndex(({ name }) => name === 'bytes' || name === 'sharding_indexed');
  const middle = steps[at];
  if (!middle) return { expected: '"bytes" or "sharding_indexed" among the codecs' };

  let stored: readonly number[] = chunks.map((_, i) => i);
  const before = steps.slice(0, at);
  for (const { name, told } of before) {
    if (name !== 'transpose') return unread(name, chunks);
    const order = orderOf(told.order, chunks.length);
    if (!order) return { expected: 'a "transpose" whose order names every axis once' };
    stored = order.map((axis) => stored[axis] ?? 0);
  }
  const after = steps.slice(at + 1).map(({ name }) => name);
  const unknown = after.find((name) => !Object.hasOwn(CODECS, name));
  if (unknown !== undefined) return unread(unknown, chunks);
  if (middle.name === 'bytes')
    return { codecs: reading(after), unknown: null, stored, isBigEndian: middle.told.endian === 'big', sharding: null };
  return before.length + after.length > 0 ? unread('sharding_indexed', chunks) : sharded(middle.told, chunks);
}

function sharded(told: { readonly [name: string]: Json }, chunks: readonly number[]): Chain | ChainFault {
  const inner = asNumbers(told.chunk_shape);
  const fits = inner?.length === chunks.length && inner.every((n, i) => n > 0 && (chunks[i] ?? 0) % n === 0);
  if (!inner || !fits) return { expected: 'a "chunk_shape" of shards by which their own can be divided' };
  const chain = chainV3(asList(told.codecs) ?? [], inner);
  if ('expected' in chain) return chain;
  const index = (asList(told.index_codecs) ?? []).map(nameOf).join();
  if (chain.sharding || !['bytes', 'bytes,crc32c'].includes(index)) return unread('sharding_indexed', chunks);
  const indexAt = told.index_location === 'start' ? 'start' : 'end';
  return { ...chain, sharding: { chunks: inner, indexAt, hasChecksum: index.endsWith('crc32c') } };
}

const unread = (unknown: string, chunks: readonly number[]): Chain => ({
  ...{ codecs: null, unknown, isBigEndian: false, sharding: null },
  stored: chunks.map((_, i) => i),
});

/** zarr-python calls those of zarr v2 `numcodecs.zlib`. */
const nameOf = (step: Json): string => (asText(asRecord(step)?.name ?? step) ?? '?').replace(/^numcodecs\./, '');

const reading = (names: readonly string[]): Codec[] => names.flatMap((name) => CODECS[name] ?? []).reverse();

function orderOf(order: Json | undefined, rank: number): readonly number[] | null {
  const inOrder = Array.from({ length: rank }, (_, i) => i);
  if (order === 'C') return inOrder;
  if (order === 'F') return inOrder.reverse();
  const axes = asNumbers(order);
  return axes?.length === rank && inOrder.every((axis) => axes.includes(axis)) ? axes : null;
}
