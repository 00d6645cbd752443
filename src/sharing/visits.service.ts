/** Who comes by a review link, and is it still good? Asked of its row at each request: what is revoked is so at the next. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { isPassword } from '../identity/password.js';
import { hashOf, makeSecret } from '../identity/secrets.js';
import type { User, Visit } from '../identity/user.js';
import {
  PassphraseNeeded,
  ShareLinkExpired,
  ShareLinkNotFound,
  ShareLinkPublished,
  ShareLinkRevoked,
} from './sharing.errors.js';

interface LinkRow {
  readonly id: string;
  readonly accession: string;
  readonly ordinal: number;
  readonly passphraseHash: string | null;
  readonly may: Visit['may'];
  readonly anonymised: boolean;
  readonly epoch: number;
  readonly expiresAt: Date;
  readonly endedBy: 'revoked' | 'withdrawn' | 'rejected' | 'published' | null;
  /** What it shows now. */
  readonly submissionId: string | null;
  readonly version: number | null;
  readonly isUnnoted: boolean;
}

/** Whoever follows sees what was submitted last; before anything was, what there is. */
const find = (by: string) => `
  SELECT l.id, l.accession, l.ordinal, l."passphraseHash", l.may, l.anonymised, l.epoch, l."expiresAt", l."endedBy",
         s.id AS "submissionId", s.version,
         coalesce(l."lastUsedAt" < now() - interval '1 minute', true) AS "isUnnoted"
    FROM share_link l
    LEFT JOIN LATERAL (
      SELECT id, version FROM submission s
       WHERE s.accession = l.accession AND s.version = coalesce(l.version, s.version)
         AND s.state NOT IN ('withdrawn', 'rejected', 'tombstoned') AND s.state NOT LIKE 'published.%'
       ORDER BY s.sealed IS NULL, s.version DESC LIMIT 1) s ON true
   WHERE ${by}`;

const BY = {
  link: find('l."tokenHash" = $1'),
  visit: find(`l.id = (SELECT v."linkId" FROM visit v WHERE v."tokenHash" = $1 AND v."expiresAt" > $2)`),
  id: find('l.id = $1'),
} as const;

const SWEEP = `
  DELETE FROM visit WHERE id IN
    (SELECT id FROM visit WHERE "expiresAt" <= now() ORDER BY "expiresAt" LIMIT 100 FOR UPDATE SKIP LOCKED)`;

export interface Opened {
  readonly submissionId: string;
  readonly secret: string;
  readonly expiresAt: Date;
  readonly visit: Visit;
}

@Injectable()
export class VisitsService {
  private readonly base: string;
  private readonly contact: string;

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.base = publicUrl(config);
    this.contact = config.MAIL_FROM;
  }

  /**
   * Null: nobody has made such a link, or opened one so.
   * @throws ShareLinkRevoked, ShareLinkExpired, ShareLinkPublished, and PassphraseNeeded where the link alone is not enough
   */
  async visitor(kind: 'link' | 'visit', secret: string): Promise<User | null> {
    const [link]: LinkRow[] = await this.db.query(BY[kind], [
      hashOf(secret),
      ...(kind === 'visit' ? [this.clock.now()] : []),
    ]);
    if (!link) return null;
    const visit = this.visitOf(link);
    if (kind === 'link' && link.passphraseHash !== null) throw new PassphraseNeeded('missing');
    if (link.isUnnoted) await this.note(link.id, kind === 'link');
    return { id: link.id, name: visit.pseudonym, roles: [], scopes: null, visit };
  }

  /** As its link stands now, where nothing was revoked since `epoch`; null otherwise. */
  async stillGood(linkId: string, epoch: number): Promise<Visit | null> {
    const [link]: LinkRow[] = await this.db.query(BY.id, [linkId]);
    const isOver = !link || link.epoch !== epoch || link.endedBy !== null || link.expiresAt <= this.clock.now();
    return isOver || link.submissionId === null ? null : this.visitOf(link);
  }

  async epochOf({ linkId }: Visit): Promise<number> {
    const [{ epoch }] = await this.db.query('SELECT epoch FROM share_link WHERE id = $1', [linkId]);
    return epoch;
  }

  /**
   * What a browser or a script goes on with.
   * @throws ShareLinkNotFound, PassphraseNeeded, ShareLinkRevoked, ShareLinkExpired, ShareLinkPublished
   */
  async open(token: string, passphrase: string | null): Promise<Opened> {
    const [link]: LinkRow[] = await this.db.query(BY.link, [hashOf(token)]);
    if (!link) throw new ShareLinkNotFound();
    const visit = this.visitOf(link);
    if (link.passphraseHash !== null) {
      if (passphrase === null) throw new PassphraseNeeded('missing');
      if (!(await isPassword(passphrase, link.passphraseHash))) throw new PassphraseNeeded('wrong');
    }
    const secret = makeSecret('visit');
    await this.db.query(SWEEP);
    await this.db.query(`INSERT INTO visit (id, "linkId", "tokenHash", "expiresAt") VALUES ($1, $2, $3, $4)`, [
      ...[randomUUID(), link.id, hashOf(secret), link.expiresAt],
    ]);
    await this.note(link.id, true);
    return { submissionId: String(link.submissionId), secret, expiresAt: link.expiresAt, visit };
  }

  /** @throws ShareLinkRevoked, ShareLinkExpired, ShareLinkPublished */
  private visitOf(link: LinkRow): Visit {
    const { endedBy, expiresAt, accession, submissionId, version, may, anonymised } = link;
    if (endedBy === 'published') throw new ShareLinkPublished(`${this.base}/d/${accession}`);
    if (endedBy !== null) throw new ShareLinkRevoked(endedBy, this.contact);
    if (expiresAt <= this.clock.now()) throw new ShareLinkExpired(expiresAt, this.contact);
    if (submissionId === null || version === null) throw new ShareLinkRevoked('revoked', this.contact); // it was deleted
    const pseudonym = `Reviewer ${link.ordinal}`;
    return { linkId: link.id, accession, version, may, isAnonymised: anonymised, pseudonym };
  }

  /** An opening counts; of requests it is noted once a minute that there were some, so that a read stays a read. */
  private async note(linkId: string, isUse: boolean): Promise<void> {
    await this.db.query('UPDATE share_link SET "lastUsedAt" = now(), uses = uses + $2 WHERE id = $1', [
      linkId,
      isUse ? 1 : 0,
    ]);
  }
}
