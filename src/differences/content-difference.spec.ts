import { describe, expect, it } from 'vitest';
import { contentDifference, type KnownFacts } from './content-difference.js';

const cells = (facts: KnownFacts = {}): KnownFacts => ({
  cellCount: 48_120,
  featureCount: 20_000,
  organism: { id: 'NCBITaxon:9606', label: 'Homo sapiens' },
  cellType: [
    { id: 'CL:0000084', label: 'T cell', cells: 30_000 },
    { id: 'CL:0000236', label: 'B cell', cells: 18_120 },
  ],
  obsColumns: ['donor_id', 'disease'],
  ...facts,
});
const between = (before: KnownFacts | null, after: KnownFacts | null) => contentDifference({ before, after });

describe('the difference of contents', () => {
  it('is none of the same facts', () => {
    expect(between(cells(), cells())).toBeNull();
    expect(between(null, null)).toBeNull();
    expect(between({ unheard: 1 }, { unheard: 2 })).toBeNull();
  });

  it('counts the cells of each type', () => {
    const after = cells({
      cellCount: 47_002,
      cellType: [
        { id: 'CL:0000084', label: 'T cell', cells: 28_882 },
        { id: 'CL:0000236', label: 'B cell', cells: 18_120 },
        { id: 'CL:0000576', label: 'monocyte', cells: 40 },
      ],
    });

    expect(between(cells(), after)).toEqual({
      values: [{ fact: 'cellCount', label: 'Cells', unit: null, before: 48_120, after: 47_002, delta: -1_118 }],
      lists: [],
      counts: [
        {
          fact: 'cellType',
          label: 'Cell types',
          terms: [
            { id: 'CL:0000084', label: 'T cell', before: 30_000, after: 28_882, delta: -1_118 },
            { id: 'CL:0000576', label: 'monocyte', before: 0, after: 40, delta: 40 },
          ],
        },
      ],
    });
  });

  it('names the columns that came and went', () => {
    expect(between(cells(), cells({ obsColumns: ['donor_id', 'batch'] }))?.lists).toEqual([
      { fact: 'obsColumns', label: 'Columns of obs', added: ['batch'], removed: ['disease'] },
    ]);
  });

  it('adds up a tissue that is there once for each of its types', () => {
    const tissue = (...counts: number[]) =>
      cells({ tissue: counts.map((n) => ({ id: 'UBERON:1', label: null, cells: n })) });

    expect(between(tissue(10, 5), tissue(15))).toBeNull();
    expect(between(tissue(10, 5), tissue(16))?.counts[0]?.terms).toMatchObject([{ before: 15, after: 16 }]);
  });

  it('tells the sizes of volumes and of their voxels', () => {
    const volume = { format: 'mrc', dimensions: [720, 512, 250], dtype: 'float32', voxelSize: [10.8, 10.8, 10.8] };
    const after = { ...volume, dimensions: [360, 256, 125], voxelSize: [21.6, 21.6, 21.6] };

    expect(between(volume, after)?.values).toMatchObject([
      { fact: 'dimensions', before: [720, 512, 250], after: [360, 256, 125], delta: null, unit: 'voxels' },
      { fact: 'voxelSize', before: [10.8, 10.8, 10.8], after: [21.6, 21.6, 21.6], unit: 'Å' },
    ]);
  });

  it('counts sections, points and angles', () => {
    const points = (...counts: number[]) => ({ groups: counts.map((count) => ({ count })) });

    expect(between({ sections: 2 }, { sections: 3 })?.values).toMatchObject([{ fact: 'sections', delta: 1 }]);
    expect(between(points(3, 4), points(8))?.values).toMatchObject([{ fact: 'points', before: 7, after: 8 }]);
    expect(between({ angles: [1] }, { angles: [1, 2] })?.values).toMatchObject([{ fact: 'angles', delta: 1 }]);
  });

  it('tells a side alone, where nothing is known of the other', () => {
    expect(between(null, cells())).toMatchObject({
      values: expect.arrayContaining([expect.objectContaining({ fact: 'cellCount', before: null, after: 48_120 })]),
      lists: [{ added: ['donor_id', 'disease'], removed: [] }],
    });
    expect(between(cells(), { cellCount: 'many', cellType: 'all', obsColumns: [1] })).not.toBeNull();
  });
});
