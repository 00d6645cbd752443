/** What do the metadata of a store say? Parsed here, and not by a library that takes broken metadata for missing ones. */
import type { ZarrTree } from './zarr-tree.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Larger metadata are not read: those of a large store, consolidated, take a tenth of this. */
export const MOST_JSON_BYTES = 16 << 20;

/** Deeper ones are nobody's metadata, and would overflow the stack of whoever walks through them. */
const MOST_DEEP = 64;

export type Parsed = { readonly json: Json } | { readonly why: string };

/** @throws KeyFault */
export async function readJson(tree: ZarrTree, key: string): Promise<Parsed> {
  const size = tree.sizes.get(key) ?? 0;
  if (size > MOST_JSON_BYTES) return { why: `it takes ${size} bytes, more than ${MOST_JSON_BYTES >> 20} MiB` };
  const bytes = await tree.read(key, 0, size);
  if (bytes.length === 0) return { why: 'the file is empty' };
  if (isDeep(bytes)) return { why: `it is nested more than ${MOST_DEEP} deep` };
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch (error) {
    return { why: error instanceof Error ? error.message.slice(0, 200) : 'it cannot be parsed' };
  }
}

const [QUOTE, ESCAPE] = [0x22, 0x5c];
/** `[`, `{` and `]`, `}`. */
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (isText && byte === ESCAPE) i++;
    else if (byte === QUOTE) isText = !isText;
    else if (!isText && OPENING.includes(byte)) depth++;
    else if (!isText && CLOSING.includes(byte)) depth--;
    if (depth > MOST_DEEP) return true;
  }
  return false;
}

export const asList = (value: Json | undefined): readonly Json[] | null => (Array.isArray(value) ? value : null);

export const asRecord = (value: Json | undefined): { readonly [name: string]: Json } | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [name: string]: Json })
    : null;

export const asText = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/** Numbers all of them, or null. */
export function asNumbers(value: Json | undefined): readonly number[] | null {
  const list = asList(value);
  return list?.every((n): n is number => typeof n === 'number') ? list : null;
}
