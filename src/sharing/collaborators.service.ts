/** Who works on a record with its owner? People with an account at once, everybody else once they accept an invitation. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { Clock } from '../clock.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import { say } from '../notifications/letter.js';
import { tellPeople } from '../notifications/tell-people.js';
import { relationTo } from '../permissions.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { instantKey } from '../platform/page.js';
import type { Submission } from '../submissions/submission.entity.js';
import { NotYours } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { CollaboratorEdit, CollaboratorView, NewCollaborator } from './collaborators.schema.js';
import { InvitationMails } from './invitation-mails.service.js';
import { holdRecord, isReviewerOf, personBy } from './part-in.js';
import { CollaboratorNotFound, CollaboratorRefused } from './sharing.errors.js';

const EVERYBODY = `
  SELECT * FROM (
    SELECT c."personId" AS id, jsonb_build_object('id', p.id, 'name', p.name) AS person, p.email, c.role,
           NULL AS mail, c."createdAt", NULL::timestamptz AS "expiresAt", ${instantKey('c."createdAt"')} AS "createdKey"
      FROM collaborator c JOIN person p ON p.id = c."personId" WHERE c.accession = $1
    UNION ALL
    SELECT i.id, NULL, i.email, i.role,
           (SELECT m.state FROM invitation_mail m WHERE m."invitationId" = i.id ORDER BY m."createdAt" DESC LIMIT 1),
           i."createdAt", i."expiresAt", ${instantKey('i."createdAt"')}
      FROM invitation i WHERE i.accession = $1 AND i.state = 'open') one`;

interface Row {
  readonly id: string;
  readonly person: CollaboratorView['person'];
  readonly email: string;
  readonly role: CollaboratorView['role'];
  readonly mail: CollaboratorView['mail'];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly createdKey: string;
}

export interface After {
  readonly createdAt: string;
  readonly id: string;
}

@Injectable()
export class CollaboratorsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly mails: InvitationMails,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** In the order in which they came. */
  async page(submission: Submission, user: User, limit: number, after: After | null) {
    const rows: Row[] = await this.db.query(
      `${EVERYBODY} WHERE $2::timestamptz IS NULL OR ("createdAt", id) > ($2::timestamptz, $3::uuid)
        ORDER BY "createdAt", id LIMIT $4`,
      [submission.accession, after?.createdAt ?? null, after?.id ?? null, limit],
    );
    return rows.map((row) => ({ ...this.view(submission, row, user), createdKey: row.createdKey }));
  }

  async count({ accession }: Submission): Promise<number> {
    const [{ n }] = await this.db.query(`SELECT count(*)::int AS n FROM (${EVERYBODY}) everybody`, [accession]);
    return n;
  }

  /** @throws CollaboratorRefused */
  async add(id: string, { email, role }: NewCollaborator, user: User): Promise<void> {
    const submission = await this.submissions.getFor(id, user, 'owner');
    await this.db.transaction(async (tx) => {
      await holdRecord(tx, submission.accession);
      const person = await personBy(tx, email);
      if (person) await this.addPerson(tx, submission, person.id, role, user);
      else await this.invite(tx, submission, email, role, user);
    });
  }

  /** @throws CollaboratorRefused where they own or review it */
  async addPerson(
    tx: EntityManager,
    submission: Submission,
    personId: string,
    role: Row['role'],
    by: User,
  ): Promise<void> {
    const { id, accession, ownerId, title } = submission;
    if (personId === ownerId) throw new CollaboratorRefused('owner');
    if (await isReviewerOf(tx, accession, personId)) throw new CollaboratorRefused('reviewer');
    const [{ isNew }] = await tx.query(
      `INSERT INTO collaborator (accession, "personId", role, "addedBy") VALUES ($1, $2, $3, $4)
       ON CONFLICT (accession, "personId") DO UPDATE SET role = excluded.role RETURNING xmax = 0 AS "isNew"`,
      [accession, personId, role, by.id],
    );
    await this.record(tx, submission, by, isNew ? 'added' : 'changed', personId, { role });
    if (!isNew || personId === by.id) return;
    const does = role === 'editor' ? 'You may edit it and bring files.' : 'You may read all of it.';
    await this.tell(tx, personId, id, 'collaborator.added', `“${title}” is shared with you`, [
      `${by.name} shares “${title}” with you. ${does}`,
    ]);
  }

  /** One open invitation an address; whoever is invited again has the role that was named last, and two weeks more. */
  async invite(tx: EntityManager, submission: Submission, email: string, role: Row['role'], by: User): Promise<string> {
    const [{ id }] = await tx.query(
      `INSERT INTO invitation (id, accession, email, role, "invitedBy", "expiresAt") VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (accession, lower(email)) WHERE state = 'open'
       DO UPDATE SET role = excluded.role, "expiresAt" = excluded."expiresAt" RETURNING id`,
      [randomUUID(), submission.accession, email, role, by.id, this.clock.in(this.config.INVITATION_LIFETIME)],
    );
    await this.mails.request(tx, id);
    await this.record(tx, submission, by, 'invited', id, { role });
    return id;
  }

  async resend(id: string, invitationId: string, user: User): Promise<void> {
    const submission = await this.submissions.getFor(id, user, 'owner');
    await this.db.transaction(async (tx) => {
      await holdRecord(tx, submission.accession);
      const { person, email, role } = await this.row(tx, submission, invitationId);
      if (person) throw new CollaboratorNotFound(invitationId);
      await this.invite(tx, submission, email, role, user);
    });
  }

  async edit(id: string, who: string, { role }: CollaboratorEdit, user: User, expected: Precondition) {
    const submission = await this.submissions.getFor(id, user, 'owner');
    return this.db.transaction(async (tx) => {
      await holdRecord(tx, submission.accession);
      expected.check(fieldsOf(await this.row(tx, submission, who)));
      await tx.query('UPDATE collaborator SET role = $3 WHERE accession = $1 AND "personId" = $2', [
        ...[submission.accession, who, role],
      ]);
      await tx.query(`UPDATE invitation SET role = $2 WHERE id = $1 AND state = 'open'`, [who, role]);
      await this.record(tx, submission, user, 'changed', who, { role });
      return this.view(submission, await this.row(tx, submission, who), user);
    });
  }

  /** The owner takes anybody out, and takes invitations back; everybody else may leave. */
  async remove(id: string, who: string, user: User, expected: Precondition): Promise<void> {
    const submission = await this.submissions.getFor(id, user);
    const { accession, ownerId, title } = submission;
    await this.db.transaction(async (tx) => {
      await holdRecord(tx, accession);
      const row = await this.row(tx, submission, who);
      const isOwner = user.id === ownerId;
      if (!isOwner && who !== user.id) throw new NotYours('change', relationTo(user, submission) ?? 'viewer');
      expected.check(fieldsOf(row));
      await tx.query('DELETE FROM collaborator WHERE accession = $1 AND "personId" = $2', [accession, who]);
      await tx.query(`UPDATE invitation SET state = 'revoked' WHERE id = $1 AND state = 'open'`, [who]);
      await tx.query(
        `UPDATE ownership_transfer SET state = 'taken_back', "endedAt" = now()
          WHERE accession = $1 AND state = 'offered' AND ("toId" = $2 OR "invitationId" = $2)`,
        [accession, who],
      );
      await this.record(tx, submission, user, isOwner ? 'removed' : 'left', who, {});
      if (!row.person) return;
      const text = isOwner ? `${user.name} no longer shares “${title}” with you.` : `${user.name} has left “${title}”.`;
      await this.tell(tx, isOwner ? who : ownerId, id, 'collaborator.removed', 'A collaboration has ended', [text]);
    });
  }

  /** In their list and by mail. */
  async tell(tx: EntityManager, personId: string, submissionId: string, topic: string, title: string, lines: string[]) {
    const link = `${publicUrl(this.config)}/s/${submissionId}`;
    const messageId = randomUUID();
    await tellPeople(tx, {
      messageId,
      topic,
      submissionId,
      personIds: [personId],
      title,
      blocks: lines.map(say),
      link,
    });
  }

  private async row(tx: EntityManager, { accession }: Submission, id: string): Promise<Row> {
    const [row] = await tx.query(`${EVERYBODY} WHERE id = $2`, [accession, id]);
    if (!row) throw new CollaboratorNotFound(id);
    return row;
  }

  private async record(tx: EntityManager, { id }: Submission, by: User, did: string, who: string, details: object) {
    const object = { type: did === 'invited' ? 'invitation' : 'collaborator', id: who };
    await recordAct(tx, {
      actorId: by.id,
      action: `collaborator.${did}`,
      object,
      submissionId: id,
      details: { ...details },
    });
    await announce(tx, { topic: 'sharing.changed', submissionId: id, data: { id, did: `collaborator.${did}` } });
  }

  private view({ id, ownerId }: Submission, row: Row, user: User): CollaboratorView {
    const { person, email, role, mail, createdAt, expiresAt } = row;
    const isOver = expiresAt !== null && expiresAt <= this.clock.now();
    return {
      id: row.id,
      state: person ? 'active' : isOver ? 'expired' : 'invited',
      email: user.id === ownerId ? email : null,
      ...{ person, role, mail },
      since: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
      etag: etagOf(fieldsOf(row)),
      links: { self: `/api/v1/submissions/${id}/collaborators/${row.id}` },
    };
  }
}

/** What a change would overwrite. */
const fieldsOf = ({ id, role }: Pick<Row, 'id' | 'role'>) => ({ id, role });
