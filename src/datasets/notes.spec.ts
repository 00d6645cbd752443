import { describe, expect, it } from 'vitest';
import { type Compared, notesOf } from './notes.js';

const DOI = '10.5555/article';
const dataset = (changed: Partial<Compared> = {}): Compared => ({
  ...{ title: 'Blood', titleFrom: 'file', namesakes: 1, twins: 1 },
  facts: {
    title: 'Blood',
    citation: `Publication: https://doi.org/${DOI} Dataset Version: https://example.org/a.h5ad`,
  },
  ...changed,
});
const codes = (changed: Partial<Compared>, doi: string | null = DOI) =>
  notesOf(dataset(changed), doi).map(({ code }) => code);

describe('the notes on a data set', () => {
  it('are none where file and metadata agree, or say nothing', () => {
    expect(codes({})).toEqual([]);
    expect(codes({}, DOI.toUpperCase())).toEqual([]);
    expect(codes({ facts: null })).toEqual([]);
    expect(codes({ facts: { title: null, citation: ' ' } }, null)).toEqual([]);
    expect(codes({ facts: { citation: 'Dataset Version: https://example.org/a.h5ad' } })).toEqual([]);
  });

  it.each<[string, Partial<Compared>, string | null]>([
    ['title-differs', { title: 'Blood of adults', titleFrom: 'person' }, DOI],
    ['title-repeated', { namesakes: 2 }, DOI],
    ['bytes-repeated', { twins: 2 }, DOI],
    ['doi-missing', {}, null],
    ['doi-differs', {}, '10.5555/other'],
  ])('say %s', (code, changed, doi) => {
    expect(codes(changed, doi)).toEqual([code]);
  });

  it('say what the file says', () => {
    const [note] = notesOf(dataset(), '10.5555/other');

    expect(note?.message).toBe(
      'The file cites https://doi.org/10.5555/article, and the metadata name https://doi.org/10.5555/other.',
    );
  });
});
