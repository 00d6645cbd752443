import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ALL, PROFILES, profileOf } from './index.js';
import { doiOf, faultsOf, formOf, tidied } from './profile.js';
import { singleCell } from './single-cell.profile.js';

const { metadata: SOUND } = singleCell.example;
const faults = (changed: object) => faultsOf(singleCell, { ...SOUND, ...changed });
const link = (uri: string, type = 'OTHER') => ({ links: [{ type, uri }] });

describe('the metadata of single-cell data sets', () => {
  it('are sound in the example', () => {
    expect(faultsOf(singleCell, SOUND)).toEqual([]);
  });

  it.each([
    ['10.1038/s41586-020-2649-2'],
    [' 10.1038/s41586-020-2649-2 '],
    ['doi:10.1038/s41586-020-2649-2'],
    ['DOI: 10.1038/s41586-020-2649-2'],
    ['https://doi.org/10.1038/s41586-020-2649-2'],
    ['http://dx.doi.org/10.1038/s41586-020-2649-2'],
    ['doi.org/10.1038/s41586-020-2649-2'],
    ['https://doi.org/10.1038%2Fs41586-020-2649-2'],
  ])('keep the DOI %j bare', (doi) => {
    expect(tidied(singleCell, { doi })).toEqual({ doi: '10.1038/s41586-020-2649-2' });
    expect(doiOf(singleCell, { doi })).toBe('10.1038/s41586-020-2649-2');
  });

  it.each([
    [{ doi: 'soon' }],
    [{ doi: '10.1038/a b' }],
    [{ doi: '10.1038/' }],
    [{ doi: '10.1038/a\u0001' }],
    [{ doi: 7 }],
  ])('take %j for no DOI', (changed) => {
    expect(faults(changed)).toMatchObject([{ pointer: '/doi' }]);
    expect(doiOf(singleCell, changed)).toBeNull();
  });

  it('keep what is not sound as it was sent, and what is without spaces around it', () => {
    const sent = { description: ' Cells. ', contact_email: ' who ', unheard_of: ' x ', constructor: ' y ' };

    expect(tidied(singleCell, sent)).toEqual({ ...sent, description: 'Cells.' });
  });

  it.each<[string, object, string]>([
    ['a description of spaces', { description: ' \n ' }, '/description'],
    ['a control character in the description', { description: 'a\u0007b' }, '/description'],
    ['a control character in the contact', { contact_name: 'A\nB' }, '/contact_name'],
    ['an e-mail address without a host', { contact_email: 'somebody' }, '/contact_email'],
    ['a consortium that is not on the list', { consortia: ['Consortium of One'] }, '/consortia/0'],
    ['a consortium twice', { consortia: ['HTAN', 'HTAN'] }, '/consortia'],
    ['a link without a scheme', link('example.org/page'), '/links/0/uri'],
    ['a link without a host', link('https:///page'), '/links/0/uri'],
    ['a link that is a script', link('javascript:alert(1)'), '/links/0/uri'],
    ['a DOI among the links', link('https://doi.org/10.1038/x', 'DOI'), '/links/0/type'],
    ['a link of no type', { links: [{ uri: 'https://example.org/' }] }, '/links/0/type'],
  ])('refuse %s', (_, changed, pointer) => {
    expect(faults(changed).map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it('are a form whose fields know what they are', () => {
    expect(formOf(singleCell)).toMatchObject({
      required: ['description', 'contact_name', 'contact_email'],
      properties: {
        contact_email: { type: 'string', format: 'email' },
        doi: { type: 'string' },
        links: { items: { required: ['type', 'uri'], properties: { uri: { type: 'string', format: 'uri' } } } },
      },
    });
  });

  it('forgive spaces around an address', () => {
    const links = [{ type: 'OTHER', uri: ' https://example.org/page ' }];

    expect(tidied(singleCell, { contact_email: ' who@example.org ', links })).toEqual({
      contact_email: 'who@example.org',
      links: [{ type: 'OTHER', uri: 'https://example.org/page' }],
    });
  });

  it('take a description of several lines', () => {
    expect(faults({ description: 'Cells of\r\n\tblood.\n\nAnd skin.' })).toEqual([]);
  });
});

describe('the versions of the profiles', () => {
  const printOf = ({ files, checklist, example, ...profile }: (typeof ALL)[number]) =>
    createHash('sha256')
      .update(JSON.stringify([formOf({ files, checklist, example, ...profile }), files, checklist, profile.schema]))
      .digest('hex')
      .slice(0, 16);

  it('begin new submissions with the newest', () => {
    expect(PROFILES.get('single-cell')?.version).toBe('1.1');
  });

  it('know the profile of a submission that began with an older one', () => {
    expect(profileOf({ profile: 'single-cell', profileVersion: '1.0' }).version).toBe('1.0');
  });

  /** What is released is not edited: a change is a new version, with a line of its own here. */
  it('are as they were released', () => {
    expect(Object.fromEntries(ALL.map((profile) => [`${profile.id} ${profile.version}`, printOf(profile)]))).toEqual(
      PRINTS,
    );
  });
});

const PRINTS = {
  'single-cell 1.0': '53257447d933c034',
  'single-cell 1.1': 'eb1fa99755bab873',
  'cryoet-dataset 1.0': 'cfbbe2d75796f075',
  'cryoet-dataset 2.0': '6d3ee82da1d53e8e',
  'cryoet-annotations 1.0': '4df45e94cf384aea',
  'cryoet-tomograms 1.0': 'e129ed4faa285110',
};
