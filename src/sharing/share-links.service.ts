/** Which review links are there to a record? Its owner makes them, extends, renames and revokes them. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { Clock } from '../clock.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { hashPassword } from '../identity/password.js';
import { hashOf, hintOf, makeSecret } from '../identity/secrets.js';
import type { User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { InvalidRequest } from '../platform/invalid-request.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import type { MadeShareLink, NewShareLink, ShareLinkEdit, ShareLinkView } from './share-links.schema.js';
import { NotShareable, ShareLinkNotFound } from './sharing.errors.js';

const DAY_MS = 86_400_000;
const DAYS = 90;
const MOST_DAYS = 366;
/** What is public, or is over, is not to be reviewed privately. */
const OPEN = /^(?:draft|uploaded|validating|curator_review|private)/;

const SELECT = `
  SELECT l.id, l.ordinal, l.name, l.hint, l."passphraseHash" IS NOT NULL AS "hasPassphrase", l.may, l.anonymised, l.version,
         l.uses::float8 AS uses, l."lastUsedAt", l."createdAt", l."expiresAt", l."endedAt", l."endedBy",
         jsonb_build_object('id', p.id, 'name', p.name) AS "createdBy"
    FROM share_link l JOIN person p ON p.id = l."createdBy" WHERE l.accession = $1`;

interface Row {
  readonly id: string;
  readonly ordinal: number;
  readonly name: string;
  readonly hint: string;
  readonly hasPassphrase: boolean;
  readonly may: ShareLinkView['may'];
  readonly anonymised: boolean;
  readonly version: number | null;
  readonly uses: number;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly endedBy: Exclude<ShareLinkView['state'], 'active' | 'expired'> | null;
  readonly createdBy: ShareLinkView['createdBy'];
}

@Injectable()
export class ShareLinksService {
  private readonly base: string;

  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.base = publicUrl(config);
  }

  /** Of the record, the newest first. */
  async page(submission: Submission, limit: number, before: number | null): Promise<(ShareLinkView & { n: number })[]> {
    const rows: Row[] = await this.db.query(
      `${SELECT} AND ($2::int IS NULL OR l.ordinal < $2) ORDER BY l.ordinal DESC LIMIT $3`,
      [submission.accession, before, limit],
    );
    return rows.map((row) => ({ ...this.view(submission.id, row), n: row.ordinal }));
  }

  async count({ accession }: Submission): Promise<number> {
    const [{ n }] = await this.db.query('SELECT count(*)::int AS n FROM share_link WHERE accession = $1', [accession]);
    return n;
  }

  async get(
    { id, accession }: Submission,
    linkId: string,
    tx: EntityManager = this.db.manager,
  ): Promise<ShareLinkView> {
    const [row]: Row[] = await tx.query(`${SELECT} AND l.id = $2`, [accession, linkId]);
    if (!row) throw new ShareLinkNotFound(linkId);
    return this.view(id, row);
  }

  /** @throws NotShareable, InvalidRequest */
  async create(id: string, asked: NewShareLink, user: User): Promise<MadeShareLink> {
    const submission = await this.submissions.getFor(id, user, 'owner');
    const { accession } = submission;
    const expiresAt = this.expiry(asked.expiresAt);
    const passphraseHash = asked.passphrase === undefined ? null : await hashPassword(asked.passphrase);
    const linkId = randomUUID();
    const token = makeSecret('link');
    return this.db.transaction(async (tx) => {
      await this.mustBeOpen(tx, submission, asked.version);
      await tx.query('SELECT FROM record WHERE accession = $1 FOR UPDATE', [accession]); // one after the other is numbered
      await tx.query(
        `INSERT INTO share_link (id, accession, version, ordinal, name, "tokenHash", hint, "passphraseHash", may, anonymised,
                                 "createdBy", "expiresAt")
         SELECT $1, $2, $3, coalesce(max(ordinal), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11 FROM share_link WHERE accession = $2`,
        [
          ...[linkId, accession, asked.version, asked.name, hashOf(token), hintOf(token), passphraseHash],
          ...[asked.may, asked.anonymised, user.id, expiresAt],
        ],
      );
      const { may, anonymised, version } = asked;
      await this.record(tx, submission, linkId, 'made', user, { may, anonymised, version, expiresAt });
      return { ...(await this.get(submission, linkId, tx)), token, url: `${this.base}/r/${token}` };
    });
  }

  async edit(
    id: string,
    linkId: string,
    edit: ShareLinkEdit,
    user: User,
    expected: Precondition,
  ): Promise<ShareLinkView> {
    const submission = await this.submissions.getFor(id, user, 'owner');
    const expiresAt = edit.expiresAt === undefined ? null : this.expiry(edit.expiresAt);
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT FROM share_link WHERE id = $1 AND accession = $2 FOR UPDATE', [
        linkId,
        submission.accession,
      ]);
      expected.check(fieldsOf(await this.get(submission, linkId, tx)));
      await tx.query(
        `UPDATE share_link SET name = coalesce($2, name), "expiresAt" = coalesce($3, "expiresAt") WHERE id = $1`,
        [linkId, edit.name ?? null, expiresAt],
      );
      if (edit.revoked) await tx.query(REVOKE, [linkId]);
      await this.record(tx, submission, linkId, edit.revoked ? 'revoked' : 'changed', user, { ...edit });
      return this.get(submission, linkId, tx);
    });
  }

  private async mustBeOpen(tx: EntityManager, { accession, version: at, state }: Submission, pinned: number | null) {
    if (pinned === null && !OPEN.test(state)) throw new NotShareable(at, state);
    // Held until we are done: a withdrawal that comes meanwhile ends this link too.
    const [shown] = await tx.query('SELECT state FROM submission WHERE accession = $1 AND version = $2 FOR SHARE', [
      accession,
      pinned ?? at,
    ]);
    if (!shown || !OPEN.test(shown.state)) throw new NotShareable(pinned ?? at, shown?.state ?? null);
  }

  /** @throws InvalidRequest */
  private expiry(asked: string | undefined): Date {
    const now = this.clock.now().getTime();
    const at = asked === undefined ? now + DAYS * DAY_MS : Date.parse(asked);
    if (at > now && at <= now + MOST_DAYS * DAY_MS) return new Date(at);
    const detail = 'expected an instant that is still to come, and at most a year ahead';
    throw new InvalidRequest([{ pointer: '/expiresAt', code: 'out_of_range', detail, found: asked }]);
  }

  private async record(
    tx: EntityManager,
    { id }: Submission,
    linkId: string,
    did: 'made' | 'changed' | 'revoked',
    user: User,
    { name: _, ...details }: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const object = { type: 'share_link', id: linkId };
    await recordAct(tx, { actorId: user.id, action: `share_link.${did}`, object, submissionId: id, details });
    await announce(tx, { topic: 'sharing.changed', submissionId: id, data: { id, linkId, did } });
  }

  private view(submissionId: string, { ordinal, endedBy, ...row }: Row): ShareLinkView {
    const { lastUsedAt, createdAt, expiresAt, endedAt } = row;
    const self = `/api/v1/submissions/${submissionId}/share-links/${row.id}`;
    const shown = {
      ...row,
      state: endedBy ?? (expiresAt <= this.clock.now() ? ('expired' as const) : ('active' as const)),
      pseudonym: `Reviewer ${ordinal}`,
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      links: { self },
    };
    return { ...shown, etag: etagOf(fieldsOf(shown)) };
  }
}

const REVOKE = `
  UPDATE share_link SET "endedAt" = now(), "endedBy" = 'revoked', epoch = epoch + 1 WHERE id = $1 AND "endedAt" IS NULL`;

/** What a change would overwrite. */
const fieldsOf = ({ name, expiresAt, endedAt }: Pick<ShareLinkView, 'name' | 'expiresAt' | 'endedAt'>) => ({
  ...{ name, expiresAt, endedAt },
});
