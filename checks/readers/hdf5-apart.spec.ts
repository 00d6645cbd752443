import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { THOROUGHNESS } from '../samples/spoiled.js';
import { type Hdf5, openHdf5 } from './hdf5.js';
import { locate } from './hdf5-chunks.js';
import { FileBytes } from './hdf5-file-bytes.js';
import { Hdf5Fault } from './hdf5-library.js';
import type { Dataset } from './hdf5-tree.js';

const folder = mkdtempSync(join(tmpdir(), 'hdf5-apart-'));
const local = join(folder, 'sample.h5');
afterAll(() => rmSync(folder, { recursive: true }));

/** Written by h5py, for h5wasm writes no LZF: what each dataset holds is what the tests below expect. */
const LZF =
  'eNrtXV9sFEUY/3b37nr/2rvrH3otxW4phUtAqagJEeIdhUIfKFQKsfHBtLRbrvGkTf9oY0I83+CF4IsvmtiEmEA0kUcSI8GQGF9M5NUX1xfji5EE' +
  'HvTB4Dc7M3t3c53rga0W+H7h69zM98385mZn9367s7tcGjpytDHaGQWGcBgCkIRyPBSwlyrz0j8uUkOkF0V6zZTlhudLi/KUaF+NO31qcBDA9NtX' +
  'efoDPM2JfP4sT20gPAsYGjw0wtIbIj8m0psTG8trQIjPbUPm+Uw2DF5gibhSmvZCUz3dEBAztD0M7R8IfxDCnt80Ta+BsGjPMvCjh3gFfxyG/H7E' +
  'MXYhPzHnYD4ZAVEhV9EfsTv5aUX3jNQcwP5/NR6jJ04eMfBbjIi8+3btePGlwLZqx8mjznKwdlxGHjd2147zjxNvbM75vNa8UrejhSNkrLLd/flk' +
  '8ZZiON8Mrx3Zbtg7Ak8504WJRUfMybJ5Z5py7M2yzcVGblONx5gYCJn6+5m9xn7mj8sYHxdLflk+Lgv5penpQmlc4AIrt6Dw/rSXZeVBrHjFKG0H' +
  'BqyzOJl35l/aVzWe/eK3bkpUV2bu5kL2NgD+g8Mf47731uQ4WN89TN5LQO+Dhr/wK7u3IFiEXHHltnsmZGRzOXBPhQzIXu6/fFW4mROK7unQOA5c' +
  'lrlzuR+bvr7L3N9AyPNCDv2BHFbP2gH3dRby7dWj+0SIF1BcwRALAxgHi4Dfm3/N8wi1C6Ms/eHF+KfCLbpwJgQ5NvsZxwjj2Hv3y/MYUsTNXgy5' +
  'GPt8ArOGyUqsIn4P00ZGURoAF489ATfY5O70CtalYkPC3Qar1L2dcPtArc0K8GfBcDvZtGf74kHczQfAPdhgwEAwxPbKY3YANU+StwEJOw5ttoWf' +
  'Gu0YhLxPTXbMtRIQsRMY0g1RO+5aWYjZCdfaC3E3lADDc2WxJ57LYq4s9gFdQe7K7WYlDXZXrgWbCNuJcnJbkHf75Nt88uc4eYcg7+QMWzl5F2NI' +
  'CfJm7mrh5K3oyu32HFvsOLImoJ170pXkGUG+yyfv88l3cvIeQb6dM/Ry8h2YLLERjs6ex1/Qxfy848y6r0YMx1mjpBWPuW4X8E27gn9xhzHRLLQA' +
  'WhANJzE0oIXRImhRtBhaHK0RrQktgZZES6E1o7WgtaK1oW1Ba0dLo3WgdaJtReuyYeVv98BDIxy+9MdPPxteT3AD9rntFm6/XpZYPAnYvSsoIwIk' +
  'FgkEQl1g591MB6nn3UlNfDxcmTcVnU8gEAgEAuFp1QuhKr3QrYnvEsJA+qcU/wHh7xX57xX/m8K/XeT3GJX+C0r7VxT/Z0r7DxT/LUW4SD+dRREI' +
  'BAKB8PioXtfh6yAGX/70Vzvlsp+a99e9wmute2Uq1r106zgj/vUKuV5jzfWUKMvWwEY2UD9FqvRT8xr1fhG92qKUK+u8cF/EpZRyVc9EIjxtVsZb' +
  'RWekkjeo4d0TqeQNangHRFybyEc1vKMiLq3Eqbx5hTeq4S1GKvMyLuTPBwKBQCAQCITNrqMr74+SdxdlfN3M9XDaBF8/G0LpHD10fHTQ06JnBkVj' +
  'j62nM1V62ry5p9SVsqttQxugo6vXLXV68iNF/2X8cSUQCAQCgUD6SeoneX95QlxzSkI0CNGE8K/f9Ufzz1dK1GWXt8Y2dDwe9b6vTzT6yaSpRSAQ' +
  'CAQC6SdFP3WgPwn8+U55/Wl1/ZReRT+Br5/K9NL+LAhBBuUPq/+3zyty/WRV6acLmvgvhH6SflVnZcSFqxMibyv+z5ULW/2adggEAoFAIGweHDt8' +
  '8rhR9oMtZY68/+i0PekUCtXXU+RrM+T9UixqqeDYd67PzSzm71wvzEwU2PtAAkp7A6K9oIYnpPA01MkT1vBENDzqelysTp64hqexzvpNmvoJpT9J' +
  'Tb9TmnL1Pr2WOvvTqulPm4ZHvc+vvU6etIanQ8PTqfBsrZOnS8Ozrc76z2nqq8+R2Jp+92jKtyv1e+vszw5Nf/rqrL9TU3+XqvM1/ZZwY3SsJBAI' +
  'BAKBQCAQnnQ8+voJX/9oMfg5/Dreb7I8Vjr1LXvsa3Osn+ieg7svLiQ0K+ftEsFY5XmyrZ4/K+dVcv0kSFOTQCAQCIQnVj8Ni/Lhsvc0G1DPfSc5' +
  'rqPM2jpquP73P9+YLHVlw55/kjg7c+6cMy/ShUU4v/TOWWd+Ad6bmXI8/+xsYYGpu4nCuw5+WHSWF1l+embZYe9imp2aku1A2fCu+93H8r3xUnf9' +
  '9nLteLmOcTFUO06O6rXx2nHyrfeZ12rHSd04bm/O/UB33/aHmvgXFN077O8/BAKBQCAQnlXdXH3dsfT/zATKFNHjXn9cgSp9fK9Qoix7TdP4/6qf' +
  'dmjiv1L0kxwnej8ogUAgEAhPL/4BdTSYPQ==';

const sound = inflateSync(Buffer.from(LZF, 'base64'));

async function opened<T>(bytes: Uint8Array, use: (hdf5: Hdf5) => T): Promise<T> {
  writeFileSync(local, bytes);
  const hdf5 = await openHdf5(local);
  try {
    return use(hdf5);
  } finally {
    hdf5.close();
  }
}

function datasetIn({ root }: Hdf5, name: string): Dataset {
  const node = root.children.get(name);
  if (node?.kind !== 'dataset') throw new Error(`There is no dataset ${name}.`);
  return node;
}

const upTo = <T>(count: number, value: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => value(i));

describe('datasets compressed with LZF', () => {
  it('hold the numbers that were written, with shuffle and Fletcher-32', async () => {
    await opened(sound, (hdf5) => {
      expect(hdf5.closed).toEqual([]);
      const numbers = datasetIn(hdf5, 'numbers');
      expect(hdf5.numbers(numbers, [0, 600])).toEqual(Float32Array.from(upTo(600, (i) => i % 7)));
      expect(hdf5.numbers(numbers, [99, 102])).toEqual(Float32Array.of(1, 2, 3));
      expect(hdf5.indices(numbers, [598, 600])).toEqual(Int32Array.of(3, 4));
      expect(hdf5.numbers(datasetIn(hdf5, 'odd'), [0, 333])).toEqual(Uint8Array.from(upTo(333, (i) => (i % 256) / 9)));
    });
  });

  it.each([
    [
      'wide',
      Float64Array.from(upTo(60, (i) => i % 5)),
      [
        [0, 12],
        [0, 5],
      ],
    ],
    [
      'wide',
      Float64Array.of(3, 4, 3, 4),
      [
        [4, 6],
        [3, 5],
      ],
    ],
    ['bools', Uint8Array.from(upTo(40, (i) => 1 - (i % 2))), [[0, 40]]],
    ['halves', Float32Array.from(upTo(40, (i) => i % 4)), [[0, 40]]],
  ] as const)('hold %s: %o', async (name, values, ranges) => {
    await opened(sound, (hdf5) => {
      expect(hdf5.numbers(datasetIn(hdf5, name), ...ranges)).toEqual(values);
    });
  });

  it('hold strings of fixed and of variable length', async () => {
    await opened(sound, (hdf5) => {
      const texts = ['T cell', '', 'cellule épithéliale', 'B cell'];
      expect(hdf5.strings(datasetIn(hdf5, 'texts'), [0, 40])).toEqual(upTo(40, (i) => texts[i % 4]));
      expect(hdf5.strings(datasetIn(hdf5, 'texts'), [15, 17])).toEqual(['B cell', 'T cell']);
      expect(hdf5.strings(datasetIn(hdf5, 'fixed'), [0, 40])).toEqual(upTo(40, (i) => (i % 2 ? 'three' : 'one')));
    });
  });

  it('give what was read before as it was, whatever is read next', async () => {
    await opened(sound, (hdf5) => {
      const numbers = datasetIn(hdf5, 'numbers');
      const before = hdf5.numbers(numbers, [0, 3]);
      before.fill(9);
      expect(hdf5.numbers(numbers, [0, 3])).toEqual(Float32Array.of(0, 1, 2));
    });
  });

  it('are a fault, with their place, where numbers lie the other way round', async () => {
    await opened(sound, (hdf5) => {
      expect(() => hdf5.numbers(datasetIn(hdf5, 'big'), [0, 40])).toThrow(
        '/big cannot be read: it is compressed with LZF, and there is something wrong with it: the order of its bytes',
      );
    });
  });

  it('are a fault where a chunk was changed, which its checksum tells', async () => {
    const bytes = Buffer.from(sound);
    const at = await chunkAt('numbers');
    bytes[at + 5] = (bytes[at + 5] ?? 0) ^ 1;

    await opened(bytes, (hdf5) => {
      const numbers = datasetIn(hdf5, 'numbers');
      expect(() => hdf5.numbers(numbers, [0, 1])).toThrow(Hdf5Fault);
      expect(() => hdf5.numbers(numbers, [0, 1])).toThrow(/the checksum of a chunk$/);
      expect(hdf5.numbers(numbers, [100, 101])).toEqual(Float32Array.of(2));
    });
  });

  it('are read or a fault whatever is changed', { timeout: 60_000 }, async () => {
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let i = 0; i < 60 * THOROUGHNESS; i++) {
      const bytes = Buffer.from(sound);
      for (let spots = 0; spots < 8; ) {
        const at = random(bytes.length);
        if (bytes[at] === 0) continue;
        bytes[at] = random(256);
        spots++;
      }
      await outcomeOf(bytes);
    }
  });

  async function outcomeOf(bytes: Uint8Array): Promise<void> {
    try {
      await opened(bytes, (hdf5) => {
        for (const node of hdf5.root.children.values()) if (node.kind === 'dataset') readWhole(hdf5, node);
      });
    } catch (error) {
      expect(error).toBeInstanceOf(Hdf5Fault);
    }
  }

  function readWhole(hdf5: Hdf5, dataset: Dataset): void {
    const whole = dataset.shape.map((length) => [0, Math.min(length, 1_000)] as const);
    try {
      if (dataset.text) hdf5.strings(dataset, ...whole);
      else hdf5.numbers(dataset, ...whole);
    } catch (error) {
      expect(error).toBeInstanceOf(Hdf5Fault);
    }
  }

  /** Where the first chunk of a dataset lies in the sound file. */
  function chunkAt(name: string): Promise<number> {
    return opened(sound, (hdf5) => {
      const fd = openSync(local, 'r');
      try {
        const dataset = datasetIn(hdf5, name);
        const { layout } = locate(new FileBytes(fd), dataset, hdf5.addressOf(dataset));
        return layout.kind === 'chunked' ? (layout.table.addresses[0] ?? 0) : 0;
      } finally {
        closeSync(fd);
      }
    });
  }
});

describe('numbers whose high byte comes first', () => {
  it('are read as they were meant, in datasets and attributes', async () => {
    await opened(sound, (hdf5) => {
      const bigger = datasetIn(hdf5, 'bigger');
      expect(hdf5.numbers(bigger, [0, 3])).toEqual(Float32Array.of(1.5, -2, 300));
      expect(hdf5.indices(bigger, [1, 3])).toEqual(Int32Array.of(-2, 300));
      expect(hdf5.attribute(bigger, 'shape')).toEqual(Float64Array.of(3, 70_000));
      expect(hdf5.numbers(datasetIn(hdf5, 'biggest'), [0, 2])).toEqual(Float64Array.of(1, -2));
    });
  });
});
