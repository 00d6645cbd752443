/**
 * How is a bool of AnnData written? As an HDF5 enumeration of FALSE and TRUE, of which h5wasm writes none: it is written as
 * a compound of one byte with a name that nothing else has, and where that stands in the closed file its type is made the
 * enumeration. The headers of the layout that h5wasm writes have no checksums.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** The name of the one member: in no file before it, and long enough that the enumeration takes no more room. */
export const BOOL = randomBytes(14).toString('hex');

const ENUMERATION = Buffer.concat([
  // Class 8, version 1, two members, of one byte; their type: a signed integer of 8 bits.
  Buffer.from([0x18, 2, 0, 0, 1, 0, 0, 0, 0x10, 8, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]),
  Buffer.from('FALSE\0\0\0TRUE\0\0\0\0'),
  Buffer.from([0, 1]),
]);
/** The name follows class, version and size. */
const TYPE_BEFORE_NAME = 8;
const WINDOW = 2 ** 20;

/** Make bools of what was written as `BOOL`, wherever HDF5 has found room for it. */
export function writeBools(local: string): void {
  const file = openSync(local, 'r+');
  try {
    const window = Buffer.alloc(WINDOW);
    for (let start = 0, length = WINDOW; length === WINDOW; start += WINDOW - BOOL.length) {
      length = readSync(file, window, 0, WINDOW, start);
      for (let at = window.indexOf(BOOL); at !== -1 && at < length; at = window.indexOf(BOOL, at + 1)) {
        writeSync(file, ENUMERATION, 0, ENUMERATION.length, start + at - TYPE_BEFORE_NAME);
      }
    }
  } finally {
    closeSync(file);
  }
}
