/**
 * What may somebody do here, for which submissions, and until when? Roles without an end are a column of the person;
 * those for one profile, those that end, and those that a provider's claims give are grants beside it. What changes is so
 * at that person's next request, and what they had claimed for review and may review no more is in the pool again.
 */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PROFILES } from '../../checks/profiles/index.js';
import { recordAct } from '../audit/record-act.js';
import type { Precondition } from '../platform/etag.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { AlreadyErased, GrantNotFound, LastAdmin, NoSuchProfile, PersonNotFound } from './identity.errors.js';
import type { GrantView, NewGrant, PersonEdit } from './identity.schema.js';
import { fieldsOf, PeopleService } from './people.service.js';
import type { Person } from './person.entity.js';
import type { Role, User } from './user.js';

/** Admins on whom one can count: an open account, and no end to the role. */
const LASTING_ADMIN = `
  p."disabledAt" IS NULL AND ('admin' = ANY (p.roles) OR EXISTS (
    SELECT FROM role_grant g WHERE g."personId" = p.id AND g.role = 'admin' AND g."expiresAt" IS NULL))`;

/** In one order: two admins who depose each other at once do not both succeed. A claim under way does not wait for it. */
const HOLD_STILL = `
  SELECT p.id, (${LASTING_ADMIN}) AS "isAdmin" FROM person p
   WHERE p.id = $1 OR ${LASTING_ADMIN} ORDER BY p.id FOR NO KEY UPDATE OF p`;

const GRANTS = `
  SELECT g.id, g.role, g.profile, g."expiresAt", g.provider, g.reason, g."createdAt",
         coalesce(g."expiresAt" <= now(), false) AS "isOver",
         CASE WHEN by.id IS NOT NULL THEN jsonb_build_object('id', by.id, 'name', by.name) END AS "grantedBy"
    FROM role_grant g LEFT JOIN person by ON by.id = g."grantedBy"
   WHERE g."personId" = $1 ORDER BY g."createdAt", g.id`;

const CLAIMED = `state IN ('curator_review.claimed', 'curator_review.on_hold')`;
const NOT_THEIRS = 'Whoever had claimed it does not review it any more.';

@Injectable()
export class RolesService {
  constructor(
    private readonly db: DataSource,
    private readonly people: PeopleService,
    private readonly submissions: SubmissionsService,
  ) {}

  /** What an admin changes about somebody. @throws LastAdmin, PersonNotFound, StaleVersion */
  async change(id: string, edit: PersonEdit, expected: Precondition, by: User): Promise<Person> {
    return this.deciding(id, async (tx) => {
      const person = await this.people.get(id, tx);
      expected.check(fieldsOf(person));
      if (person.erasedAt) throw new AlreadyErased(person.erasedAt);
      const changed = await this.people.change(tx, person, edit);
      if (changed.disabledAt) await tx.query('DELETE FROM session WHERE "personId" = $1', [id]);
      await recordAct(tx, {
        actorId: by.id,
        action: 'person.changed',
        object: { type: 'person', id },
        details: { ...edit },
      });
      return changed;
    });
  }

  async grants(id: string): Promise<GrantView[]> {
    await this.people.get(id);
    return this.db.query(GRANTS, [id]);
  }

  /** @throws NoSuchProfile, PersonNotFound */
  async grant(id: string, { role, profile, expiresAt, reason }: NewGrant, by: User): Promise<GrantView> {
    if (profile && !PROFILES.has(profile)) throw new NoSuchProfile(profile, [...PROFILES.keys()]);
    const grantId = randomUUID();
    await this.db.transaction(async (tx) => {
      const { erasedAt } = await this.people.get(id, tx);
      if (erasedAt) throw new AlreadyErased(erasedAt);
      await tx.query(
        `INSERT INTO role_grant (id, "personId", role, profile, "expiresAt", "grantedBy", reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [grantId, id, role, profile, expiresAt, by.id, reason],
      );
      const details = { personId: id, role, profile, expiresAt };
      await recordAct(tx, {
        actorId: by.id,
        action: 'role.granted',
        object: { type: 'role_grant', id: grantId },
        details,
      });
    });
    const given = (await this.grants(id)).find((each) => each.id === grantId);
    if (!given) throw new GrantNotFound(grantId);
    return given;
  }

  /** @throws GrantNotFound, LastAdmin */
  async revoke(id: string, grantId: string, by: User): Promise<void> {
    await this.deciding(id, async (tx) => {
      const [[gone]] = await tx.query(
        'DELETE FROM role_grant WHERE id = $1 AND "personId" = $2 RETURNING role, profile',
        [grantId, id],
      );
      if (!gone) throw new GrantNotFound(grantId);
      const details = { personId: id, ...gone };
      await recordAct(tx, {
        actorId: by.id,
        action: 'role.revoked',
        object: { type: 'role_grant', id: grantId },
        details,
      });
    });
  }

  /**
   * What a provider says of somebody who signs in: these roles, and no others, are theirs by its word. The last admin
   * stays one, whatever it says; roles that an admin gave are not its to take.
   */
  async follow(id: string, provider: string, roles: readonly Role[]): Promise<void> {
    const reason = `By the claims of ${provider}.`;
    await this.db.transaction(async (tx) => {
      const admins = await this.holdStill(tx, id);
      const isLast = admins.length === 1 && admins[0] === id;
      const [taken] = await tx.query(
        `DELETE FROM role_grant g WHERE "personId" = $1 AND provider = $2 AND role <> ALL ($3)
            AND NOT ($4 AND role = 'admin' AND NOT EXISTS (SELECT FROM person WHERE id = $1 AND 'admin' = ANY (roles)))
         RETURNING role`,
        [id, provider, roles, isLast],
      );
      const given: { role: Role }[] = await tx.query(
        `INSERT INTO role_grant (id, "personId", role, provider, reason)
         SELECT gen_random_uuid(), $1, role, $2, $4 FROM unnest($3::text[]) AS r (role)
         ON CONFLICT ("personId", role, provider) WHERE provider IS NOT NULL DO NOTHING RETURNING role`,
        [id, provider, roles, reason],
      );
      if (taken.length + given.length === 0) return;
      const details = { provider, granted: rolesOf(given), revoked: rolesOf(taken) };
      await recordAct(tx, { actorId: null, action: 'role.followed_claims', object: { type: 'person', id }, details });
      await this.giveBackClaims(tx, id);
    });
  }

  /**
   * What is with somebody who may not review it: their role has run out, or the submission came back to them. It is asked
   * once of each person and profile, not of each claim.
   */
  async giveBackOrphans(): Promise<number> {
    const orphans: { assignee: string }[] = await this.db.query(
      `WITH claimed AS MATERIALIZED (SELECT DISTINCT assignee, profile FROM submission WHERE ${CLAIMED})
       SELECT DISTINCT assignee FROM claimed WHERE NOT reviews_profile(assignee, profile)`,
    );
    let given = 0;
    for (const { assignee } of orphans) {
      given += await this.db.transaction((tx) => this.giveBackClaims(tx, assignee));
    }
    return given;
  }

  /** Steps of the system, within the transaction of what made them due. */
  async giveBackClaims(tx: EntityManager, personId: string): Promise<number> {
    const claimed: { id: string }[] = await tx.query(
      `SELECT id FROM submission WHERE assignee = $1 AND ${CLAIMED} AND NOT reviews_profile($1, profile)
        ORDER BY id FOR UPDATE`,
      [personId],
    );
    for (const { id } of claimed) {
      await this.submissions.moveWithin(tx, id, { type: 'curator.release', reason: NOT_THEIRS }, null);
    }
    return claimed.length;
  }

  /** What may cost somebody a role: not if nobody could give roles any more, and not without giving back their claims. */
  private async deciding<T>(id: string, act: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      const admins = await this.holdStill(tx, id);
      const result = await act(tx);
      if (admins.includes(id) && (await this.holdStill(tx, id)).length === 0) throw new LastAdmin();
      await this.giveBackClaims(tx, id);
      return result;
    });
  }

  /** @returns the admins on whom one can count. @throws PersonNotFound */
  async holdStill(tx: EntityManager, id: string): Promise<string[]> {
    const held: { id: string; isAdmin: boolean }[] = await tx.query(HOLD_STILL, [id]);
    if (!held.some((person) => person.id === id)) throw new PersonNotFound(id);
    return held.filter(({ isAdmin }) => isAdmin).map((person) => person.id);
  }
}

const rolesOf = (rows: readonly { role: Role }[]): Role[] => rows.map(({ role }) => role);
