/** How does somebody accept who was invited by mail? Whoever has the secret was sent it: that is the proof, and no account is. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { hashOf, kindOf } from '../identity/secrets.js';
import type { User } from '../identity/user.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { AcceptedInvitation, InvitationView } from './collaborators.schema.js';
import { CollaboratorsService } from './collaborators.service.js';
import { holdRecord } from './part-in.js';
import { InvitationExpired, InvitationNotFound } from './sharing.errors.js';
import { TransfersService } from './transfers.service.js';

interface Row {
  readonly id: string;
  readonly accession: string;
  readonly role: InvitationView['role'];
  readonly expiresAt: Date;
  readonly invitedBy: string;
  readonly title: string;
  readonly submissionId: string;
}

const FIND = `
  SELECT i.id, i.accession, i.role, i."expiresAt", p.name AS "invitedBy", s.title, s.id AS "submissionId"
    FROM invitation i JOIN person p ON p.id = i."invitedBy"
    JOIN LATERAL (SELECT id, title FROM submission WHERE accession = i.accession ORDER BY version DESC LIMIT 1) s ON true
   WHERE i."tokenHashes" @> ARRAY[$1::text] AND i.state = 'open'`;

@Injectable()
export class InvitationsService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly collaborators: CollaboratorsService,
    private readonly transfers: TransfersService,
    private readonly clock: Clock,
  ) {}

  /** @throws InvitationNotFound, InvitationExpired */
  async read(token: string): Promise<InvitationView> {
    const { title, role, invitedBy, expiresAt } = await this.find(this.db.manager, token);
    return { title, role, invitedBy, expiresAt: expiresAt.toISOString() };
  }

  /** @throws InvitationNotFound, InvitationExpired, CollaboratorRefused */
  async accept(token: string, user: User): Promise<AcceptedInvitation> {
    return this.db.transaction(async (tx) => {
      const { id, accession, role, submissionId, title } = await this.find(tx, token);
      await holdRecord(tx, accession);
      const [, accepted] = await tx.query(
        `UPDATE invitation SET state = 'accepted', "acceptedBy" = $2 WHERE id = $1 AND state = 'open'`,
        [id, user.id],
      );
      if (accepted !== 1) throw new InvitationNotFound(); // somebody else was faster
      const submission = await this.submissions.get(submissionId, tx);
      await this.collaborators.addPerson(tx, submission, user.id, role, user);
      const text = `${user.name} has accepted your invitation to “${title}”.`;
      await this.collaborators.tell(tx, submission.ownerId, submissionId, 'invitation.accepted', text, [text]);
      await this.transfers.offerToInvited(tx, submission, id, user);
      return { submissionId, accession, role };
    });
  }

  private async find(tx: EntityManager, token: string): Promise<Row> {
    const [row]: Row[] = kindOf(token) === 'invitation' ? await tx.query(FIND, [hashOf(token)]) : [];
    if (!row) throw new InvitationNotFound();
    if (row.expiresAt <= this.clock.now()) throw new InvitationExpired(row.expiresAt);
    return row;
  }
}
