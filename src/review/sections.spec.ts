import { describe, expect, it } from 'vitest';
import { ALL } from '../../checks/profiles/index.js';
import { type Content, sectionsOf } from './sections.js';

const CELLS = ALL.find(({ id, version }) => id === 'single-cell' && version === '1.1') as (typeof ALL)[number];
const RUNS = ALL.find(({ id, version }) => id === 'cryoet-dataset' && version === '2.0') as (typeof ALL)[number];

const cells = (content: Partial<Content> = {}): Content => ({
  title: 'Blood',
  metadata: { description: 'Cells.', doi: '10.5555/a' },
  files: 'f1',
  datasets: [{ id: '11111111-1111-4111-8111-111111111111', path: 'a/blood.h5ad', title: null, sha256: 'x' }],
  checks: { outcome: 'passed', open: [], waived: [] },
  ...content,
});
const runs = (datasets: unknown): Content => cells({ metadata: { datasets }, datasets: [] });
/** Those whose hash is not the same in both. */
const changed = (before: Content, after: Content, profile = CELLS) => {
  const was = new Map(sectionsOf(profile, before).map(({ id, hash }) => [id, hash]));
  return sectionsOf(profile, after).flatMap(({ id, hash }) => (was.get(id) === hash ? [] : [id]));
};

describe('the sections of a submission', () => {
  it('are the fields of its profile, its files, its data sets and its checks', () => {
    expect(sectionsOf(CELLS, cells()).map(({ id, title }) => `${id}: ${title}`)).toEqual([
      'title: Title',
      'metadata.description: Description',
      'metadata.contact_name: Contact name',
      'metadata.contact_email: Contact e-mail',
      'metadata.doi: DOI',
      'metadata.consortia: Consortia',
      'metadata.links: Links',
      'files: Files',
      'dataset.11111111-1111-4111-8111-111111111111: blood.h5ad',
      'checks: Checks',
    ]);
  });

  it('are the data sets of a deposition, and the runs of each', () => {
    const ids = sectionsOf(RUNS, runs({ main: { title: 'Ribosomes', runs: { TS_1: {} } } }));

    expect(ids.filter(({ kind }) => kind === 'dataset' || kind === 'runs')).toMatchObject([
      { id: 'dataset.main', title: 'Ribosomes' },
      { id: 'runs.main', title: 'Runs of Ribosomes' },
    ]);
    expect(sectionsOf(RUNS, runs('rubbish')).map(({ id }) => id)).not.toContain('dataset.0');
  });

  it.each<[what: string, after: Partial<Content>, sections: string[]]>([
    ['nothing', {}, []],
    ['the order of members', { metadata: { doi: '10.5555/a', description: 'Cells.' } }, []],
    ['a field', { metadata: { description: 'Other cells.', doi: '10.5555/a' } }, ['metadata.description']],
    ['a field that goes', { metadata: { description: 'Cells.' } }, ['metadata.doi']],
    ['the title', { title: 'Marrow' }, ['title']],
    ['the files', { files: 'f2' }, ['files']],
    ['a verdict', { checks: { outcome: 'failed', open: ['x'], waived: [] } }, ['checks']],
  ])('change with %s', (_, after, sections) => {
    expect(changed(cells(), cells(after))).toEqual(sections);
  });

  it('change with the runs of a data set, and not the data set', () => {
    const before = runs({ main: { title: 'A', runs: { TS_1: {} } } });

    expect(changed(before, runs({ main: { title: 'A', runs: { TS_1: {}, TS_2: {} } } }), RUNS)).toEqual(['runs.main']);
    expect(changed(before, runs({ main: { title: 'B', runs: { TS_1: {} } } }), RUNS)).toEqual(['dataset.main']);
  });
});
