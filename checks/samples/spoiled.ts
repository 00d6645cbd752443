/** How may a file be damaged? In many ways, by a seed: the same in every run, so that a find is found again. */

/** Seeds are fixed: what is tried is the same each time. `ACCESSION_FUZZ=20 npm test` tries more, and takes longer. */
export const THOROUGHNESS = Number(process.env.ACCESSION_FUZZ ?? 0.4);

/** Numbers from 0 to 1. */
export function randoms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Spoil = (bytes: Buffer, random: () => number) => Buffer;

const LIMITS = [0, 1, -1, 0x7fffffff, -0x80000000, 0x7f800000, 0x7fc00000] as const;
const WORDS = [
  'nan',
  '1e999',
  '-1',
  '0',
  '99999999999999999999',
  '"',
  "'",
  '<',
  '>',
  '&',
  '\0',
  '\r',
  '\n\n',
  '_',
  '#',
];

const pick = <T>(list: readonly T[], random: () => number): T | undefined => list[Math.floor(random() * list.length)];
const place = (bytes: Buffer, random: () => number) => Math.floor(random() * bytes.length);

const SPOILS: readonly Spoil[] = [
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  (bytes, random) => {
    const at = place(bytes, random);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    return bytes;
  },
  (bytes, random) => {
    const at = place(bytes, random);
    return bytes.fill(Math.floor(random() * 256), at, Math.min(bytes.length, at + 1 + Math.floor(random() * 32)));
  },
  (bytes, random) => {
    const at = place(bytes, random);
    if (at + 4 <= bytes.length) bytes.writeInt32LE(pick(LIMITS, random) ?? 0, at);
    return bytes;
  },
  (bytes, random) => {
    const at = place(bytes, random);
    if (at + 4 <= bytes.length) bytes.writeInt32BE(pick(LIMITS, random) ?? 0, at);
    return bytes;
  },
  (bytes, random) => {
    const at = place(bytes, random);
    const word = Buffer.from(pick(WORDS, random) ?? '');
    return Buffer.concat([bytes.subarray(0, at), word, bytes.subarray(at + Math.floor(random() * 4))]);
  },
  // A line is lost, or comes twice.
  (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    const at = Math.floor(random() * lines.length);
    const line = lines[at] ?? '';
    lines.splice(at, 1, ...(random() < 0.5 ? [] : [line, line]));
    return Buffer.from(lines.join('\n'), 'latin1');
  },
];

/** `count` copies of `bytes`, each with one to three damages. */
export function* spoiled(bytes: Uint8Array, seed: number, count: number): Generator<Buffer, void> {
  const random = randoms(seed);
  for (let i = 0; i < count * THOROUGHNESS; i++) {
    let copy: Buffer = Buffer.from(bytes);
    for (let damages = 1 + Math.floor(random() * 3); damages > 0; damages--)
      copy = (pick(SPOILS, random) ?? ((all) => all))(copy, random);
    yield copy;
  }
}
