/** Who speaks? Whoever has a hand in the submission, or a visitor whose link lets them; and what they are called there. */
import { ScopeNeeded } from '../identity/identity.errors.js';
import type { Scope, User } from '../identity/user.js';
import { type Relation, relationTo, serves } from '../permissions.js';
import type { Submission } from '../submissions/submission.entity.js';
import { NotYours } from '../submissions/submission.errors.js';
import type { Author } from './threads.schema.js';

/** As a comment keeps its author. */
export interface Speaker {
  readonly personId: string | null;
  readonly linkId: string | null;
  readonly pseudonym: string | null;
  readonly role: Author['role'];
}

/** What a token must be good for, by what its holder is. */
const SCOPE: Readonly<Record<'reviewer' | 'submitter', Scope>> = { reviewer: 'review', submitter: 'submission:write' };

/** @throws NotYours, ScopeNeeded */
export function speakerOf(user: User, submission: Submission): Speaker {
  const relation = relationTo(user, submission);
  if (relation === null || !maySpeak(user, relation)) throw new NotYours('comment', relation ?? 'viewer');
  if (user.visit) {
    const { linkId, pseudonym } = user.visit;
    return { personId: null, linkId, pseudonym, role: 'visitor' };
  }
  const isReviewer = relation === 'reviewer';
  const scope = SCOPE[isReviewer ? 'reviewer' : 'submitter'];
  if (user.scopes && !user.scopes.includes(scope)) throw new ScopeNeeded([scope], user.scopes);
  return { personId: user.id, linkId: null, pseudonym: null, role: isReviewer ? 'curator' : 'submitter' };
}

const maySpeak = (user: User, relation: Relation): boolean =>
  user.visit ? user.visit.may.includes('comment') : serves('participant', relation);

export const isBy = (user: User, { personId, linkId }: Pick<Speaker, 'personId' | 'linkId'>): boolean =>
  user.visit ? linkId === user.visit.linkId : personId === user.id;
