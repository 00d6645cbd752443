/**
 * How is a cell known in every file that has it? By its join id: XXH3-64 of its name, in base 85 by the alphabet of
 * RFC 1924, as Python's `b85encode` writes the eight bytes, the highest first.
 */
import { createXXHash3 } from 'hash-wasm';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** A function that makes the join id of a name. */
export async function joinIds(): Promise<(name: string) => string> {
  const hash = await createXXHash3(0, 0);
  return (name) => {
    const bytes = hash.init().update(name).digest('binary');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return inBase85(view.getUint32(0)) + inBase85(view.getUint32(4));
  };
}

/** Five digits. */
function inBase85(word: number): string {
  let rest = word;
  let digits = '';
  for (let i = 0; i < 5; i++) {
    digits = ALPHABET.charAt(rest % 85) + digits;
    rest = Math.floor(rest / 85);
  }
  return digits;
}
