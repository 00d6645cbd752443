/** What would somebody do next with a submission? In each state the steps that lead on, and of them the first that is theirs. */

import type { User } from '../identity/user.js';
import { maySend } from '../permissions.js';
import { EVENTS, type PersonalEvent } from '../submissions/events.js';
import type { State } from '../submissions/lifecycle.js';

const NEXT: Readonly<Record<State, readonly PersonalEvent[]>> = {
  'draft.editing': ['submitter.submit'],
  'draft.checks_failed': ['submitter.submit'],
  'draft.changes_requested': ['submitter.submit'],
  uploaded: ['submitter.submit'],
  'validating.running': [],
  'validating.broken': ['curator.retry', 'admin.retry'],
  'curator_review.unassigned': ['curator.claim', 'admin.assign'],
  'curator_review.claimed': ['curator.approve', 'curator.assign', 'admin.assign'],
  'curator_review.on_hold': ['curator.resume', 'curator.assign', 'admin.assign'],
  'private.approved': ['admin.publish', 'submitter.set_release'],
  'private.scheduled': ['admin.publish', 'submitter.clear_release'],
  'private.publishing': [],
  'private.publish_failed': ['admin.retry'],
  'published.current': ['submitter.revise'],
  'published.superseded': [],
  withdrawn: ['curator.reopen_review', 'admin.reopen'],
  rejected: ['curator.reopen_review', 'admin.reopen'],
  tombstoned: ['admin.restore'],
};

/** Whether something stands in its way, only a look at the whole submission tells. */
export function nextAction(
  user: User,
  subject: Parameters<typeof maySend>[2],
): { event: PersonalEvent; label: string } | null {
  const event = NEXT[subject.state].find((each) => maySend(user, each, subject));
  return event ? { event, label: EVENTS[event] } : null;
}
