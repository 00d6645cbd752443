/** May an endpoint's person hear of an event? Asked when it is about to be sent, of what is so by then. */
import { isStaff, type User } from '../identity/user.js';
import type { Audience } from '../live/announce.js';
import { relationTo } from '../permissions.js';

/** An event for one person (`audience`) is written down for nobody else's endpoints. */
export interface Told {
  readonly topic: string;
  readonly audience: Audience;
  readonly submissionId: string | null;
}

/** @param submission what the event is about; null: nothing, or it is no more: those whose it was are told that, and no more */
export function mayHear(user: User, told: Told, submission: Parameters<typeof relationTo>[1] | null): boolean {
  if (told.audience === 'person') return true;
  if (submission === null && told.topic === 'submission.deleted') return true;
  if (submission === null) return told.audience === 'staff' && told.submissionId === null && isStaff(user);
  const relation = relationTo(user, submission);
  return told.audience === 'staff' ? relation === 'reviewer' : relation !== null;
}
