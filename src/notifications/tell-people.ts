/** How does a room tell people of what has happened in it? In their lists with its transaction, by other channels after. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { announce } from '../live/announce.js';
import { post } from '../outbox/outbox.js';
import { categoryOf } from './categories.js';
import type { Block } from './letter.js';

export interface Telling {
  /** What happened: nobody is told of it twice. */
  readonly messageId: string;
  readonly topic: string;
  readonly submissionId: string | null;
  readonly personIds: readonly string[];
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly link: string;
}

/** @returns the ids of the notifications that are new */
export async function tellPeople(tx: EntityManager, { personIds, blocks, ...telling }: Telling): Promise<string[]> {
  const letters = [...new Set(personIds)].map((personId) => ({ ...telling, personId, blocks }));
  return tellEach(tx, telling.messageId, letters);
}

/** What one person is told of one message. */
export type Letter = Omit<Telling, 'personIds'> & { readonly personId: string };

/** As `tellPeople`, where not everybody reads the same words. */
export async function tellEach(tx: EntityManager, messageId: string, letters: readonly Letter[]): Promise<string[]> {
  const written = await writeInLists(tx, letters);
  if (written.length > 0) await post(tx, { topic: 'notification.written', writtenOf: messageId });
  return written;
}

/** In a category that its reader has muted it comes as read: as of the instant at which it was written. */
const WRITE = `
  INSERT INTO notification (id, "messageId", "personId", "submissionId", topic, title, body, link, "createdAt", "readAt")
  SELECT r.id, r."messageId", r."personId", r."submissionId", r.topic, r.title, r.body, r.link, now()::timestamptz(3),
         CASE WHEN q.choices -> r.category ->> 'inApp' = 'muted' THEN now()::timestamptz(3) END
    FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, "messageId" uuid, "personId" uuid, "submissionId" uuid,
                                             topic text, title text, body jsonb, link text, category text)
    JOIN person p ON p.id = r."personId" AND p."disabledAt" IS NULL
    LEFT JOIN preference q ON q."personId" = p.id
  ON CONFLICT ("messageId", "personId") DO NOTHING RETURNING id, "personId"`;

/**
 * Into the lists alone, and live: the one place where they are written.
 * @returns the ids of those that are new; `DeliveriesService.request` sends them out
 */
export async function writeInLists(tx: EntityManager, letters: readonly Letter[]): Promise<string[]> {
  const rows = letters.map(({ blocks, ...letter }) => ({
    id: randomUUID(),
    ...letter,
    body: blocks,
    category: categoryOf(letter.topic),
  }));
  const written: { id: string; personId: string }[] = await tx.query(WRITE, [JSON.stringify(rows)]);
  for (const { id, personId } of written) await announce(tx, { topic: 'notification.created', personId, data: { id } });
  return written.map(({ id }) => id);
}
