/** What do the voxels of some chunks hold? What is no number, whether all are the same, and the few values of a mask. */

type Values =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

interface Kind {
  /** Of one number: a complex voxel is two. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly values: (bytes: ArrayBuffer) => Values | BigInt64Array | BigUint64Array;
  readonly isInteger: boolean;
  /** Numbers a voxel. */
  readonly parts: 1 | 2;
}

const integer = (bytes: Kind['bytes'], values: Kind['values']): Kind => ({ bytes, values, isInteger: true, parts: 1 });
const float = (bytes: Kind['bytes'], values: Kind['values'], parts: 1 | 2 = 1): Kind => ({
  ...{ bytes, values, parts },
  isInteger: false,
});
const floats = (bytes: ArrayBuffer) => new Float32Array(bytes);
const doubles = (bytes: ArrayBuffer) => new Float64Array(bytes);

const KINDS: Readonly<Record<string, Kind>> = {
  bool: integer(1, (bytes) => new Uint8Array(bytes)),
  int8: integer(1, (bytes) => new Int8Array(bytes)),
  uint8: integer(1, (bytes) => new Uint8Array(bytes)),
  int16: integer(2, (bytes) => new Int16Array(bytes)),
  uint16: integer(2, (bytes) => new Uint16Array(bytes)),
  int32: integer(4, (bytes) => new Int32Array(bytes)),
  uint32: integer(4, (bytes) => new Uint32Array(bytes)),
  int64: integer(8, (bytes) => new BigInt64Array(bytes)),
  uint64: integer(8, (bytes) => new BigUint64Array(bytes)),
  // Their bits: JavaScript has no array of them yet.
  float16: float(2, (bytes) => new Uint16Array(bytes)),
  float32: float(4, floats),
  float64: float(8, doubles),
  complex64: float(4, floats, 2),
  complex128: float(8, doubles, 2),
};

/** More values than these are not listed. */
const MOST_VALUES = 1000;
const HALF_EXPONENT = 0x7c00;

export class Voxels {
  /** How many numbers were looked at. */
  count = 0;
  notFinite = 0;
  isConstant = true;
  private readonly kind: Kind | undefined;
  private readonly isHalf: boolean;
  private first: number | bigint | undefined;
  private distinct: Set<number> | null;

  constructor(
    dtype: string,
    private readonly isBigEndian: boolean,
  ) {
    this.kind = KINDS[dtype];
    this.isHalf = dtype === 'float16';
    this.distinct = this.kind?.isInteger ? new Set() : null;
  }

  /** The values there are, in order; null where they are too many, or no integers. */
  get values(): readonly number[] | null {
    return this.distinct && [...this.distinct].sort((a, b) => a - b);
  }

  /** What the store says of chunks that are not there counts, too. */
  addFill(value: number | null): void {
    if (this.first !== undefined && Number(this.first) !== value) this.isConstant = false;
    if (value !== null) this.distinct?.add(value);
  }

  /** Those of a chunk that lie within the array: `valid` of its `lengths`, slowest axis first. */
  add(bytes: Uint8Array, lengths: readonly number[], valid: readonly number[]): void {
    if (!this.kind) return;
    const { parts, values } = this.kind;
    const voxels = values(this.ordered(bytes, this.kind.bytes));
    for (const [from, count] of runs(lengths, valid)) {
      const run = voxels.subarray(from * parts, (from + count) * parts);
      this.count += run.length;
      this.compare(run);
      if (this.distinct) this.list(run);
      else if (!(run instanceof BigInt64Array || run instanceof BigUint64Array)) this.countNotFinite(run);
    }
  }

  private compare(run: Values | BigInt64Array | BigUint64Array): void {
    if (!this.isConstant || run.length === 0) return;
    this.first ??= run[0];
    for (let i = 0; i < run.length; i++) {
      if (run[i] === this.first) continue;
      this.isConstant = false;
      return;
    }
  }

  private list(run: Values | BigInt64Array | BigUint64Array): void {
    let last: number | bigint | undefined;
    for (let i = 0; i < run.length; i++) {
      const value = run[i];
      if (value === last || value === undefined) continue;
      last = value;
      this.distinct?.add(Number(value));
      if ((this.distinct?.size ?? 0) <= MOST_VALUES) continue;
      this.distinct = null;
      return;
    }
  }

  private countNotFinite(run: Values): void {
    if (this.isHalf) {
      for (let i = 0; i < run.length; i++) if (((run[i] ?? 0) & HALF_EXPONENT) === HALF_EXPONENT) this.notFinite++;
      return;
    }
    // One that is not finite makes the sum so; a sum of large doubles may be infinite without one.
    let sum = 0;
    for (let i = 0; i < run.length; i++) sum += run[i] ?? 0;
    if (Number.isFinite(sum)) return;
    for (let i = 0; i < run.length; i++) if (!Number.isFinite(run[i])) this.notFinite++;
  }

  /** A copy, aligned, in this machine's order. */
  private ordered(bytes: Uint8Array, size: Kind['bytes']): ArrayBuffer {
    const copy = Buffer.from(new ArrayBuffer(bytes.length - (bytes.length % size)));
    copy.set(bytes.subarray(0, copy.length));
    if (this.isBigEndian !== IS_BIG_ENDIAN && size > 1) {
      if (size === 2) copy.swap16();
      else if (size === 4) copy.swap32();
      else copy.swap64();
    }
    return copy.buffer as ArrayBuffer; // made above
  }
}

const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1;

/** Where in a chunk the voxels lie that are within the array, in as few runs as there are. */
function* runs(
  lengths: readonly number[],
  valid: readonly number[],
): Generator<readonly [from: number, count: number]> {
  let axis = lengths.length - 1;
  let step = 1;
  for (; axis >= 0 && valid[axis] === lengths[axis]; axis--) step *= lengths[axis] ?? 0;
  if (axis < 0) return yield [0, step];

  const count = (valid[axis] ?? 0) * step;
  if (count === 0 || valid.includes(0)) return;
  const strides = lengths.map((_, i) => lengths.slice(i + 1).reduce((a, b) => a * b, 1));
  const index = lengths.slice(0, axis).map(() => 0);
  for (;;) {
    yield [index.reduce((sum, n, i) => sum + n * (strides[i] ?? 0), 0), count];
    let turned = axis - 1;
    for (; turned >= 0; turned--) {
      const next = (index[turned] ?? 0) + 1;
      index[turned] = next < (valid[turned] ?? 0) ? next : 0;
      if (index[turned] !== 0) break;
    }
    if (turned < 0) return;
  }
}
