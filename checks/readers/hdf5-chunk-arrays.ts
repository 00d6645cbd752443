/** Which chunks does an array index? A fixed one for shapes that do not grow, an extensible one where one side does. */
import { type ChunkTable, type Index, put } from './hdf5-chunk-table.js';
import { type Bytes, type FileBytes, UNDEFINED, Unknown } from './hdf5-file-bytes.js';

export const chunksByArray = (kind: 'fixed' | 'extensible'): Index => (kind === 'fixed' ? byFixed : byExtensible);

const CHECKSUM = 4;

/** How an element is read: an address, and of filtered chunks their size and filter mask. */
function elementsOf(file: FileBytes, table: ChunkTable, header: Bytes) {
  const isFiltered = header.u8(5) === 1;
  const bytes = header.u8(6);
  const sizeBytes = bytes - 12;
  const isSound = isFiltered ? sizeBytes >= 1 && sizeBytes <= 8 : header.u8(5) === 0 && bytes === 8;
  if (header.u8(4) !== 0 || !isSound || isFiltered !== table.isFiltered) throw new Unknown('its array of chunks');
  return {
    bytes,
    /** Enter those from number `first` on, as many as there are chunks. */
    enter(elements: Bytes, first: number, count: number): void {
      for (let i = 0; i < count && first + i < table.count; i++) {
        const at = i * bytes;
        const size = isFiltered ? elements.uint(at + 8, sizeBytes) : table.chunkBytes;
        const mask = isFiltered ? elements.u32(at + 8 + sizeBytes) : 0;
        put(file, table, first + i, { address: elements.address(at), size, mask });
      }
    },
  };
}

const byFixed: Index = (file, table, address) => {
  const header = file.at(address + file.base, 28);
  if (header.text(0, 4) !== 'FAHD') throw new Unknown('its array of chunks');
  const { bytes, enter } = elementsOf(file, table, header);
  const perPage = 2 ** header.u8(7);
  const all = header.uint(8, 8);
  const block = header.address(16);
  if (all < table.count) throw new Unknown('its array of chunks is short');
  if (block === UNDEFINED) return;

  const at = block + file.base;
  if (file.at(at, 6).text(0, 4) !== 'FADB') throw new Unknown('its array of chunks');
  const start = at + 14;
  if (all <= perPage) {
    enter(file.at(start, table.count * bytes), 0, table.count);
    return;
  }
  const pages = Math.ceil(all / perPage);
  const isWritten = file.at(start, Math.ceil(pages / 8));
  const firstPage = start + Math.ceil(pages / 8) + CHECKSUM;
  for (let page = 0; page * perPage < table.count; page++) {
    if (!isSet(isWritten, page)) continue;
    const count = Math.min(perPage, table.count - page * perPage);
    enter(file.at(firstPage + page * (perPage * bytes + CHECKSUM), count * bytes), page * perPage, count);
  }
};

/** The first bit of a byte is its highest. */
const isSet = (bits: Bytes, i: number): boolean => (bits.u8(i >> 3) & (0x80 >> (i & 7))) !== 0;

/**
 * Elements lie in the index block, then in data blocks that it names, then in data blocks of super blocks that it names;
 * the blocks of each next super block are twice as many, or twice as long, by turns.
 */
const byExtensible: Index = (file, table, address) => {
  // In two dimensions the one that grows comes first, whichever it is.
  if (table.grid.length > 1) throw new Unknown('the order of its chunks');
  const header = file.at(address + file.base, 72);
  if (header.text(0, 4) !== 'EAHD') throw new Unknown('its array of chunks');
  const { bytes, enter } = elementsOf(file, table, header);
  const [mostBits, inIndex, leastInBlock, leastPointers, pageBits] = [7, 8, 9, 10, 11].map((at) => header.u8(at));
  const isSound =
    mostBits &&
    mostBits <= 64 &&
    inIndex &&
    isPower(leastInBlock) &&
    isPower(leastPointers) &&
    pageBits &&
    pageBits < 32;
  const index = header.address(60);
  if (!isSound) throw new Unknown('its array of chunks');
  if (index === UNDEFINED) return;

  const offsetBytes = Math.ceil(mostBits / 8);
  const perPage = 2 ** pageBits;
  const supers = 1 + mostBits - Math.log2(leastInBlock);
  const direct = 2 * Math.log2(leastPointers);
  const blocksOf = (level: number) => 2 ** Math.floor(level / 2);
  const lengthOf = (level: number) => 2 ** Math.floor((level + 1) / 2) * leastInBlock;
  const directBlocks = 2 * (leastPointers - 1);

  const at = index + file.base;
  const blockBytes = 14 + inIndex * bytes + 8 * (directBlocks + Math.max(0, supers - direct));
  const body = file.at(at, blockBytes);
  if (body.text(0, 4) !== 'EAIB') throw new Unknown('its array of chunks');
  enter(body.part(14, inIndex * bytes), 0, inIndex);

  let first = inIndex;
  let pointer = 14 + inIndex * bytes;
  for (let level = 0; level < supers && first < table.count; level++) {
    if (level < direct) {
      for (let i = 0; i < blocksOf(level); i++, pointer += 8, first += lengthOf(level)) {
        dataBlock(body.address(pointer), first, lengthOf(level), () => true);
      }
    } else {
      superBlock(body.address(pointer), first, level);
      pointer += 8;
      first += blocksOf(level) * lengthOf(level);
    }
  }

  function superBlock(block: number, from: number, level: number): void {
    if (block === UNDEFINED) return;
    const blocks = blocksOf(level);
    const length = lengthOf(level);
    const pages = length > perPage ? length / perPage : 0;
    const bitBytes = Math.ceil(pages / 8);
    const start = 14 + offsetBytes;
    const needed = Math.min(blocks, Math.ceil((table.count - from) / length));
    const body = file.at(block + file.base, start + blocks * bitBytes + 8 * needed);
    if (body.text(0, 4) !== 'EASB') throw new Unknown('its array of chunks');
    // The bits of all data blocks stand side by side, whatever room there is for those of each.
    const bits = body.part(start, blocks * bitBytes);
    for (let i = 0; i < needed; i++) {
      const isWritten = (page: number) => isSet(bits, i * pages + page);
      dataBlock(body.address(start + blocks * bitBytes + 8 * i), from + i * length, length, isWritten);
    }
  }

  function dataBlock(block: number, from: number, length: number, isWritten: (page: number) => boolean): void {
    if (block === UNDEFINED || from >= table.count) return;
    const at = block + file.base;
    if (file.at(at, 6).text(0, 4) !== 'EADB') throw new Unknown('its array of chunks');
    const start = at + 14 + offsetBytes;
    const needed = Math.min(length, table.count - from);
    if (length <= perPage) {
      enter(file.at(start, needed * bytes), from, needed);
      return;
    }
    for (let page = 0; page * perPage < needed; page++) {
      if (!isWritten(page)) continue;
      const count = Math.min(perPage, needed - page * perPage);
      const pageAt = start + CHECKSUM + page * (perPage * bytes + CHECKSUM);
      enter(file.at(pageAt, count * bytes), from + page * perPage, count);
    }
  }
};

const isPower = (value: number | undefined): value is number =>
  value !== undefined && value > 0 && (value & (value - 1)) === 0;
