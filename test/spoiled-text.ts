/** How may a text be damaged? The same damages in every run: bytes, lines and numbers, by a seeded generator. */

/** Numbers from 0 to 1. */
function* randoms(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** What has broken a parser before. */
const POISONS = [
  ...['', '0', '-1', '1e999', '-1e308', '9007199254740993', '99999999999999999999', '4294967296', '-2147483648'],
  ...['NaN', 'Infinity', '*********', '1,5', '0x10', '1e-400', '-0', '.', '-', '1-999999999', '1.5e+24'],
  ...['__proto__', 'constructor', '=', '#', '$', '[', ']', '\\', '"', '\0', '\u00a0', '\ufeff', '\u2028', 'é'],
];

type Spoil = (text: string, random: () => number) => string;

const SPOILS: readonly Spoil[] = [
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => withBytes(text, (bytes) => flip(bytes, random)),
  (text, random) => withBytes(text, (bytes) => bytes.fill(255 * random(), at(text, random), at(text, random))),
  (text, random) => withLines(text, (lines) => lines.toSpliced(random() * lines.length, 1)),
  (text, random) => withLines(text, (lines) => lines.flatMap((line) => (random() < 0.2 ? [line, line] : [line]))),
  (text, random) => withLines(text, (lines) => lines.toSorted(() => random() - 0.5)),
  (text, random) => text.replace(/[^\s=,]+/g, (token) => (random() < 0.05 ? poison(random) : token)),
  (text, random) => text.replace(/\d[\d.]*/g, (token) => (random() < 0.1 ? poison(random) : token)),
  (text, random) => `${text.slice(0, at(text, random))}${poison(random).repeat(1 + 300 * random())}${text}`,
  (text) => text.replaceAll('\n', '\r'),
];

const at = (text: string, random: () => number) => Math.floor(random() * (text.length + 1));
const poison = (random: () => number) => POISONS[Math.floor(random() * POISONS.length)] ?? '';
const withLines = (text: string, change: (lines: string[]) => string[]) => change(text.split('\n')).join('\n');
const withBytes = (text: string, change: (bytes: Buffer) => Buffer) =>
  change(Buffer.from(text, 'latin1')).toString('latin1');

function flip(bytes: Buffer, random: () => number): Buffer {
  for (let i = 0; i < 5; i++) {
    const place = Math.floor(random() * bytes.length);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(8 * random()));
  }
  return bytes;
}

/** Damaged once to three times; half of them are written byte by byte, so that not all is UTF-8. */
export function* spoiledTexts(text: string, count: number, seed: number): Generator<Uint8Array, void> {
  const numbers = randoms(seed);
  const random = () => numbers.next().value;
  for (let i = 0; i < count; i++) {
    let spoiled = text;
    for (let times = 0; times <= 3 * random(); times++) {
      spoiled = SPOILS[Math.floor(random() * SPOILS.length)]?.(spoiled, random) ?? spoiled;
    }
    yield Buffer.from(spoiled, i % 2 ? 'latin1' : 'utf8');
  }
}
