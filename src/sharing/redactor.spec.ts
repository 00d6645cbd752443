import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../checks/profiles/index.js';
import { formOf } from '../../checks/profiles/profile.js';
import { type Known, wordsOf } from './identity-words.js';
import { Redactor } from './redactor.js';
import { heldIn, WITHHELD_FIELDS } from './withheld-fields.js';

const OWNER: Known = {
  id: '7d2f1f0a-5b1c-4f8e-9a51-0d5d2b1c9e11',
  name: 'Zoë Quartzfield',
  email: 'zquartz@nebula-institute.org',
  orcid: '0000-0002-1825-0097',
  as: 'Author',
};
const CURATOR: Known = {
  ...OWNER,
  id: '9b0e7c1d-0000-4000-8000-5f6a7b8c9d0e',
  name: 'Ada Vex',
  email: 'ada@x.org',
  as: 'Curator',
};
const METADATA = {
  description: 'Frozen at the Nebula Institute by Quartzfield.',
  authors: [
    {
      name: 'Jürgen van Trask',
      orcid: '0000-0001-5109-3700',
      email: 'trask@nebula-institute.org',
      affiliation_name: 'Nebula Institute, Department of Ice',
    },
  ],
  funding: [{ agency_name: 'Northern Light Fund', grant_id: 'NLF-99871' }],
  cross_references: [{ kind: 'DOI', value: '10.1234/nebula.55' }],
};

const redactorOf = (people: readonly Known[] = [OWNER, CURATOR], metadata: object = METADATA) =>
  new Redactor({
    profile: 'cryoet-dataset',
    people,
    words: wordsOf(people, heldIn('cryoet-dataset', metadata)),
    key: 'a key',
    fields: new Set(['description', 'title']),
  });

describe('the fields that are withheld', () => {
  it.each([...PROFILES.values()])('of $id are its own, and are known', (profile) => {
    const fields = WITHHELD_FIELDS[profile.id] ?? [];
    const text = JSON.stringify(formOf(profile));

    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !text.includes(`"${field}"`))).toEqual([]);
  });
});

describe('an answer to whoever must not know whose it is', () => {
  const redactor = redactorOf();
  const shown = (value: unknown) => redactor.swept(redactor.shaped(value), new Set(['submitter']));

  it.each([
    ['a name', 'by Zoë Quartzfield herself', 'by Author herself'],
    ['a part of a name', 'as quartzfield says', 'as [withheld] says'],
    ['a name without its accents', 'Zoe Quartzfield', 'Author'],
    ['a name as it is spelt elsewhere', 'Juergen has it', '[withheld] has it'],
    ['a mention', 'Thanks @Ada Vex!', 'Thanks @Curator!'],
    ['an address', 'write to zquartz@nebula-institute.org.', 'write to [withheld].'],
    ['an ORCID iD', 'https://orcid.org/0000-0001-5109-3700', 'https://orcid.org/[withheld]'],
    ['an institution', 'the Nebula Institute', 'the [withheld]'],
    ['a grant', 'NLF-99871', '[withheld]'],
    ['a DOI', 'doi:10.1234/nebula.55', 'doi:[withheld]'],
    ['a fund', 'the Northern Light Fund', 'the [withheld]'],
  ])('has no %s', (_, text, instead) => {
    expect(shown(text)).toBe(instead);
  });

  it.each([
    'A word that holds a name is whole: invex, adamant.',
    '7d2f1f0a-5b1c-4f8e-9a51-0d5d2b1c9e12',
    '2026-11-21T20:00:00.000Z',
    '/api/v1/submissions/7d2f1f0a-5b1c-4f8e-9a51-0d5d2b1c9e12/files',
    'submitter',
  ])('keeps %s', (text) => {
    expect(shown(text)).toBe(text);
  });

  it('calls people by what they are', () => {
    const { id, name } = OWNER;

    expect(shown({ owner: { id, name }, by: { id: CURATOR.id, name: 'Ada Vex' } })).toEqual({
      owner: { id: expect.not.stringContaining(id), name: 'Author' },
      by: { id: expect.any(String), name: 'Curator' },
    });
    expect(shown({ id: '00000000-0000-4000-8000-000000000001', name: 'Who Ever' })).toMatchObject({ name: 'Staff' });
    expect(shown({ id: '00000000-0000-4000-8000-000000000001', name: 'Reviewer 2' })).toMatchObject({
      name: 'Reviewer 2',
    });
  });

  it('lacks what a profile withholds, at whatever depth', () => {
    const metadata = { title: 'Ice', datasets: { a: { authors: [{ name: 'x' }], funding: [], note: 'y' } } };

    expect(shown({ metadata, doi: { value: '10.1/2' } })).toEqual({
      metadata: { title: 'Ice', datasets: { a: { note: 'y' } } },
      doi: null,
    });
  });

  it('gives a file whose path holds a name another, always the same, and no two the same', () => {
    const paths = ['trask_lab/tomo_01.mrc', 'trask_lab/tomo_02.mrc', 'a/TraskTomo.mrc', 'quartzfield.zarr/.zattrs'];
    const again = paths.map((path) => shown(path));

    expect(again).toEqual(paths.map((path) => shown(path)));
    expect(again[0]).toMatch(/^withheld-[0-9a-f]{10}\/tomo_01\.mrc$/);
    expect(again[2]).toMatch(/^a\/withheld-[0-9a-f]{10}\.mrc$/);
    expect(again[3]).toMatch(/^withheld-[0-9a-f]{10}\.zarr\/\.zattrs$/);
    expect(new Set(again).size).toBe(paths.length);
    expect(paths.map((path, i) => redactor.original(String(again[i]), () => paths) === path)).toEqual(
      paths.map(() => true),
    );
  });

  it('is asked for nothing by a name that somebody guesses', () => {
    expect(redactor.original('trask_lab/tomo_01.mrc', () => ['trask_lab/tomo_01.mrc'])).not.toContain('trask');
  });

  it('seals where a page ends, and takes no end that it has not given', () => {
    const { nextCursor } = shown({ items: [], nextCursor: 'trask' }) as { nextCursor: string };

    expect(Buffer.from(nextCursor, 'base64url').toString('latin1')).not.toContain('trask');
    expect(redactor.unsealed(nextCursor)).toBe('trask');
    expect(redactor.unsealed('trask')).not.toBe('trask');
  });

  it('holds none of the names, whatever they are and wherever they stand', () => {
    const letters = 'bcdfghjklmnpqrstvwxzäéłø'.split('');
    const surname = fc.array(fc.constantFrom(...letters), { minLength: 4, maxLength: 12 }).map((all) => all.join(''));
    const person = fc.record({ given: surname, family: surname, award: fc.stringMatching(/^[A-Z]{2}\d{5,8}$/) });
    const between = fc.constantFrom(' ', '_', '-', '.', '/', ', ', '7', "'s ", '"', '\n', '(', '=', '@');
    const cased = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase(),
      (text: string) => text.charAt(0).toUpperCase() + text.slice(1),
    );

    fc.assert(
      fc.property(person, between, between, cased, fc.jsonValue({ maxDepth: 3 }), (named, before, after, as, rest) => {
        const { given, family, award } = named;
        const author = {
          name: `${given} ${family}`,
          email: `${family}@uni.example`,
          affiliation_name: `${given} Hall`,
        };
        const hidden = redactorOf([OWNER], { authors: [author], funding: [{ grant_id: award }] });
        const planted = [given, family, `${given}${after}${family}`, author.email, award].map(
          (word) => `x${before}${as(word)}${after}y`,
        );
        const answer = {
          rest,
          owner: { id: OWNER.id, name: OWNER.name },
          message: planted.join(before),
          metadata: { authors: [author], [planted[1] ?? '']: planted, deep: [{ deeper: planted }] },
          items: planted.map((path) => ({ path, nested: [path] })),
        };

        const text = JSON.stringify(hidden.swept(hidden.shaped(answer), new Set())).toLowerCase();

        for (const word of [given, family, award, OWNER.name, OWNER.id]) expect(text).not.toContain(word.toLowerCase());
      }),
      { numRuns: 100 },
    );
  });
});
