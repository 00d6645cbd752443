/** What does the metadata of an array say? Of zarr v2 and v3 alike: its shape, how its chunks are named and how they are packed. */
import { type Chain, type ChainFault, chainV2, chainV3 } from './zarr-chain.js';
import { asList, asRecord, type Json } from './zarr-json.js';

/** How an element is stored. */
export interface Dtype {
  /** As zarr v3 calls it: `float32`. */
  readonly name: string;
  readonly bytes: number;
}

export interface ZarrArray extends Chain {
  readonly version: 2 | 3;
  /** Key of the folder: `0`. */
  readonly path: string;
  /** Key of its metadata. */
  readonly key: string;
  readonly shape: readonly number[];
  /** Of a shard, where there are shards. */
  readonly chunks: readonly number[];
  readonly dtype: Dtype;
  readonly fill: number | null;
  readonly separator: '/' | '.';
  /** Before the first index: `c/` in zarr v3. */
  readonly prefix: 'c/' | 'c.' | '';
  readonly dimensionNames: readonly (string | null)[] | null;
}

/** A member of the metadata that is not as it must be. */
export interface ArrayFault {
  /** JSON pointer. */
  readonly at: string;
  readonly found: string;
  readonly expected: string;
}

/** More dimensions than NumPy knows. */
const MOST_DIMENSIONS = 32;

const DTYPES_V2: Readonly<Record<string, string>> = {
  ...{ b1: 'bool', i1: 'int8', u1: 'uint8', i2: 'int16', u2: 'uint16', i4: 'int32', u4: 'uint32', i8: 'int64' },
  ...{ u8: 'uint64', f2: 'float16', f4: 'float32', f8: 'float64', c8: 'complex64', c16: 'complex128' },
};
const BYTES: Readonly<Record<string, number>> = {
  ...{ bool: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, int64: 8, uint64: 8 },
  ...{ float16: 2, float32: 4, float64: 8, complex64: 8, complex128: 16 },
};
export const INTEGERS: ReadonlySet<string> = new Set(Object.keys(BYTES).filter((name) => /^(u?int|bool)/.test(name)));

/** What the metadata say, and where they are not as they must be: then there is no array. */
export function arrayOf(json: Json, path: string, key: string, version: 2 | 3): ZarrArray | readonly ArrayFault[] {
  const faults: ArrayFault[] = [];
  const root = asRecord(json);
  if (!root) return [{ at: '', found: told(json), expected: 'an object' }];
  const expect = <T>(value: T | null, at: string, found: Json | undefined, expected: string): T | null => {
    if (value === null) faults.push({ at, found: told(found), expected });
    return value;
  };
  const parts = (version === 2 ? partsV2 : partsV3)(root, expect);
  const shape = expect(lengths(root.shape, 1), '/shape', root.shape, 'a list of whole numbers from 1');
  const chunks = expect(lengths(parts.chunks, 1), parts.chunksAt, parts.chunks, 'a list of whole numbers from 1');
  expect(root.zarr_format === version || null, '/zarr_format', root.zarr_format, String(version));
  if (shape && chunks && shape.length !== chunks.length)
    expect(null, parts.chunksAt, parts.chunks, `${shape.length} numbers, one for each axis`);
  const { dtype, separator } = parts;
  if (!shape || !chunks || !dtype || !separator || faults.length > 0) return faults;

  const chain = parts.chainOf(chunks);
  if ('expected' in chain) return [{ at: '/codecs', found: told(root.codecs), ...chain }];
  const names = asList(root.dimension_names)?.map((name) => (typeof name === 'string' ? name : null)) ?? null;
  return {
    ...{ ...chain, version, path, key, shape, chunks, dtype, separator, dimensionNames: names, prefix: parts.prefix },
    fill: typeof root.fill_value === 'number' ? root.fill_value : root.fill_value === false ? 0 : null,
  };
}

interface Parts {
  readonly chunks: Json | undefined;
  readonly chunksAt: string;
  readonly dtype: Dtype | null;
  readonly separator: '/' | '.' | null;
  readonly prefix: ZarrArray['prefix'];
  readonly chainOf: (chunks: readonly number[]) => Chain | ChainFault;
}
type Expect = <T>(value: T | null, at: string, found: Json | undefined, expected: string) => T | null;
type Root = Readonly<Record<string, Json>>;

function partsV2(root: Root, expect: Expect): Parts {
  const [, order, code = ''] = /^([<>|=])(\w+)$/.exec(String(root.dtype)) ?? [];
  const name = DTYPES_V2[code];
  const dtype = expect(dtypeOf(name), '/dtype', root.dtype, 'numbers, as "<f4" or "|i1"');
  expect(['C', 'F'].includes(String(root.order)) || null, '/order', root.order, '"C" or "F"');
  const { compressor = null, filters = null, dimension_separator: separator = '.' } = root;
  const isCodec = compressor === null || typeof asRecord(compressor)?.id === 'string';
  expect(isCodec || null, '/compressor', compressor, 'null or an object with an "id"');
  expect(filters === null || asList(filters), '/filters', filters, 'null or a list');
  return {
    ...{ chunks: root.chunks, chunksAt: '/chunks', dtype, prefix: '' },
    separator: expect(separatorOf(separator), '/dimension_separator', separator, SEPARATORS),
    chainOf: ({ length }) => ({
      ...chainV2(asList(filters) ?? [], compressor, root.order, length),
      isBigEndian: order === '>',
    }),
  };
}

const SEPARATORS = '"/" or "."';

function partsV3(root: Root, expect: Expect): Parts {
  const dtype = expect(dtypeOf(root.data_type), '/data_type', root.data_type, 'numbers, as "float32" or "int8"');
  const grid = asRecord(root.chunk_grid);
  expect(grid?.name === 'regular' || null, '/chunk_grid/name', grid?.name, '"regular"');
  const encoding = asRecord(root.chunk_key_encoding);
  const { name } = encoding ?? {};
  expect(name === 'default' || name === 'v2' || null, '/chunk_key_encoding/name', name, '"default" or "v2"');
  const told = asRecord(encoding?.configuration)?.separator ?? (name === 'v2' ? '.' : '/');
  const separator = expect(separatorOf(told), '/chunk_key_encoding/configuration/separator', told, SEPARATORS);
  const codecs = expect(asList(root.codecs), '/codecs', root.codecs, 'a list') ?? [];
  return {
    ...{ chunks: asRecord(grid?.configuration)?.chunk_shape, chunksAt: '/chunk_grid/configuration/chunk_shape', dtype },
    ...{ separator, prefix: name === 'v2' ? '' : separator === '.' ? 'c.' : 'c/' },
    chainOf: (chunks) => chainV3(codecs, chunks),
  };
}

const dtypeOf = (name: Json | undefined): Dtype | null => {
  const bytes = typeof name === 'string' && Object.hasOwn(BYTES, name) ? BYTES[name] : undefined;
  return bytes === undefined ? null : { name: String(name), bytes };
};

const separatorOf = (value: Json): '/' | '.' | null => (value === '/' || value === '.' ? value : null);

/** Whole numbers from `least`, whose product can still be counted with. */
function lengths(value: Json | undefined, least: number): readonly number[] | null {
  const list = asList(value);
  if (!list || list.length > MOST_DIMENSIONS) return null;
  const numbers = list.filter((n): n is number => Number.isSafeInteger(n) && Number(n) >= least);
  const product = numbers.reduce((a, b) => a * b, 1);
  return numbers.length === list.length && product <= Number.MAX_SAFE_INTEGER ? numbers : null;
}

const told = (value: Json | undefined): string => (JSON.stringify(value) ?? 'nothing').slice(0, 200);
