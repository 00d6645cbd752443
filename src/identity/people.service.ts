/** Who has an account, and what are they allowed to be? Alone in writing the people's table. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { Precondition } from '../platform/etag.js';
import { Instant, instantKey, keyset, type Page } from '../platform/page.js';
import { EmailTaken, OrcidVerified, PersonNotFound } from './identity.errors.js';
import type { MeEdit, PeopleQuery, PersonEdit, SignUp } from './identity.schema.js';
import { hashPassword } from './password.js';
import { Person } from './person.entity.js';
import type { Role } from './user.js';

/** What there is of a person to change, and so what their ETag is made of. */
export const fieldsOf = ({ name, email, orcid, orcidVerifiedAt, roles, disabledAt }: Person) => ({
  ...{ name, email, orcid, roles },
  orcidVerified: orcidVerifiedAt !== null,
  disabled: disabledAt !== null,
});

const COLUMNS = `id, name, handle, email, orcid, "orcidVerifiedAt", roles, "disabledAt", "createdAt"`;

/** $1 to $3: a pattern, a role that they hold now for whatever submissions, whether the account is closed; null: any. */
const MATCHING = `
  FROM person WHERE ($1::text IS NULL OR name ILIKE $1 OR email ILIKE $1)
   AND ($2::text IS NULL OR $2 = ANY (roles) OR EXISTS (
         SELECT FROM role_grant g WHERE g."personId" = person.id AND g.role = $2
                                    AND (g."expiresAt" IS NULL OR g."expiresAt" > now())))
   AND ($3::boolean IS NULL OR ("disabledAt" IS NOT NULL) = $3)`;

const BY_AGE = keyset('people', z.tuple([Instant, z.uuid()]));

@Injectable()
export class PeopleService {
  constructor(private readonly db: DataSource) {}

  /** @throws EmailTaken */
  async signUp({ name, email, password }: SignUp, roles: readonly Role[] = ['submitter']): Promise<Person> {
    const id = randomUUID();
    const [added] = await this.db.query(
      `INSERT INTO person (id, name, email, "passwordHash", roles) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (lower(email)) DO NOTHING RETURNING id`,
      [id, name, email, await hashPassword(password), roles],
    );
    if (!added) throw new EmailTaken(email);
    return this.get(id);
  }

  /** Somebody who comes by a provider, and has no password. @throws EmailTaken */
  async welcome(tx: EntityManager, { name, email }: Pick<SignUp, 'name' | 'email'>): Promise<string> {
    const [added] = await tx.query(
      `INSERT INTO person (id, name, email, roles) VALUES ($1, $2, $3, '{submitter}')
       ON CONFLICT (lower(email)) DO NOTHING RETURNING id`,
      [randomUUID(), name, email],
    );
    if (!added) throw new EmailTaken(email);
    return added.id;
  }

  async get(id: string, tx: EntityManager = this.db.manager): Promise<Person> {
    const person = await tx.findOneBy(Person, { id });
    if (!person) throw new PersonNotFound(id);
    return person;
  }

  async hasPassword(id: string): Promise<boolean> {
    const [row] = await this.db.query('SELECT "passwordHash" IS NOT NULL AS has FROM person WHERE id = $1', [id]);
    return row?.has === true;
  }

  async page({ q, role, disabled, limit, cursor, count }: PeopleQuery): Promise<Page<Person>> {
    const like = q === undefined ? null : `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    const [createdAt, id] = BY_AGE.read(cursor) ?? [null, null];
    const asked = [like, role ?? null, disabled ?? null];
    const rows = await this.db.query(
      `SELECT ${COLUMNS}, ${instantKey('"createdAt"')} AS "createdKey"
       ${MATCHING} AND ($4::timestamptz IS NULL OR ("createdAt", id) > ($4::timestamptz, $5::uuid))
       ORDER BY "createdAt", id LIMIT $6`,
      [...asked, createdAt, id, limit + 1],
    );
    const page = BY_AGE.page<Person & { createdKey: string }>(rows, limit, (row) => [row.createdKey, row.id]);
    if (!count) return page;
    const [{ total }] = await this.db.query(`SELECT count(*)::int AS total ${MATCHING}`, asked);
    return { ...page, total };
  }

  /** What somebody changes about themselves. */
  async edit(id: string, changes: MeEdit, expected: Precondition): Promise<Person> {
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM person WHERE id = $1 FOR UPDATE', [id]);
      const person = await this.get(id, tx);
      expected.check(fieldsOf(person));
      const isTyped = changes.orcid !== undefined && changes.orcid !== person.orcid;
      if (isTyped && person.orcidVerifiedAt !== null) throw new OrcidVerified(person.orcid);
      return this.write(tx, { ...person, ...changes });
    });
  }

  /** What an admin changes about somebody, as `RolesService` allows. */
  change(tx: EntityManager, person: Person, { roles, disabled }: PersonEdit): Promise<Person> {
    const closedAt = disabled === true ? (person.disabledAt ?? new Date()) : null;
    const disabledAt = disabled === undefined ? person.disabledAt : closedAt;
    return this.write(tx, { ...person, roles: roles ?? person.roles, disabledAt });
  }

  /** For who runs the service: somebody must be the first admin. */
  async grant(email: string, role: Role): Promise<Person> {
    const [[found]] = await this.db.query(
      `UPDATE person SET roles = array_remove(roles, $2) || $2 WHERE lower(email) = lower($1) RETURNING id`,
      [email, role],
    );
    if (!found) throw new PersonNotFound(email);
    return this.get(found.id);
  }

  /** What a view of another room says of people; an id that is nobody's is left out. */
  async nameOf(ids: Iterable<string | null>): Promise<Map<string, { id: string; name: string }>> {
    const wanted = [...new Set(ids)].filter((id) => id !== null);
    if (wanted.length === 0) return new Map();
    const people = await this.db.query('SELECT id, name FROM person WHERE id = ANY($1::uuid[])', [wanted]);
    return new Map(people.map((person: { id: string; name: string }) => [person.id, person]));
  }

  private async write(tx: EntityManager, person: Person): Promise<Person> {
    const { id, name, orcid, roles, disabledAt } = person;
    await tx.update(Person, { id }, { name, orcid, roles, disabledAt });
    return this.get(id, tx); // the handle follows the name
  }
}
