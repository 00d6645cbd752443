/** How would a change of the trail be noticed? Each entry is hashed with the hash of the one before. */
import { createHash } from 'node:crypto';
import { canonical } from '../platform/canonical-json.js';

/** An entry as it is hashed, exported and verified. */
export interface Entry {
  readonly id: string;
  /** RFC 3339 in UTC, with microseconds. */
  readonly at: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly submissionId: string | null;
  readonly details: unknown;
}

/** Before the first. */
export const BEGINNING = '0'.repeat(64);

/** SHA-256 of the hash before, a line feed, and the entry as JSON without spaces, its members in order. */
export function linkTo(previous: string, entry: Entry): string {
  const { id, at, actorId, action, objectType, objectId, submissionId, details } = entry;
  const hashed = canonical({ id, at, actorId, action, objectType, objectId, submissionId, details });
  return createHash('sha256').update(`${previous}\n${hashed}`).digest('hex');
}

/** An entry in its place. */
export interface Link extends Entry {
  readonly position: number;
  readonly hash: string;
}

export interface Break {
  readonly position: number;
  readonly why: 'missing' | 'changed';
}

/** The first place where the links do not follow `before`; null: they do. */
export function breakIn(
  links: readonly Link[],
  before: { readonly position: number; readonly hash: string },
): Break | null {
  let { position, hash } = before;
  for (const link of links) {
    position++;
    if (link.position !== position) return { position, why: 'missing' };
    if (linkTo(hash, link) !== link.hash) return { position, why: 'changed' };
    hash = link.hash;
  }
  return null;
}
