/** By which words could somebody be known? Names and their parts, addresses, identifiers, institutions, grants. */

/** Somebody who has to do with the record, and what they are called where their name is withheld. */
export interface Known {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly orcid: string | null;
  readonly as: 'Author' | 'Curator';
}

/** What is looked for: `exact` as it is, `phrases` with whatever parts their words, `names` as whole words. */
export interface IdentityWords {
  readonly exact: ReadonlySet<string>;
  readonly phrases: ReadonlyMap<string, string>;
  readonly names: ReadonlySet<string>;
}

export const WITHHELD = '[withheld]';

/** So many letters make a part of a name one to look for. */
const LEAST_LETTERS = 3;
/** Before the `@` of anybody's address. */
const ANYBODY = /^(?:data|info|contact|admin|office|mail|desk|support|lab|help|team)$/i;
const PUBLIC_MAIL = /^(?:gmail|googlemail|outlook|hotmail|yahoo|icloud|proton(?:mail)?|gmx|web)\./i;
const ORCID = /\d{4}-\d{4}-\d{4}-\d{3}[\dX]/gi;
const EMAIL = /[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/g;

export function wordsOf(
  people: readonly Known[],
  leaves: Iterable<{ readonly field: string; readonly text: string }>,
): IdentityWords {
  const exact = new Set<string>();
  const phrases = new Map<string, string>();
  const names = new Set<string>();
  const name = (text: string, instead: string) => {
    for (const form of formsOf(text)) {
      if ([...form].length > 1) phrases.set(form, instead);
      for (const part of form.split(/[^\p{L}\p{M}]+/u)) if ([...part].length >= LEAST_LETTERS) names.add(part);
    }
  };
  const identifiers = (text: string) => {
    for (const [orcid] of text.matchAll(ORCID)) exact.add(orcid).add(orcid.replaceAll('-', ''));
    for (const [email] of text.matchAll(EMAIL)) address(email, exact, phrases, names);
  };

  for (const person of people) {
    name(person.name, person.as);
    identifiers(`${person.email} ${person.orcid ?? ''}`);
  }
  for (const { field, text } of leaves) {
    const said = text.trim();
    identifiers(said);
    if (/name$/i.test(field) && !/agency|affiliation|institution|consort/i.test(field)) name(said, WITHHELD);
    else if (/^https?:\/\//i.test(said)) exact.add(said).add(said.replace(/^https?:\/\//i, '').replace(/\/+$/, ''));
    else if (/doi|cross_ref|value|empiar|ror|grant|award|number|record/i.test(field)) exact.add(said);
    else for (const form of formsOf(said)) for (const part of partsOf(form)) phrases.set(part, WITHHELD);
  }
  for (const word of exact) if (word.length < LEAST_LETTERS) exact.delete(word);
  return { exact, phrases, names };
}

/** An address is known by what stands before its `@`, and by the domain of an institution. */
function address(email: string, exact: Set<string>, phrases: Map<string, string>, names: Set<string>): void {
  exact.add(email);
  const [local = '', domain = ''] = email.split('@');
  if (!ANYBODY.test(local) && local.length >= LEAST_LETTERS && !/^\p{L}+$/u.test(local)) phrases.set(local, WITHHELD);
  if (!PUBLIC_MAIL.test(domain)) phrases.set(domain, WITHHELD);
  for (const part of local.split(/[^\p{L}]+/u))
    if (part.length >= LEAST_LETTERS && !ANYBODY.test(part)) names.add(part);
}

/** An institution with its department and town is known by each of them that is more than a short word. */
const partsOf = (text: string): string[] => [
  ...(text.length >= LEAST_LETTERS ? [text] : []),
  ...text.split(/[,;|]/).flatMap((part) => (part.trim().length > 5 && part.trim() !== text ? [part.trim()] : [])),
];

/** As it is, without accents, and as they are written where there are none. */
export function formsOf(text: string): ReadonlySet<string> {
  const whole = text.normalize('NFC').trim();
  const bare = whole.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ø', 'o').replaceAll('ß', 'ss');
  const spelt = whole.replace(/[äöüåøæœßÄÖÜÅØÆŒ]/g, (letter) => SPELT[letter.toLowerCase()] ?? letter);
  return new Set([whole, bare, spelt].filter(Boolean));
}

const SPELT: Readonly<Record<string, string>> = {
  ...{ ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe', æ: 'ae', œ: 'oe', ß: 'ss' },
};
