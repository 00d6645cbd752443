/**
 * Was this row of numbers there before? Rows are kept in typed arrays: hundreds of thousands take the memory of their
 * numbers, and none of objects.
 */
import { randomInt } from 'node:crypto';

export interface SeenRows {
  /** False where the same row was there before. True, too, where so many are kept that this one is not. */
  isNew(row: Float64Array): boolean;
  /** How many different rows are kept. */
  readonly size: number;
}

const FIRST_ROOM = 1024;
/** Further than this a row is not looked for: a file may be made so that all of its rows would lie in one place. */
const MOST_STEPS = 256;
/** Other places in each process, so that nobody can make such a file. */
const SEED = randomInt(2 ** 32 - 1);

/** @param width how many numbers a row has; it must not have NaN, nor a zero below zero */
export function seenRows(width: number, most: number): SeenRows {
  let size = 0;
  let room = FIRST_ROOM;
  let kept = new Float64Array(room * width);
  /** Twice as many places as there is room: the number of the row that lies there, from 1. */
  let places = new Int32Array(2 * room);

  /** Where the row is, or might be: minus one and its place where it is not there; null where too many are in its way. */
  function placeOf(row: Float64Array, from: number): number | null {
    const mask = places.length - 1;
    let place = hashOf(row, from, width) & mask;
    for (let step = 0; step < MOST_STEPS; step++, place = (place + 1) & mask) {
      const number = places[place] ?? 0;
      if (number === 0) return -1 - place;
      if (isSame(row, from, number - 1)) return place;
    }
    return null;
  }

  function isSame(row: Float64Array, from: number, number: number): boolean {
    const at = number * width;
    for (let i = 0; i < width; i++) if (row[from + i] !== kept[at + i]) return false;
    return true;
  }

  function grow(): void {
    room = Math.min(2 * room, most);
    const wider = new Float64Array(room * width);
    wider.set(kept.subarray(0, size * width));
    kept = wider;
    if (2 * room <= places.length) return;
    places = new Int32Array(2 * places.length);
    for (let number = 0; number < size; number++) {
      const place = placeOf(kept, number * width);
      if (place !== null && place < 0) places[-1 - place] = number + 1;
    }
  }

  return {
    get size() {
      return size;
    },
    isNew(row) {
      let place = placeOf(row, 0);
      if (place !== null && place >= 0) return false;
      if (place === null || size === most) return true;
      if (size === room) {
        grow();
        place = placeOf(row, 0);
        if (place === null || place >= 0) return true;
      }
      kept.set(row, size * width);
      places[-1 - place] = ++size;
      return true;
    },
  };
}

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

function hashOf(row: Float64Array, from: number, width: number): number {
  let hash = SEED;
  for (let i = 0; i < width; i++) {
    number[0] = row[from + i] ?? 0;
    hash = mixed(mixed(hash, words[0] ?? 0), words[1] ?? 0);
  }
  return hash >>> 0;
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return Math.imul(product ^ (product >>> 15), 0x85ebca6b) ^ (product >>> 13);
}
