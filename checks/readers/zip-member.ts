/** What is the one file in a ZIP archive? What an archive must not be is found in its directory, before anything is unpacked. */
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  validateFileName,
} from 'yauzl';
import type { SourceFile } from '../check.js';
import { inflate, pieces } from './gzip-members.js';
import { type Packed, PackFault } from './pack.js';

const STORED = 0;
const DEFLATED = 8;
const MOST_SAMPLES = 5;
const LOCAL_HEADER_BYTES = 30;
/** What archivers of desktops add, beside what was meant. */
const BYPRODUCTS = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$)/;

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5) && bytes[3] === (bytes[2] ?? 0) + 1;

export async function openZip(file: SourceFile): Promise<Packed> {
  const entry = await onlyEntry(file);
  return {
    name: nameOf(entry),
    size: entry.uncompressedSize,
    saysAtEnd: null,
    async *unpack() {
      let [checksum, length] = [0, 0];
      for await (const bytes of await content(file, entry)) {
        checksum = crc32(bytes, checksum);
        length += bytes.length;
        if (length > entry.uncompressedSize)
          throw new PackFault('pack_damaged', { why: 'it holds more than its directory says' });
        yield bytes;
      }
      if (length < entry.uncompressedSize || checksum !== entry.crc32)
        throw new PackFault('pack_damaged', { why: 'its length or checksum is not that of its directory' });
      return 0;
    },
  };
}

async function onlyEntry(file: SourceFile): Promise<Entry> {
  const entries = await entriesOf(file);
  const [one, ...others] = entries.filter((entry) => !nameOf(entry).endsWith('/') && !BYPRODUCTS.test(nameOf(entry)));
  const unsafe = entries.map(nameOf).filter((name) => validateFileName(name) !== null);
  if (unsafe.length > 0) throw new PackFault('pack_path', { samples: unsafe });
  if (!one) throw new PackFault('pack_empty');
  if (others.length > 0)
    throw new PackFault('pack_members', { samples: [one, ...others].slice(0, MOST_SAMPLES).map(nameOf) });
  if (one.isEncrypted()) throw new PackFault('pack_encrypted');
  if (one.compressionMethod !== STORED && one.compressionMethod !== DEFLATED)
    throw new PackFault('pack_method', { found: String(one.compressionMethod) });
  return one;
}

/** No more than tell that there are several, and none that is unsafe. */
async function entriesOf(file: SourceFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    const options = { decodeStrings: false, lazyEntries: true, autoClose: false, validateEntrySizes: true };
    const zip = await fromRandomAccessReaderPromise(readerOf(file), file.size, options);
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      if (entries.length > 1_000 || validateFileName(nameOf(entry)) !== null) break;
    }
  } catch (error) {
    // Its directory stands at the end: without it, the end is missing.
    const why = error instanceof Error ? error.message : String(error);
    if (/end of central directory/i.test(why)) throw new PackFault('pack_truncated');
    throw new PackFault('pack_damaged', { why });
  }
  return entries;
}

const nameOf = (entry: Entry): string =>
  getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);

function readerOf(file: SourceFile): RandomAccessReader {
  class Reader extends RandomAccessReader {
    override _readStreamForRange(start: number, end: number): Readable {
      return Readable.from(pieces(file, start, end));
    }
  }
  return new Reader();
}

/** The library reads it too, but not on from where it is cut off. */
async function content(file: SourceFile, entry: Entry): Promise<AsyncGenerator<Uint8Array, unknown>> {
  const at = entry.relativeOffsetOfLocalHeader;
  const header = await file.read(at, LOCAL_HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  if (header.length < LOCAL_HEADER_BYTES || view.getUint32(0, true) !== 0x04034b50)
    throw new PackFault('pack_damaged', { why: 'its directory points to what is no file' });
  const start = at + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const end = start + entry.compressedSize;
  if (end > file.size) throw new PackFault('pack_truncated');
  return entry.compressionMethod === STORED ? pieces(file, start, end) : inflate(file, start, end);
}
