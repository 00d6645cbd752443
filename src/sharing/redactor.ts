/**
 * How is an answer made such that nobody can tell whose data they are? In two layers: what is withheld by its place, and
 * after that every word by which somebody could be known, wherever it stands. It decides nothing and asks nobody.
 */
import { createHmac } from 'node:crypto';
import { ROUTES } from '../permissions.js';
import { open, seal } from '../platform/seal.js';
import type { Withholding } from '../platform/withholding.js';
import { type IdentityWords, type Known, WITHHELD } from './identity-words.js';
import { isWithheld } from './withheld-fields.js';

/** Identifiers of ours and instants hold no name, whatever letters they have. */
const OURS = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32,}\b|\b\d{4}-\d\d-\d\dT[\d:.]+Z?)/gi;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** One step of a path, or a word: no space, no bracket, no quote. */
const TOKEN = /[^\s"'“”‘’()[\]{}<>,;:/\\|=?&#@]+/gu;
const STAND_IN = /withheld-[0-9a-f]{10}/g;
/** Of a name in a file's name so many letters are enough, wherever they stand in it. */
const TELLING_LETTERS = 4;
/** What holds people's own keys and words, by whose schema nothing is known here. */
const FREE: ReadonlySet<string> = new Set([
  'metadata',
  'facts',
  'details',
  'from',
  'to',
  'before',
  'after',
  'value',
  'was',
  'anchor',
]);
/** Of what refers to a person there is nothing else. */
const OF_PEOPLE: ReadonlySet<string> = new Set([
  ...[
    'id',
    'name',
    'handle',
    'email',
    'orcid',
    'role',
    'roles',
    'kind',
    'type',
    'as',
    'linkId',
    'pseudonym',
    'isVisitor',
  ],
]);
/** Of an address that we have signed: it holds identifiers, and what looks like a name in it is chance. */
const SIGNED = /^[\w-]{40,}\.[\w-]{40,}$/;
/** The words of our addresses. */
const STEPS = new Set(Object.keys(ROUTES).flatMap((route) => route.split(/[ /]/)));

export interface Anonymous {
  readonly profile: string;
  readonly people: readonly Known[];
  readonly words: IdentityWords;
  /** Makes stand-ins that stay the same and that nobody can make who guesses a name. */
  readonly key: string;
  /** The names of the profile's own fields, which are nobody's. */
  readonly fields: ReadonlySet<string>;
}

export class Redactor implements Withholding {
  private readonly people: ReadonlyMap<string, Known>;
  private readonly pseudonyms = new Map<string, string>();
  private readonly exact: RegExp | null;
  private readonly phrases: RegExp | null;
  private readonly inName: RegExp | null;

  constructor(private readonly of: Anonymous) {
    const { exact, phrases, names } = of.words;
    this.people = new Map(of.people.map((person) => [person.id, person]));
    for (const [phrase, instead] of phrases) this.pseudonyms.set(plainOf(phrase), instead);
    this.exact = anyOf([...exact].map(escaped));
    this.phrases = anyOf([...[...phrases.keys()].map(loose), ...[...names].map(escaped)]);
    const short = [...names].filter((name) => !isLong(name)).map(escaped);
    const telling = [...names].filter(isLong).map(escaped);
    this.inName = anyOf(short, [...telling, ...[...exact, ...phrases.keys()].filter(isLong).map(loose)]);
  }

  shaped(value: unknown): unknown {
    return this.shape(value, false);
  }

  private shape(value: unknown, isFree: boolean): unknown {
    if (Array.isArray(value)) return value.map((item) => this.shape(item, isFree));
    if (!isPlain(value)) return value;
    const person = this.personIn(value);
    if (person) return person;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        if (isFree && isWithheld(this.of.profile, key)) return [];
        if (!isFree && key === 'doi') return [[key, null]];
        if (key === 'nextCursor' && typeof inner === 'string') return [[key, this.sealed(inner)]];
        if (key === 'etag' && typeof inner === 'string') return [[key, WITHHELD]];
        return [[key, this.shape(inner, isFree || FREE.has(key))]];
      }),
    );
  }

  /** A reference to a person: who is nobody of the record's people is of the staff. A visitor's own name is a pseudonym. */
  private personIn(value: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
    const { id, name } = value;
    const isOne = typeof name === 'string' && typeof id === 'string' && UUID.test(id);
    if (!isOne || !Object.keys(value).every((key) => OF_PEOPLE.has(key)) || /^Reviewer \d+$/.test(name)) return null;
    const shown: Record<string, unknown> = { ...value, id: this.idFor(id), name: this.people.get(id)?.as ?? 'Staff' };
    for (const field of ['handle', 'email', 'orcid']) if (field in value) shown[field] = null;
    return shown;
  }

  swept(value: unknown, vocabulary: ReadonlySet<string>): unknown {
    return this.sweep(value, vocabulary, false);
  }

  private sweep(value: unknown, vocabulary: ReadonlySet<string>, isFree: boolean): unknown {
    if (typeof value === 'string') return vocabulary.has(value) ? value : this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.sweep(item, vocabulary, isFree));
    if (!isPlain(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        isFree && !this.of.fields.has(key) ? this.key(key) : key,
        this.sweep(inner, vocabulary, isFree || FREE.has(key)),
      ]),
    );
  }

  /** A key that people chose stays one of its own. */
  private key(key: string): string {
    return this.text(key) === key ? key : this.standIn(key);
  }

  text(text: string): string {
    const said = text.normalize('NFC');
    if (said.startsWith('/api/v1/'))
      return said
        .split(/(?<=\/)|(?=[/?])/)
        .map((step) => this.step(step))
        .join('');
    const parts = said.split(OURS);
    return parts.map((part, i) => (i % 2 === 1 ? this.idFor(part) : this.words(part))).join('');
  }

  /** What of it is withheld, as it stands there. */
  found(text: string): string[] {
    const words = new Set<string>();
    const said = text.normalize('NFC').replaceAll(OURS, ' ');
    for (const pattern of [this.exact, this.phrases])
      if (pattern) for (const [word] of said.matchAll(pattern)) words.add(word);
    for (const [token] of said.matchAll(TOKEN))
      if (this.inName && this.namedThings(` ${token} `, this.inName) !== ` ${token} `) words.add(token);
    return [...words];
  }

  private step(step: string): string {
    return STEPS.has(step.replaceAll('/', '')) || UUID.test(step) || SIGNED.test(step)
      ? this.idFor(step)
      : this.words(step);
  }

  private words(text: string): string {
    const known = this.exact ? text.replace(this.exact, WITHHELD) : text;
    const named = this.inName ? this.namedThings(known, this.inName) : known;
    if (!this.phrases) return named;
    return named.replace(this.phrases, (found) => this.pseudonyms.get(plainOf(found)) ?? WITHHELD);
  }

  /** Names of files, of folders, and of what people call after them: each is replaced by one that is its own. */
  private namedThings(text: string, inName: RegExp): string {
    return text.replace(TOKEN, (token, at: number) => {
      const isStep = text[at - 1] === '/' || text[at + token.length] === '/';
      const [, bare = token, rest = ''] = /^(.*?)([.!?…]*)$/su.exec(token) ?? [];
      const isWord = /^[\p{L}\p{M}]+$/u.test(bare) && !/\p{Ll}\p{Lu}/u.test(bare);
      if ((isWord && !isStep) || !matches(inName, bare)) return token;
      return this.standIn(bare) + rest;
    });
  }

  /** With the ending by which a program knows what it is. */
  private standIn(name: string): string {
    const ending = /(?:\.[A-Za-z0-9]{1,8}){1,3}$/.exec(name)?.[0] ?? '';
    const isTelling = this.inName !== null && matches(this.inName, ending);
    return `withheld-${this.hash(name).slice(0, 10)}${isTelling ? '' : ending}`;
  }

  /** What a stand-in stands for, of these; a name that somebody only guesses finds nothing. */
  original(text: string, known: () => Iterable<string>): string {
    if (text.search(STAND_IN) < 0) return this.text(text);
    for (const each of known()) if (this.text(each) === text) return each;
    return text;
  }

  private idFor(id: string): string {
    if (!this.people.has(id.toLowerCase())) return id;
    const hex = this.hash(id.toLowerCase());
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  /** Where a page ends is the path of a file, more often than not. */
  private sealed(cursor: string): string {
    return Buffer.from(seal(cursor, this.of.key), 'base64').toString('base64url');
  }

  /** One that this service did not give is none: an order of names tells of names. */
  unsealed(cursor: string): string {
    try {
      return open(Buffer.from(cursor, 'base64url').toString('base64'), this.of.key);
    } catch {
      return 'none of ours';
    }
  }

  private hash(text: string): string {
    return createHmac('sha256', this.of.key).update(text).digest('hex');
  }
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const isLong = (text: string): boolean => [...text].length >= TELLING_LETTERS;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
/** Its words are parted by whatever parts words in the names of files, too. */
const loose = (phrase: string): string =>
  phrase
    .split(/[\s_.,-]+/)
    .filter(Boolean)
    .map(escaped)
    .join('[\\s_.,-]*');
/** Words are not parted in them. */
const UNPARTED = /^\\?[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * The longest first, and not within a longer word or number; `anywhere` also within. Null: there is nothing to find. What
 * bounds them is written once for all: a look around letters is large.
 */
function anyOf(bounded: readonly string[], anywhere: readonly string[] = []): RegExp | null {
  const apart = bounded.filter((pattern) => !UNPARTED.test(pattern));
  const groups = [
    either(
      apart.filter((pattern) => !/^\d/.test(pattern)),
      '\\p{L}',
    ),
    either(
      apart.filter((pattern) => /^\d/.test(pattern)),
      '[\\p{L}\\d]',
    ),
    either([...bounded.filter((pattern) => UNPARTED.test(pattern)), ...anywhere]),
  ].filter((group) => group !== null);
  return groups.length > 0 ? new RegExp(groups.join('|'), 'giu') : null;
}

function either(patterns: readonly string[], bound: string | null = null): string | null {
  const unique = [...new Set(patterns)].filter(Boolean).sort((a, b) => b.length - a.length);
  if (unique.length === 0) return null;
  const any = `(?:${unique.join('|')})`;
  return bound === null ? any : `(?<!${bound})${any}(?!${bound})`;
}

function matches(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

const plainOf = (text: string): string =>
  text
    .toLowerCase()
    .split(/[\s_.,-]+/)
    .filter(Boolean)
    .join(' ');
