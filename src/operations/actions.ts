/** What is done to each submission of an operation, and how is it undone? A row for each action; each throws what it is refused for. */
import type { EntityManager } from 'typeorm';
import { rolesFor, type User } from '../identity/user.js';
import type { TriageView } from '../queue/triage.schema.js';
import { changeTriage } from '../queue/triage.service.js';
import type { PersonalEvent } from '../submissions/events.js';
import type { Submission } from '../submissions/submission.entity.js';
import type { SubmissionsService } from '../submissions/submissions.service.js';
import { AlreadyClaimed, AlreadyTheirs, NotUndoable } from './operations.errors.js';
import type { Action, Params } from './operations.schema.js';

/** What an action needs, in the transaction of its item. */
export interface Hands {
  readonly tx: EntityManager;
  readonly submissions: SubmissionsService;
  readonly user: User;
}

/** What it was, and the step that changed it. */
export interface Before {
  readonly state?: string;
  readonly assignee?: string | null;
  readonly triage?: TriageView;
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}
export interface Done {
  readonly before: Before;
  readonly seq: number | null;
}

interface Deed {
  readonly perform: (hands: Hands, id: string, params: Params) => Promise<Done>;
  /** `done` is what became of the item. */
  readonly undo?: (hands: Hands, id: string, done: Done, params: Params) => Promise<Done>;
}

const IN_HAND = new Set(['curator_review.claimed', 'curator_review.on_hold']);

export const DEEDS: Readonly<Record<Action, Deed>> = {
  assign: {
    perform: (hands, id, { assignee, reassign, comment }) =>
      assign(hands, id, { to: assignee === 'me' ? hands.user.id : (assignee ?? ''), reassign, reason: comment }),
    undo: async (hands, id, done) => {
      await mustBeAsLeft(hands, id, done);
      if (done.before.state === 'curator_review.on_hold')
        throw new NotUndoable('it was on hold, until a date that is gone');
      const to = done.before.state === 'curator_review.unassigned' ? null : done.before.assignee;
      return to ? assign(hands, id, { to, reassign: true }) : move(hands, id, ['curator.release']);
    },
  },
  release: {
    perform: (hands, id, { comment }) => move(hands, id, ['curator.release'], comment),
    undo: async (hands, id, done) => {
      await mustBeAsLeft(hands, id, done);
      if (done.before.state === 'curator_review.on_hold')
        throw new NotUndoable('it was on hold, until a date that is gone');
      return assign(hands, id, { to: done.before.assignee ?? '' });
    },
  },
  recheck: { perform: (hands, id, { comment }) => move(hands, id, ['curator.recheck', 'admin.recheck'], comment) },
  request_changes: { perform: (hands, id, { text }) => move(hands, id, ['curator.request_changes'], text) },
  approve: { perform: (hands, id, { comment }) => move(hands, id, ['curator.approve'], comment) },
  label: {
    perform: (hands, id, { labels }) => triage(hands, id, { add: labels ?? [] }),
    undo: (hands, id, { before }) => triage(hands, id, { remove: before.added ?? [] }),
  },
  unlabel: {
    perform: (hands, id, { labels }) => triage(hands, id, { remove: labels ?? [] }),
    undo: (hands, id, { before }) => triage(hands, id, { add: before.removed ?? [] }),
  },
  priority: {
    perform: (hands, id, { priority, dueAt }) => triage(hands, id, { priority, dueAt }),
    undo: (hands, id, { before: { triage: was } }) =>
      triage(hands, id, was ? { priority: was.priority, dueAt: was.dueAt } : {}),
  },
};

/** By the first of these events that the user's roles send. */
async function move(
  { tx, submissions, user }: Hands,
  id: string,
  events: readonly [PersonalEvent, ...PersonalEvent[]],
  reason?: string,
  more: { readonly assignee?: string; readonly check?: (before: Submission) => Promise<void> } = {},
): Promise<Done> {
  const { profile } = await submissions.get(id, tx);
  const roles = rolesFor(user, profile);
  const type = events.find((event) => roles.some((role) => event.startsWith(`${role}.`))) ?? events[0];
  const { assignee, check = async () => {} } = more;
  const said = { type, ...(reason && { reason }), ...(assignee !== undefined && { assignee }) };
  let before: Before = {};
  const after = await submissions.moveWithin(tx, id, said, user, async (_, was) => {
    before = { state: was.state, assignee: was.assignee };
    await check(was);
  });
  return { before, seq: after.seq };
}

function assign(
  hands: Hands,
  id: string,
  { to, reassign, reason }: { to: string; reassign?: boolean | undefined; reason?: string | undefined },
): Promise<Done> {
  const check = async ({ assignee, state, since }: Submission) => {
    if (assignee === null || !IN_HAND.has(state)) return;
    if (assignee === to && state === 'curator_review.claimed') throw new AlreadyTheirs(await nameOf(hands, to), since);
    if (assignee !== to && !reassign) throw new AlreadyClaimed(assignee, await nameOf(hands, assignee), since);
  };
  return move(hands, id, ['curator.assign', 'admin.assign'], reason, { assignee: to, check });
}

async function triage(
  { tx, submissions, user }: Hands,
  id: string,
  change: Parameters<typeof changeTriage>[3],
): Promise<Done> {
  await submissions.getFor(id, user, 'reviewer');
  const { before, after } = await changeTriage(tx, id, user.id, change);
  const ids = ({ labels }: TriageView) => labels.map((label) => label.id);
  const added = ids(after).filter((label) => !ids(before).includes(label));
  const removed = ids(before).filter((label) => !ids(after).includes(label));
  return { before: { triage: before, added, removed }, seq: null };
}

/** Whoever has worked on it since has the last word. */
async function mustBeAsLeft({ tx, submissions }: Hands, id: string, { seq }: Done): Promise<void> {
  const now = await submissions.get(id, tx);
  if (now.seq !== seq) throw new NotUndoable('something else has happened to it since');
}

async function nameOf({ tx }: Hands, id: string): Promise<string> {
  const [person] = await tx.query('SELECT name FROM person WHERE id = $1', [id]);
  return person?.name ?? 'somebody';
}
