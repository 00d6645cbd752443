/** Are two short texts the same? 64 bits of each say so, as two numbers: `high` and `low`. */

export interface Hash64 {
  high: number;
  low: number;
}

/** Write the hash of `bytes[from..end)` to `into`: a row of a table has one, and no object is made for each. */
export function hashInto(into: Hash64, bytes: Uint8Array, from: number, end: number): void {
  let high = 0xdeadbeef ^ (end - from);
  let low = 0x41c6ce57;
  for (let i = from; i < end; i++) {
    const byte = bytes[i] ?? 0;
    high = Math.imul(high ^ byte, 0x9e3779b1);
    low = Math.imul(low ^ byte, 0x5f356495);
    // Or the lowest bits of both would depend on the lowest bits of the bytes alone.
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x27d4eb2f) ^ Math.imul(high ^ (high >>> 13), 0x165667b1);
  into.high = high >>> 0;
  // Two zeros are kept for a place that is free.
  into.low = low >>> 0 || 1;
}
