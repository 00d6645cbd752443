/**
 * Who ends these mails, without signing in? Whoever has the link that was in one. Its token names a person and what
 * they would hear no more of, signed with a key of that person's: it opens nothing else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { CATEGORIES, type CategoryId } from './categories.js';

/** `all`: every mail that may be ended. */
export type Ending = CategoryId | 'all';

interface Ends {
  readonly personId: string;
  readonly ending: Ending;
}

const isEnding = (word: string): word is Ending => word === 'all' || Object.hasOwn(CATEGORIES, word);
const UUID = 16;

const signatureOf = ({ personId, ending }: Ends, key: string): Buffer =>
  createHmac('sha256', key).update(`unsubscribe ${personId} ${ending}`).digest();

export function unsubscribeToken(ends: Ends, key: string): string {
  const person = Buffer.from(ends.personId.replaceAll('-', ''), 'hex').toString('base64url');
  return `${person}.${ends.ending}.${signatureOf(ends, key).toString('base64url')}`;
}

/** What the token says, before it is known whether that is true; null: it is none. */
export function readUnsubscribeToken(token: string): Ends | null {
  const [person = '', ending = '', signature, more] = token.split('.');
  const bytes = Buffer.from(person, 'base64url');
  if (bytes.length !== UUID || !isEnding(ending) || signature === undefined || more !== undefined) return null;
  const personId = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { personId, ending };
}

/** Whether it was signed with this key, the whole of it. */
export function isSigned(token: string, ends: Ends, key: string): boolean {
  const [given, expected] = [token, unsubscribeToken(ends, key)].map((text) => Buffer.from(text));
  return given !== undefined && expected?.length === given.length && timingSafeEqual(given, expected);
}
