/** Where does a line end? Pieces of a text, of any lengths, become blocks of whole lines, however long the text is. */

const NEWLINE = 10;

/** A line that is longer than any should be: nobody can tell where it ends, and so it is not waited for. */
export class EndlessLine extends Error {
  constructor(readonly most: number) {
    super(`it has a line of more than ${most} bytes`);
  }
}

/**
 * Blocks that end with a newline, but for the last, which may.
 * @throws EndlessLine where `most` bytes come without a newline
 */
export async function* wholeLines(pieces: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0);
  for await (const piece of pieces) {
    const first = piece.indexOf(NEWLINE);
    if (rest.length + (first === -1 ? piece.length : first) > most) throw new EndlessLine(most);
    if (first === -1) {
      rest = Buffer.concat([rest, piece]);
      continue;
    }
    const last = piece.lastIndexOf(NEWLINE);
    // Only the line that lies in two pieces is copied.
    const begun = rest.length === 0 ? 0 : first + 1;
    if (begun > 0) yield Buffer.concat([rest, piece.subarray(0, begun)]);
    if (last + 1 > begun) yield piece.subarray(begun, last + 1);
    rest = Buffer.from(piece.subarray(last + 1));
    if (rest.length > most) throw new EndlessLine(most);
  }
  if (rest.length > 0) yield rest;
}
