/**
 * What does a GLB file say it holds? The validator of its makers is asked only what it can answer in bounded time and
 * memory: what would keep it for hours, or overflow its stack, is found here first, and so can be named.
 */
import { z } from 'zod';
import type { SourceFile } from '../check.js';

const list = <T extends z.ZodType>(of: T) => z.array(of).catch([]);
const index = z.number().int().nonnegative().optional().catch(undefined);
const vector = (length: number) => z.array(z.number()).length(length).optional().catch(undefined);
const uri = z.string().optional().catch(undefined);

/** What is asked of its JSON; whatever is otherwise counts as not there, since the validator says so. */
const Gltf = z.object({
  scene: index,
  scenes: list(z.object({ nodes: list(z.number()) })),
  nodes: list(
    z.object({
      ...{ children: list(z.number()), mesh: index, matrix: vector(16) },
      ...{ translation: vector(3), rotation: vector(4), scale: vector(3) },
    }),
  ),
  meshes: list(
    z.object({
      primitives: list(
        z.object({
          mode: z.number().catch(4),
          indices: index,
          attributes: z.object({ POSITION: index }).catch({ POSITION: undefined }),
        }),
      ),
    }),
  ),
  accessors: list(
    z.object({ count: z.number().nonnegative().catch(0), type: z.string().catch(''), min: vector(3), max: vector(3) }),
  ),
  buffers: list(z.object({ uri })),
  images: list(z.object({ uri })),
  animations: list(z.unknown()),
});
export type Gltf = z.infer<typeof Gltf>;

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const HEAD = 20;
/** A JSON chunk names things; what takes room lies in the other chunk. */
const MOST_JSON_BYTES = 64 << 20;
const MOST_DEPTH = 200;
/** The largest that 32 bits hold: of larger ones, the validator makes infinity and ends the process. */
const MOST_NUMBER = 3.403e38;

export interface GlbHead {
  readonly isGlb: boolean;
  /** Of the whole file, as its header says. */
  readonly length: number;
  /** Null where its JSON cannot be read: the validator says why. */
  readonly json: Gltf | null;
  /** Why the validator is not asked; null where it may be. */
  readonly limit: 'json' | 'depth' | 'values' | 'numbers' | null;
}

export async function glbHead(file: SourceFile): Promise<GlbHead> {
  const head = await file.read(0, HEAD);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const isGlb = head.length >= 4 && view.getUint32(0, true) === MAGIC;
  const length = head.length >= 12 ? view.getUint32(8, true) : 0;
  if (!isGlb || head.length < HEAD || view.getUint32(16, true) !== JSON_CHUNK)
    return { isGlb, length, json: null, limit: null };

  const bytes = view.getUint32(12, true);
  if (bytes > MOST_JSON_BYTES) return { isGlb, length, json: null, limit: 'json' };
  const text = await file.read(HEAD, bytes);
  if (depthOf(text) > MOST_DEPTH) return { isGlb, length, json: null, limit: 'depth' };
  let isBeyond = false;
  const json = parsed(new TextDecoder().decode(text), (number) => {
    isBeyond ||= Math.abs(number) > MOST_NUMBER;
  });
  return { isGlb, length, json, limit: isBeyond ? 'numbers' : json && limitOf(json, file.size) };
}

function parsed(text: string, see: (number: number) => void): Gltf | null {
  try {
    const value: unknown = JSON.parse(text, (_, each: unknown) => {
      if (typeof each === 'number') see(each);
      return each;
    });
    return Gltf.safeParse(value).data ?? null;
  } catch {
    return null;
  }
}

/** How many brackets are open at most. */
function depthOf(text: Uint8Array): number {
  let depth = 0;
  let most = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (isQuoted && byte === BACKSLASH) i++;
    else if (byte === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && (byte === 0x5b || byte === 0x7b)) most = Math.max(most, ++depth);
    else if (!isQuoted && (byte === 0x5d || byte === 0x7d)) depth--;
  }
  return most;
}
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const COMPONENTS: Readonly<Record<string, number>> = {
  SCALAR: 1,
  VEC2: 2,
  VEC3: 3,
  VEC4: 4,
  MAT2: 4,
  MAT3: 9,
  MAT4: 16,
};

function limitOf({ accessors, nodes }: Gltf, size: number): GlbHead['limit'] {
  // Each value takes a byte at least; some may be used twice.
  const values = accessors.reduce((sum, { count, type }) => sum + count * (COMPONENTS[type] ?? 1), 0);
  if (!(values <= 2 * size + 65_536)) return 'values';
  return nodeLevels(nodes) > MOST_DEPTH ? 'depth' : null;
}

/** How many nodes lie above one another; those that stand in a circle count as if all did. */
function nodeLevels(nodes: Gltf['nodes']): number {
  const isChild = new Set(nodes.flatMap(({ children }) => children));
  const seen = new Set<number>();
  let level = [...nodes.keys()].filter((node) => !isChild.has(node));
  let levels = 0;
  for (; level.length > 0; levels++) {
    for (const node of level) seen.add(node);
    level = [...new Set(level.flatMap((node) => nodes[node]?.children ?? []))].filter((node) => !seen.has(node));
  }
  return Math.max(levels, nodes.length - seen.size);
}

export interface GltfSize {
  readonly vertices: number;
  readonly triangles: number;
}

const TRIANGLES: Readonly<Record<number, (corners: number) => number>> = {
  4: (corners) => Math.floor(corners / 3),
  5: (corners) => Math.max(0, corners - 2),
  6: (corners) => Math.max(0, corners - 2),
};

/** By its accessors, of primitives that have positions. */
export function sizeOf({ meshes, accessors }: Gltf): GltfSize {
  const shared = new Set<number>();
  let triangles = 0;
  for (const { attributes, indices, mode } of meshes.flatMap(({ primitives }) => primitives)) {
    if (attributes.POSITION === undefined) continue;
    shared.add(attributes.POSITION);
    const corners = accessors[indices ?? attributes.POSITION]?.count ?? 0;
    triangles += TRIANGLES[mode]?.(corners) ?? 0;
  }
  const vertices = [...shared].reduce((sum, accessor) => sum + (accessors[accessor]?.count ?? 0), 0);
  return { vertices, triangles };
}
