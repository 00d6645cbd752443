import { describe, expect, it } from 'vitest';
import type { Role } from '../identity/user.js';
import type { State } from '../submissions/lifecycle.js';
import { nextAction } from './next-action.js';

const someone = (id: string, ...roles: Role[]) => ({ id, name: id, roles, scopes: null });
const subject = (state: State, assignee: string | null = null) => ({
  ...{
    accession: 'ACC-000001',
    version: 1,
    profile: 'single-cell',
    ownerId: 'owner',
    collaborators: [],
    assignee,
    state,
  },
});

describe('the next action', () => {
  it.each<[state: State, assignee: string | null, who: string, role: Role, event: string | undefined]>([
    ['uploaded', null, 'owner', 'submitter', 'submitter.submit'],
    ['uploaded', null, 'curator', 'curator', undefined],
    ['curator_review.unassigned', null, 'curator', 'curator', 'curator.claim'],
    ['curator_review.unassigned', null, 'admin', 'admin', 'admin.assign'],
    ['curator_review.unassigned', null, 'owner', 'curator', undefined],
    ['curator_review.claimed', 'curator', 'curator', 'curator', 'curator.approve'],
    ['curator_review.claimed', 'other', 'curator', 'curator', 'curator.assign'],
    ['private.approved', null, 'admin', 'admin', 'admin.publish'],
    ['private.approved', null, 'owner', 'submitter', 'submitter.set_release'],
    ['validating.running', null, 'owner', 'submitter', undefined],
  ])('in %s, claimed by %s, for %s as %s is %s', (state, assignee, who, role, event) => {
    expect(nextAction(someone(who, role), subject(state, assignee))?.event).toBe(event);
  });
});
