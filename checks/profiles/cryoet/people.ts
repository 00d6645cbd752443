/** Who has made it? Authors with what tells them from others of their name. */
import { z } from 'zod';
import { Email, Text } from '../terms.js';
import { between, type Draft, draftOf, type Fault, isFilled, listOf } from './drafts.js';
import { count, flag, parts, words } from './fields.js';

const PATTERN = /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/;

/** ISO 7064, MOD 11-2: the last character follows from the fifteen digits before it. */
export function hasCheckDigit(orcid: string): boolean {
  const characters = orcid.replaceAll('-', '');
  let total = 0;
  for (const digit of characters.slice(0, 15)) total = (total + Number(digit)) * 2;
  const check = (12 - (total % 11)) % 11;
  return characters.at(15) === (check === 10 ? 'X' : String(check));
}

/** With or without the address before it. */
export const Orcid = z
  .string('expected an ORCID iD, as in 0000-0002-1825-0097')
  .trim()
  .overwrite((text) => text.replace(/^(https?:\/\/)?(www\.)?orcid\.org\//i, '').toUpperCase())
  .regex(PATTERN, { error: 'expected an ORCID iD, as in 0000-0002-1825-0097', abort: true })
  .refine(hasCheckDigit, 'no ORCID iD ends like this: the last character does not follow from the others');

export const isRor = (id: string): boolean => /^0[a-hj-km-np-tv-z0-9]{6}\d{2}$/.test(id);

const Author = parts(
  {
    name: Text(200)
      .min(2, 'expected a name of at least two letters')
      .regex(/^[^@]*$/, 'expected a name, not an e-mail address')
      .meta({ title: 'Name', description: 'As it is to be cited.' }),
    orcid: Orcid.optional().meta({
      title: 'ORCID iD',
      description: 'Asked for, unless a reason is given why there is none.',
    }),
    no_orcid_reason: words(500, {
      title: 'Why there is no ORCID iD',
      description: 'A curator must accept it.',
    }).optional(),
    email: Email.meta({
      title: 'E-mail address',
      description: 'Shown to the public only of corresponding authors.',
    }),
    is_primary: flag({ title: 'Primary author', description: 'At least one author is.' }),
    is_corresponding: flag({
      title: 'Corresponding author',
      description: 'Answers questions about the data; at least one author does.',
    }),
    order: count(1, 1000, {
      title: 'Place in the list',
      description: 'From 1; the order of the list where no author has one.',
    }).optional(),
    affiliation_name: words(300, { title: 'Affiliation', description: 'Name of the institution.' }).optional(),
    affiliation_ror: Text(100)
      .overwrite((text) => text.replace(/^(https?:\/\/)?(www\.)?ror\.org\//i, ''))
      .optional()
      .meta({ title: 'ROR of the affiliation', description: 'As in 01an7q238.' }),
    affiliation_address: words(500, { title: 'Address', description: 'Of the institution.' }).optional(),
    kaggle_id: words(100, { title: 'Kaggle name', description: 'Where the author has one.' }).optional(),
  },
  { title: 'Author', description: 'One person.' },
);

export const Authors = z
  .array(Author, 'expected a list of authors')
  .min(1, 'expected at least one author')
  .max(1000, 'expected at most 1000 authors')
  .superRefine(...between<z.infer<typeof Author>[]>(faultsBetween))
  .overwrite((authors) =>
    authors.some(({ order }) => order !== undefined)
      ? authors
      : authors.map((author, i) => ({ ...author, order: i + 1 })),
  )
  .meta({ title: 'Authors', description: 'In their order, with at least one primary and one corresponding author.' });

function* faultsBetween(value: unknown): Iterable<Fault> {
  const authors = listOf(value).map(draftOf);
  if (authors.length === 0) return;
  if (!authors.some(({ is_primary }) => is_primary === true)) yield [[], 'expected at least one primary author'];
  if (!authors.some(({ is_corresponding }) => is_corresponding === true))
    yield [[], 'expected at least one corresponding author'];

  const before = new Set<unknown>();
  for (const [i, { orcid, no_orcid_reason }] of authors.entries()) {
    if (!isFilled(orcid) && !isFilled(no_orcid_reason))
      yield [[i, 'orcid'], 'expected an ORCID iD, or in no_orcid_reason why there is none'];
    if (isFilled(orcid) && before.has(orcid)) yield [[i, 'orcid'], 'another author has this ORCID iD'];
    before.add(orcid);
  }
  yield* faultsOfOrder(authors);
}

function* faultsOfOrder(authors: readonly Draft[]): Iterable<Fault> {
  if (authors.every(({ order }) => !isFilled(order))) return;
  const places = new Set<unknown>();
  for (const [i, { order }] of authors.entries()) {
    if (!isFilled(order)) yield [[i, 'order'], 'expected a place, since other authors have one'];
    else if (places.has(order)) yield [[i, 'order'], 'another author has this place'];
    else if (typeof order === 'number' && order > authors.length)
      yield [[i, 'order'], `expected the places from 1 to ${authors.length}, without a gap`];
    places.add(order);
  }
}
