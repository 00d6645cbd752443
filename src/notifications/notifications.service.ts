/** What has somebody been told, and have they read it? `tell-people.ts` writes what is read here. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { User } from '../identity/user.js';
import { Instant, instantKey, keyset } from '../platform/page.js';
import { BY_ITS_VALUES } from '../platform/prepared-statements.js';
import { categoryOf, patternsOf } from './categories.js';
import { type Block, textOf } from './letter.js';
import { NotificationNotFound } from './notification.errors.js';
import type {
  AllRead,
  NotificationsPage,
  NotificationsQuery,
  NotificationView,
  ReadAll,
  ReadMark,
} from './notifications.schema.js';

const NEWEST_FIRST = keyset('notifications', z.tuple([Instant, z.uuid()]));

/** With what became of its mail. */
const SHOWN = `
  n.id, n.topic, n."submissionId", n.title, n.body, n.link, n."createdAt", n."readAt",
  CASE WHEN d.id IS NOT NULL THEN
    jsonb_build_object('state', d.state, 'attempts', d.attempts, 'problem', d.problem) END AS email,
  d."sentAt"`;
const JOINED = `LEFT JOIN delivery d ON d."notificationId" = n.id AND d.channel = 'email'`;

interface Row extends Omit<NotificationView, 'text' | 'email' | 'category'> {
  readonly body: readonly Block[];
  readonly email: Omit<NonNullable<NotificationView['email']>, 'sentAt'> | null;
  readonly sentAt: Date | null;
}

@Injectable()
export class NotificationsService {
  constructor(private readonly db: DataSource) {}

  async page({ id: personId }: User, query: NotificationsQuery): Promise<NotificationsPage> {
    const { limit, cursor, count } = query;
    const [createdAt, id] = NEWEST_FIRST.read(cursor) ?? [null, null];
    const { where, values } = wanted(personId, query);
    const rows: (Row & { createdKey: string })[] = await this.db.query(
      `${BY_ITS_VALUES}SELECT ${SHOWN}, ${instantKey('n."createdAt"')} AS "createdKey" FROM notification n ${JOINED}
        WHERE ${where} AND ($6::timestamptz IS NULL OR (n."createdAt", n.id) < ($6::timestamptz, $7::uuid))
        ORDER BY n."createdAt" DESC, n.id DESC LIMIT $8`,
      [...values, createdAt, id, limit + 1],
    );
    const { items, nextCursor } = NEWEST_FIRST.page(rows, limit, (row) => [row.createdKey, row.id]);
    const unreadCount = await this.countUnread(personId);
    const page = { items: items.map(view), nextCursor, unreadCount };
    if (!count) return page;
    const [{ total }] = await this.db.query(
      `${BY_ITS_VALUES}SELECT count(*)::int AS total FROM notification n WHERE ${where}`,
      values,
    );
    return { ...page, total };
  }

  /** The mark keeps the time of its first setting. */
  async mark(id: string, { read }: ReadMark, { id: personId }: User): Promise<NotificationView> {
    await this.db.query(
      `UPDATE notification SET "readAt" = CASE WHEN $3 THEN coalesce("readAt", now()) END WHERE id = $1 AND "personId" = $2`,
      [id, personId, read],
    );
    const [row]: Row[] = await this.db.query(
      `SELECT ${SHOWN} FROM notification n ${JOINED} WHERE n.id = $1 AND n."personId" = $2`,
      [id, personId],
    );
    if (!row) throw new NotificationNotFound(id);
    return view(row);
  }

  async markAll({ before }: ReadAll, { id: personId }: User): Promise<AllRead> {
    const [, marked]: [unknown, number] = await this.db.query(
      `UPDATE notification SET "readAt" = now()
        WHERE "personId" = $1 AND "readAt" IS NULL AND ($2::timestamptz IS NULL OR "createdAt" <= $2)`,
      [personId, before ?? null],
    );
    return { marked, unreadCount: await this.countUnread(personId) };
  }

  private async countUnread(personId: string): Promise<number> {
    const [{ n }] = await this.db.query(
      'SELECT count(*)::int AS n FROM notification WHERE "personId" = $1 AND "readAt" IS NULL',
      [personId],
    );
    return n;
  }
}

/** Whose, and which of them. */
function wanted(personId: string, { unread, topic, category, submission }: NotificationsQuery) {
  const { like, unlike } = category ? patternsOf(category) : { like: null, unlike: null };
  const where = `n."personId" = $1 ${unread ? 'AND n."readAt" IS NULL' : ''}
    ${submission ? 'AND n."submissionId" = $2' : 'AND $2::uuid IS NULL'}
    AND ($3::text[] IS NULL OR n.topic = ANY ($3))
    AND ($4::text[] IS NULL OR (n.topic LIKE ANY ($4) AND NOT n.topic LIKE ANY ($5)))`;
  return { where, values: [personId, submission ?? null, topic ?? null, like, unlike] };
}

const view = ({ body, email, sentAt, ...row }: Row): NotificationView => ({
  ...row,
  category: categoryOf(row.topic),
  text: textOf(body),
  email: email && { ...email, sentAt },
});
