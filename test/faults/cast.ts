/** Who walks through the service, and what do they send? Hands for each role, and requests that say enough, or not. */
import type { Role, User } from '../../src/identity/user.js';
import { type Request, TOMBSTONE_REASONS } from '../../src/submissions/decision.js';
import type { EventName } from '../../src/submissions/events.js';
import type { State } from '../../src/submissions/lifecycle.js';
import type { Submission } from '../../src/submissions/submission.entity.js';
import type { Caller, World } from '../world.js';

export interface Somebody extends Caller {
  readonly user: User;
}
export type Cast = Readonly<Record<'owner' | 'curator' | 'other' | 'admin' | 'stranger', Somebody>>;

/** The owner is a curator too, and may have no hand in the review of their own. */
export async function castOf(world: World): Promise<Cast> {
  const somebody = async (name: string, ...roles: Role[]): Promise<Somebody> => {
    const caller = await world.person(roles[0] ?? 'submitter');
    await world.db.query('UPDATE person SET roles = $2 WHERE id = $1', [caller.id, roles]);
    return { ...caller, user: { id: caller.id, name, roles, scopes: null } };
  };
  return {
    owner: await somebody('the owner', 'submitter', 'curator'),
    curator: await somebody('a curator', 'curator'),
    other: await somebody('another curator', 'curator'),
    admin: await somebody('an admin', 'admin'),
    stranger: await somebody('a stranger', 'submitter'),
  };
}

/** Whose event it is; a curator's is that of the one who has claimed it. */
export function rightHand({ owner, curator, other, admin }: Cast, type: EventName, assignee: string | null): Somebody {
  if (type.startsWith('admin.')) return admin;
  if (type.startsWith('curator.')) return assignee === other.id ? other : curator;
  return owner;
}

/** Whoever only wanders never arrives: this is the next step of the story. */
export const ONWARD: Readonly<Record<State, EventName>> = {
  'draft.editing': 'submitter.submit',
  'draft.checks_failed': 'submitter.submit',
  'draft.changes_requested': 'submitter.submit',
  uploaded: 'submitter.submit',
  'validating.running': 'validator.pass',
  'validating.broken': 'admin.retry',
  'curator_review.unassigned': 'curator.claim',
  'curator_review.claimed': 'curator.approve',
  'curator_review.on_hold': 'curator.resume',
  'private.approved': 'admin.publish',
  'private.scheduled': 'admin.publish',
  'private.publishing': 'system.publish_done',
  'private.publish_failed': 'admin.retry',
  'published.current': 'submitter.revise',
  'published.superseded': 'admin.tombstone',
  withdrawn: 'admin.reopen',
  rejected: 'curator.reopen_review',
  tombstoned: 'admin.restore',
};

const HOUR = 3_600_000;
const NO_RUN = '00000000-0000-4000-8000-000000000000';

/** @param tells whether the sender says, each time anew, what the event may want to know */
export function requestOf(
  type: EventName,
  { runId }: Submission,
  { world, cast, oneOf, tells }: { world: World; cast: Cast; oneOf: <T>(of: readonly T[]) => T; tells: () => boolean },
): Request {
  const at = (hours: number) => world.clock.in(hours * HOUR);
  const isOfRun = type.startsWith('validator.') || type === 'clock.validation_timeout';
  const said: Partial<Request> = {
    ...(tells() && { reason: 'because' }),
    ...(/release|hold/.test(type) && { until: tells() ? at(1) : oneOf([at(-1), at(9_000 * 24)]) }),
    ...(type.endsWith('.assign') && tells() && { assignee: oneOf([cast.curator.id, cast.other.id, cast.owner.id]) }),
    ...(type === 'submitter.submit' && tells() && { policyAccepted: true }),
    ...(type === 'admin.tombstone' && tells() && { tombstone: oneOf(TOMBSTONE_REASONS) }),
    ...(type === 'system.publish_step_failed' && { triesLeft: oneOf([0, 1]) }),
    ...(isOfRun && { runId: (tells() && runId) || NO_RUN }),
  };
  return { type, ...said };
}

/** The request as people send it. */
export const bodyOf = ({ type: event, reason: comment, tombstone: reason, until, assignee, policyAccepted }: Request) =>
  JSON.parse(JSON.stringify({ event, comment, reason, until, assignee, policyAccepted }));

/** The same numbers from 0 to 1 for the same seed. */
export function randomsOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
