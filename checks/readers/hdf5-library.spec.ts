import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { afterAll, expect, it } from 'vitest';
import { loadLibrary } from './hdf5-library.js';

const MIB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'hdf5-library-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('gives a file so much memory and no more, each time anew', async () => {
  await h5wasm.ready;
  const local = join(folder, 'file.h5');
  new h5wasm.File(local, 'w').close();

  for (let time = 0; time < 2; time++) {
    const library = await loadLibrary(local);
    const taken = (mebibytes: number) => library.at('/', (h5) => h5._malloc(mebibytes * MIB));
    expect(taken(100)).toBeGreaterThan(0);
    expect(taken(100)).toBe(0);
    library.close();
  }
});
