import { describe, expect, it } from 'vitest';
import { citationOf, datasetCitation } from './citation.js';

const cited = {
  accession: 'ACC-000007',
  version: 2,
  title: 'Ribosomes in situ',
  metadata: {},
  publishedAt: '2026-12-31T23:59:59.000Z',
};

describe('a citation', () => {
  it('leads to the version that was used', () => {
    expect(citationOf(cited, 'https://accession.example.org')).toBe(
      'Ribosomes in situ. Version 2, 2026. ACC-000007. https://accession.example.org/api/v1/records/ACC-000007/versions/2',
    );
  });

  it('names the publication of the cross references', () => {
    const metadata = {
      cross_references: [
        { kind: 'EMPIAR', value: 'EMPIAR-10001' },
        { kind: 'DOI', value: '10.1/x' },
      ],
    };

    expect(citationOf({ ...cited, metadata }, '')).toMatch(/Publication: https:\/\/doi\.org\/10\.1\/x$/);
  });

  it('names the publication where the metadata do', () => {
    const metadata = { doi: '10.1038/s41586-020-2649-2' };

    expect(citationOf({ ...cited, metadata }, '')).toMatch(
      / Publication: https:\/\/doi\.org\/10\.1038\/s41586-020-2649-2$/,
    );
  });

  it('has one full stop after a title that ends with one', () => {
    expect(citationOf({ ...cited, title: 'Ribosomes in situ. ' }, '')).toMatch(/^Ribosomes in situ\. Version 2/);
  });
});

describe('the citation of a data set', () => {
  const file = 'https://a.example.org/x.h5ad';

  it('names the publication, the bytes and the collection', () => {
    const metadata = { doi: '10.1038/s41586-020-2649-2' };

    expect(datasetCitation({ ...cited, metadata }, file, 'https://a.example.org')).toBe(
      'Publication: https://doi.org/10.1038/s41586-020-2649-2 Dataset Version: https://a.example.org/x.h5ad ' +
        'curated and distributed by Accession in Collection: https://a.example.org/api/v1/records/ACC-000007',
    );
  });

  it('leaves the publication out where there is none', () => {
    expect(datasetCitation(cited, file, '')).toMatch(/^Dataset Version: /);
  });
});
