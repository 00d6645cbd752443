/** Which chunks does a B-tree index? Version 1, as h5py writes by default, and version 2, of shapes without limits. */
import { type Index, numberOf, put } from './hdf5-chunk-table.js';
import { type Bytes, UNDEFINED, Unknown } from './hdf5-file-bytes.js';

const MOST_LEVELS = 16;
/** Nodes hold two children or more, but for the last; a file of one child a node is none that a library wrote. */
const mostNodes = (count: number): number => 64 + 2 * count;

/** Node by node from the root; a node that comes again would enter its chunks again, which `put` refuses. */
export const chunksByTree1: Index = (file, table, root) => {
  const dimensions = table.grid.length;
  const keyBytes = 8 + 8 * (dimensions + 1);
  let nodes = mostNodes(table.count);

  function visit(address: number, level: number | null): void {
    if (--nodes < 0) throw new Unknown('its tree has too many nodes');
    const header = file.at(address + file.base, 24);
    const own = header.u8(5);
    const entries = header.u16(6);
    const isNode = header.text(0, 4) === 'TREE' && header.u8(4) === 1 && own <= MOST_LEVELS;
    if (!isNode || (level !== null && own !== level)) throw new Unknown('a node of its tree');

    const body = file.at(address + file.base + 24, entries * (keyBytes + 8));
    for (let i = 0; i < entries; i++) {
      const key = i * (keyBytes + 8);
      const child = body.address(key + keyBytes);
      if (child === UNDEFINED) throw new Unknown('a node of its tree');
      if (own > 0) visit(child, own - 1);
      else {
        const number = numberOf(table.grid, stepsAt(body, key + 8, table.chunk));
        if (number >= 0) put(file, table, number, { address: child, size: body.u32(key), mask: body.u32(key + 4) });
      }
    }
  }
  visit(root, null);
};

/** Offsets of the first value in each dimension. */
function stepsAt(body: Bytes, at: number, chunk: readonly number[]): number[] {
  return chunk.map((length, i) => {
    const step = body.uint(at + 8 * i, 8) / length;
    if (!Number.isInteger(step)) throw new Unknown('the place of a chunk');
    return step;
  });
}

const NODE_PREFIX = 10;

export const chunksByTree2: Index = (file, table, address) => {
  const header = file.at(address + file.base, 38);
  const type = header.u8(5);
  const nodeBytes = header.u32(6);
  const recordBytes = header.u16(10);
  const depth = header.u16(12);
  const root = header.address(16);
  const dimensions = table.grid.length;
  const sizeBytes = recordBytes - 8 - 4 - 8 * dimensions;
  const isFiltered = type === 11;
  const isSound =
    header.text(0, 4) === 'BTHD' &&
    (type === 10 || isFiltered) &&
    depth <= MOST_LEVELS &&
    isFiltered === table.isFiltered &&
    (isFiltered ? sizeBytes >= 1 && sizeBytes <= 8 : recordBytes === 8 + 8 * dimensions);
  if (!isSound) throw new Unknown('its tree');
  if (root === UNDEFINED) return;

  // How many records a node has room for says how many bytes the counts of its children take.
  const most = [Math.floor((nodeBytes - NODE_PREFIX) / recordBytes)];
  const all = [most[0] ?? 0];
  const countBytes = bytesFor(most[0] ?? 0);
  const pointerBytes = [0];
  for (let level = 1; level <= depth; level++) {
    const pointer = 8 + countBytes + (level > 1 ? bytesFor(all[level - 1] ?? 0) : 0);
    pointerBytes.push(pointer);
    most.push(Math.floor((nodeBytes - NODE_PREFIX - pointer) / (recordBytes + pointer)));
    all.push(((most[level] ?? 0) + 1) * (all[level - 1] ?? 0) + (most[level] ?? 0));
  }

  let nodes = mostNodes(table.count);
  function visit(at: number, records: number, level: number): void {
    if (--nodes < 0 || records > (most[level] ?? 0)) throw new Unknown('a node of its tree');
    const pointer = pointerBytes[level] ?? 0;
    const node = file.at(at + file.base, 6 + records * recordBytes + (level > 0 ? (records + 1) * pointer : 0));
    if (node.text(0, 4) !== (level > 0 ? 'BTIN' : 'BTLF') || node.u8(5) !== type)
      throw new Unknown('a node of its tree');
    for (let i = 0; i < records; i++) enter(node.part(6 + i * recordBytes, recordBytes));
    for (let i = 0; level > 0 && i <= records; i++) {
      const child = 6 + records * recordBytes + i * pointer;
      const address = node.address(child);
      if (address === UNDEFINED) throw new Unknown('a node of its tree');
      visit(address, node.uint(child + 8, countBytes), level - 1);
    }
  }
  function enter(record: Bytes): void {
    const stepsFrom = isFiltered ? 12 + sizeBytes : 8;
    const steps = table.grid.map((_, i) => record.uint(stepsFrom + 8 * i, 8));
    const number = numberOf(table.grid, steps);
    const size = isFiltered ? record.uint(8, sizeBytes) : table.chunkBytes;
    const mask = isFiltered ? record.u32(8 + sizeBytes) : 0;
    if (number >= 0) put(file, table, number, { address: record.address(0), size, mask });
  }
  visit(root, header.u16(24), depth);
};

/** Bytes that hold any number up to `most`. */
const bytesFor = (most: number): number => Math.floor(Math.log2(Math.max(1, most)) / 8) + 1;
