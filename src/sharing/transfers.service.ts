/** How does a record come to another owner? It is offered, and the other accepts or declines; all its versions go together. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import type { User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { NewTransfer, TransferView } from './collaborators.schema.js';
import { CollaboratorsService } from './collaborators.service.js';
import { holdRecord, isReviewerOf, personBy } from './part-in.js';
import { TransferNotFound, TransferRefused } from './sharing.errors.js';

const SELECT = `
  SELECT t.id, s.id AS "submissionId", t.accession, t.state, t.stays, t."createdAt", t."toId", t."fromId",
         jsonb_build_object('id', f.id, 'name', f.name) AS "from",
         CASE WHEN p.id IS NULL THEN NULL ELSE jsonb_build_object('id', p.id, 'name', p.name) END AS "to"
    FROM ownership_transfer t JOIN person f ON f.id = t."fromId" LEFT JOIN person p ON p.id = t."toId"
    JOIN LATERAL (SELECT id FROM submission WHERE accession = t.accession ORDER BY version DESC LIMIT 1) s ON true`;

interface Row {
  readonly id: string;
  readonly submissionId: string;
  readonly accession: string;
  readonly state: TransferView['state'];
  readonly stays: boolean;
  readonly createdAt: Date;
  readonly toId: string | null;
  readonly fromId: string;
  readonly from: TransferView['from'];
  readonly to: TransferView['to'];
}

@Injectable()
export class TransfersService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly collaborators: CollaboratorsService,
  ) {}

  /** The offer that is open. @throws TransferNotFound */
  async open(id: string, user: User): Promise<TransferView> {
    const { accession } = await this.submissions.getFor(id, user, 'editor');
    const [row]: Row[] = await this.db.query(`${SELECT} WHERE t.accession = $1 AND t.state = 'offered'`, [accession]);
    if (!row) throw new TransferNotFound();
    return viewOf(row);
  }

  /** To whoever has no account yet, with an invitation. @throws TransferRefused */
  async offer(id: string, { to, stay }: NewTransfer, user: User): Promise<TransferView> {
    const submission = await this.submissions.getFor(id, user, 'owner');
    const { accession } = submission;
    return this.db.transaction(async (tx) => {
      await holdRecord(tx, accession);
      const [before] = await tx.query(`SELECT FROM ownership_transfer WHERE accession = $1 AND state = 'offered'`, [
        accession,
      ]);
      if (before) throw new TransferRefused('offered');
      const isAddress = to.includes('@');
      const toId = isAddress ? ((await personBy(tx, to))?.id ?? null) : to;
      if (!isAddress && !submission.collaborators.some(({ personId }) => personId === to))
        throw new TransferRefused('stranger');
      if (toId !== null) await this.mustBeFit(tx, submission, toId, false);
      const invitationId = toId === null ? await this.collaborators.invite(tx, submission, to, 'editor', user) : null;
      const transferId = randomUUID();
      await tx.query(
        `INSERT INTO ownership_transfer (id, accession, "fromId", "toId", "invitationId", stays) VALUES ($1, $2, $3, $4, $5, $6)`,
        [transferId, accession, user.id, toId, invitationId, stay],
      );
      await this.record(tx, submission, user, 'offered', transferId);
      if (toId !== null) await this.tellOffer(tx, submission, toId, user.name);
      return this.get(tx, transferId);
    });
  }

  async takeBack(id: string, user: User, expected: Precondition): Promise<void> {
    const submission = await this.submissions.getFor(id, user, 'owner');
    await this.db.transaction(async (tx) => {
      await holdRecord(tx, submission.accession);
      const [offered]: Row[] = await tx.query(`${SELECT} WHERE t.accession = $1 AND t.state = 'offered'`, [
        submission.accession,
      ]);
      if (!offered) throw new TransferNotFound();
      expected.check(fieldsOf(offered));
      await tx.query(`UPDATE ownership_transfer SET state = 'taken_back', "endedAt" = now() WHERE id = $1`, [
        offered.id,
      ]);
      await this.record(tx, submission, user, 'taken_back', offered.id);
    });
  }

  /** Whoever has accepted the invitation is the one that it is offered to. */
  async offerToInvited(tx: EntityManager, submission: Submission, invitationId: string, user: User): Promise<void> {
    const [[offered]] = await tx.query(
      `UPDATE ownership_transfer t SET "toId" = $2 FROM person f
        WHERE t."invitationId" = $1 AND t.state = 'offered' AND f.id = t."fromId" RETURNING f.name`,
      [invitationId, user.id],
    );
    if (offered) await this.tellOffer(tx, submission, user.id, offered.name);
  }

  /** All versions, in the order of their numbers. @throws TransferNotFound, TransferRefused */
  async accept(transferId: string, user: User): Promise<TransferView> {
    return this.end(transferId, user, 'accepted', async (tx, row, submission) => {
      await this.mustBeFit(tx, submission, user.id, true);
      await this.submissions.changeOwner(tx, row.accession, user.id);
      await tx.query('DELETE FROM collaborator WHERE accession = $1 AND "personId" = $2', [row.accession, user.id]);
      if (!row.stays) return;
      await tx.query(
        `INSERT INTO collaborator (accession, "personId", role, "addedBy") VALUES ($1, $2, 'editor', $3)
         ON CONFLICT (accession, "personId") DO UPDATE SET role = 'editor'`,
        [row.accession, row.fromId, user.id],
      );
    });
  }

  async decline(transferId: string, user: User): Promise<TransferView> {
    return this.end(transferId, user, 'declined', async () => {});
  }

  private async end(
    transferId: string,
    user: User,
    state: 'accepted' | 'declined',
    act: (tx: EntityManager, row: Row, submission: Submission) => Promise<void>,
  ): Promise<TransferView> {
    return this.db.transaction(async (tx) => {
      const [row]: Row[] = await tx.query(`${SELECT} WHERE t.id = $1`, [transferId]);
      if (!row || row.toId !== user.id) throw new TransferNotFound();
      await holdRecord(tx, row.accession);
      const [, ended] = await tx.query(
        `UPDATE ownership_transfer SET state = $2, "endedAt" = now() WHERE id = $1 AND state = 'offered'`,
        [transferId, state],
      );
      if (ended !== 1) throw new TransferNotFound();
      const submission = await this.submissions.get(row.submissionId, tx);
      await act(tx, row, submission);
      await this.record(tx, submission, user, state, transferId);
      const text = `${user.name} has ${state} the ownership of “${submission.title}”.`;
      await this.collaborators.tell(tx, row.fromId, submission.id, `transfer.${state}`, `Ownership was ${state}`, [
        text,
      ]);
      return this.get(tx, transferId);
    });
  }

  /** @throws TransferRefused */
  private async mustBeFit(tx: EntityManager, { ownerId, accession }: Submission, personId: string, asOwner: boolean) {
    if (personId === ownerId) throw new TransferRefused('own');
    if (await isReviewerOf(tx, accession, personId)) throw new TransferRefused('reviewer');
    if (!asOwner) return;
    const [fit] = await tx.query(`SELECT FROM person p WHERE p.id = $1 AND 'submitter' = ANY (roles_held(p))`, [
      personId,
    ]);
    if (!fit) throw new TransferRefused('role');
  }

  private async tellOffer(tx: EntityManager, { id, title }: Submission, toId: string, from: string): Promise<void> {
    await this.collaborators.tell(tx, toId, id, 'transfer.offered', `“${title}” is offered to you`, [
      `${from} would like you to own “${title}”, with all its versions.`,
      'Accept or decline it on its page. Until then nothing changes.',
    ]);
  }

  private async get(tx: EntityManager, id: string): Promise<TransferView> {
    const [row]: Row[] = await tx.query(`${SELECT} WHERE t.id = $1`, [id]);
    if (!row) throw new TransferNotFound();
    return viewOf(row);
  }

  private async record(
    tx: EntityManager,
    { id }: Submission,
    user: User,
    did: string,
    transferId: string,
  ): Promise<void> {
    const object = { type: 'transfer', id: transferId };
    await recordAct(tx, { actorId: user.id, action: `transfer.${did}`, object, submissionId: id });
    await announce(tx, { topic: 'sharing.changed', submissionId: id, data: { id, did: `transfer.${did}` } });
  }
}

/** What a change would overwrite. */
const fieldsOf = ({ id, state }: Pick<Row, 'id' | 'state'>) => ({ id, state });

const viewOf = ({ stays, toId: _, fromId: __, createdAt, ...row }: Row): TransferView => ({
  ...row,
  stay: stays,
  createdAt: createdAt.toISOString(),
  etag: etagOf(fieldsOf(row)),
});
