/** How are sound bytes spoiled, for tests that must never break? In the same ways in every run. */

/** The same numbers from 0 to 1 for the same seed. */
export function* randoms(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const SPOILS: readonly ((bytes: Buffer, at: number, value: number) => Buffer)[] = [
  (bytes, at, value) => overwritten(bytes, at, [(bytes[at] ?? 0) ^ (1 << (value & 7))]),
  (bytes, at, value) => overwritten(bytes, at, [value]),
  (bytes, at, value) => overwritten(bytes, at, Array<number>(1 + (value & 31)).fill(value)),
  (bytes, at, value) => overwritten(bytes, at & ~1, Array<number>(value & 2 ? 8 : 4).fill(value & 1 ? 0xff : 0)),
  (bytes, at, value) => overwritten(bytes, at & ~1, [0xff, 0xff, 0xff, 0x7f].slice(value & 1 ? 2 : 0)),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, value) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (value & 15))]),
  (bytes, at, value) =>
    Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - value), at), bytes.subarray(at)]),
];

/** `count` spoiled copies of `bytes`, each with one to four faults. */
export function* damaged(bytes: Buffer, count: number, seed: number): Generator<Buffer, void> {
  const random = randoms(seed);
  const below = (n: number) => Math.floor(random.next().value * n);
  for (let i = 0; i < count; i++) {
    let spoiled = bytes;
    for (let faults = 1 + below(4); faults > 0; faults--) {
      const spoil = SPOILS[below(SPOILS.length)];
      // Most of what can go wrong stands at the beginning.
      const at = below(below(2) ? spoiled.length + 1 : Math.min(spoiled.length + 1, 512));
      if (spoil) spoiled = spoil(spoiled, at, below(256));
    }
    yield spoiled;
  }
}

function overwritten(bytes: Buffer, at: number, values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [i, value] of values.entries()) if (at + i < copy.length) copy[at + i] = value;
  return copy;
}
