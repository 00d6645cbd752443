import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { checksFor, runCheck } from '../run-checks.js';
import { CHECKS } from './index.js';
import { unsupportedCheck } from './unsupported.check.js';

describe('unsupported check', () => {
  it.each([
    ['points.mod', 'imod_model'],
    ['segmentation.hff', 'hdf5'],
    ['volume.hdf', 'hdf5'],
    ['volume.HDF5', 'hdf5'],
    ['a/b.c/volume.h5', 'hdf5'],
    ['mesh.gltf', 'gltf'],
    ['mesh.ply', 'ply'],
  ])('refuses %s, and says what to do', async (path, rule) => {
    const { outcome, findings } = await runCheck(unsupportedCheck, fileOf(path, new Uint8Array()), {
      schema: null,
      full: false,
    });

    expect(outcome).toBe('failed');
    expect(findings).toMatchObject([{ rule, severity: 'error' }]);
    expect(findings[0]?.fix).toMatch(/CSV|MRC|GLB/);
  });

  it.each(['cells.h5ad', 'mesh.glb', 'tomogram.mrc', 'README.md'])('leaves %s alone', (path) => {
    expect(checksFor(path, [unsupportedCheck])).toEqual([]);
  });

  it('refuses nothing that another check knows', () => {
    const known = CHECKS.filter(({ id }) => id !== 'unsupported');

    for (const extension of unsupportedCheck.extensions) expect(checksFor(`a${extension}`, known)).toEqual([]);
  });
});
