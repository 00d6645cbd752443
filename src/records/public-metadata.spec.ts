import { describe, expect, it } from 'vitest';
import { cryoetDataset } from '../../checks/profiles/cryoet-dataset.profile.js';
import { singleCell } from '../../checks/profiles/single-cell.profile.js';
import { publicMetadata } from './public-metadata.js';

const author = { name: 'A', email: 'a@example.org', is_primary: true, is_corresponding: false };
const corresponding = { name: 'B', email: 'b@example.org', is_primary: false, is_corresponding: true };

describe('public metadata', () => {
  it('have the addresses of corresponding authors alone, wherever authors stand', () => {
    const authors = [author, corresponding];
    const { email: _, ...hidden } = author;

    expect(publicMetadata({ authors, datasets: { a: { authors, annotations: { b: { authors } } } } })).toEqual({
      authors: [hidden, corresponding],
      datasets: { a: { authors: [hidden, corresponding], annotations: { b: { authors: [hidden, corresponding] } } } },
    });
  });

  it('hide an address of which nobody said that it is for correspondence', () => {
    expect(publicMetadata([{ name: 'A', email: 'a@example.org', is_primary: true }])).toEqual([
      { name: 'A', is_primary: true },
    ]);
  });

  it('are otherwise as they are', () => {
    expect(publicMetadata(singleCell.example.metadata)).toEqual(singleCell.example.metadata);
    expect(JSON.stringify(publicMetadata(cryoetDataset.example.metadata))).toContain('"datasets"');
  });
});
