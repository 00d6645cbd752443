/** What do large h5ad files look like? As AnnData writes them: gzip of level 4, chunks of 37,527 values, X and raw.X. */
import type { File, Group } from 'h5wasm/node';
import { writeH5ad } from '../checks/samples/h5ad.js';

export interface Size {
  readonly cells: number;
  readonly genes: number;
  /** In X, and again in raw.X; to a few in a thousand. */
  readonly stored: number;
}

export const SIZES = {
  small: { cells: 2_638, genes: 20_000, stored: 2_700_000 },
  medium: { cells: 50_000, genes: 20_000, stored: 51_000_000 },
  large: { cells: 250_000, genes: 20_000, stored: 153_700_000 },
} as const satisfies Readonly<Record<string, Size>>;

const CHUNK = 37_527;
/** Values that are written at once: whole chunks, or each would be deflated twice. */
const BATCH = 64 * CHUNK;

/** Write one; `spoilDonors` makes a fault in the metadata. */
export async function writeLargeH5ad(path: string, size: Size, spoilDonors = false): Promise<void> {
  await writeH5ad(path, {
    ...{ cells: size.cells, genes: size.genes, X: null, raw: null },
    obs: spoilDonors ? { donor_id: null } : {},
    spoil: (file) => writeMatrices(file, size),
  });
}

function writeMatrices(file: File, size: Size): void {
  const raw = encode(file.create_group('raw'), 'raw', '0.1.0');
  const genes = encode(raw.create_group('var'), 'dataframe', '0.2.0');
  genes.create_attribute('_index', '_index');
  genes.create_attribute('column-order', new Float64Array(), [0]);
  const ids = (file.get('var/_index') as unknown as { readonly value: string[] }).value;
  const index = genes.create_dataset({ name: '_index', data: ids, shape: [ids.length], dtype: 'S' });
  encode(index, 'string-array', '0.2.0');
  encode(raw.create_group('varm'), 'dict', '0.1.0');

  const X = matrixIn(file, size);
  const rawX = matrixIn(raw, size);
  const indptr = new Int32Array(size.cells + 1);
  const counts = new Float32Array(BATCH + size.genes);
  const logs = new Float32Array(BATCH + size.genes);
  const indices = new Int32Array(BATCH + size.genes);
  let filled = 0;
  let written = 0;
  const flush = (length: number) => {
    X.append(logs.subarray(0, length), indices.subarray(0, length), written);
    rawX.append(counts.subarray(0, length), indices.subarray(0, length), written);
    for (const list of [counts, logs, indices]) list.copyWithin(0, length, filled);
    written += length;
    filled -= length;
  };

  const random = randoms(7);
  const meanGap = (size.cells * size.genes) / size.stored;
  for (let cell = 0; cell < size.cells; cell++) {
    const depth = 0.5 + random();
    for (let gene = Math.floor(random() * meanGap); gene < size.genes; ) {
      // Most counts are 1, as in the field.
      const count = 1 + Math.floor(-Math.log(1 - random()) * 0.9);
      indices[filled] = gene;
      counts[filled] = count;
      logs[filled++] = Math.log1p(count / depth);
      gene += 1 + Math.floor(random() * (2 * meanGap - 1));
    }
    indptr[cell + 1] = written + filled;
    if (filled >= BATCH) flush(BATCH);
  }
  flush(filled);
  for (const matrix of [X, rawX]) matrix.end(indptr);
}

function matrixIn(parent: Group, { cells, genes }: Size) {
  const group = encode(parent.create_group('X'), 'csr_matrix', '0.1.0');
  group.create_attribute('shape', BigInt64Array.of(BigInt(cells), BigInt(genes)), [2]);
  const gzip = { maxshape: [null], chunks: [CHUNK], compression: 'gzip', compression_opts: [4] } as const;
  const packed = { ...gzip, maxshape: [...gzip.maxshape], chunks: [...gzip.chunks], compression_opts: [4] };
  const data = group.create_dataset({ name: 'data', data: new Float32Array(1), shape: [1], ...packed });
  const indices = group.create_dataset({ name: 'indices', data: new Int32Array(1), shape: [1], ...packed });
  return {
    append(values: Float32Array, columns: Int32Array, at: number): void {
      for (const [dataset, list] of [
        [data, values],
        [indices, columns],
      ] as const) {
        dataset.resize([at + list.length]);
        dataset.write_slice([[at, at + list.length]], list);
      }
    },
    end(indptr: Int32Array): void {
      const chunks = [Math.min(CHUNK, indptr.length)];
      group.create_dataset({ ...packed, name: 'indptr', data: indptr, shape: [indptr.length], chunks });
    },
  };
}

function encode<Node extends Pick<Group, 'create_attribute'>>(node: Node, type: string, version: string): Node {
  node.create_attribute('encoding-type', type);
  node.create_attribute('encoding-version', version);
  return node;
}

/** The same numbers from 0 to 1 in every run. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
