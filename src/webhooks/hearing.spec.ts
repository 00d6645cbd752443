import { describe, expect, it } from 'vitest';
import type { Role, User } from '../identity/user.js';
import type { Audience } from '../live/announce.js';
import { mayHear } from './hearing.js';

const person = (id: string, ...roles: Role[]): User => ({ id, name: id, roles, scopes: null });
const SUBMISSION = {
  ...{ accession: 'ACC-000001', version: 1, profile: 'single-cell', ownerId: 'owner' },
  collaborators: [
    { personId: 'viewer', role: 'viewer' },
    { personId: 'own curator', role: 'editor' },
  ] as const,
};

describe('an event about a submission', () => {
  it.each<[who: User, readers: boolean, staff: boolean]>([
    [person('owner', 'submitter'), true, false],
    [person('viewer', 'submitter'), true, false],
    [person('another', 'submitter'), false, false],
    [person('curator', 'curator'), true, true],
    [person('admin', 'admin'), true, true],
    [person('own curator', 'curator'), true, false],
    [person('owner', 'curator'), true, false],
  ])('is for $id of $roles: as a reader %s, as one of the staff %s', (who, readers, staff) => {
    const told = (audience: Audience) => mayHear(who, { topic: 'some', audience, submissionId: 'some' }, SUBMISSION);

    expect([told('readers'), told('staff')]).toEqual([readers, staff]);
  });

  it('that is no more is for nobody', () => {
    for (const audience of ['readers', 'staff'] as const)
      expect(mayHear(person('admin', 'admin'), { topic: 'some', audience, submissionId: 'gone' }, null)).toBe(false);
  });

  it('that is no more is told as gone to those for whom that was written down', () => {
    const gone = { topic: 'submission.deleted', audience: 'readers', submissionId: 'gone' } as const;

    expect(mayHear(person('owner', 'submitter'), gone, null)).toBe(true);
  });
});

describe('an event about no submission', () => {
  it('is for the staff, or for whom it was written', () => {
    const told = (audience: Audience, who: User) => mayHear(who, { topic: 'some', audience, submissionId: null }, null);

    expect(told('staff', person('curator', 'curator'))).toBe(true);
    expect(told('staff', person('owner', 'submitter'))).toBe(false);
    expect(told('person', person('owner', 'submitter'))).toBe(true);
  });
});
