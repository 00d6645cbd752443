/** Whose mail of the day is to be made now? A due time in the row of their preferences says so; what is held becomes one delivery. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { post } from '../outbox/outbox.js';
import { RECIPIENT, type Recipient, whyNot } from './preference.js';

const BATCH = 100;

const DUE = `SELECT "personId" FROM preference WHERE "digestAt" <= $1 ORDER BY "digestAt" LIMIT ${BATCH}`;

/** Whoever takes it has it alone; what is held from now on has a due time of its own. */
const TAKE = `UPDATE preference SET "digestAt" = NULL WHERE "personId" = $1 AND "digestAt" <= $2 RETURNING "personId"`;

/** The oldest first. What comes into the list as read was muted there, and is no less news by mail. */
const HELD = `
  SELECT d.id, n.topic, n."readAt" > n."createdAt" AS "isRead", ${RECIPIENT}
    FROM delivery d JOIN notification n ON n.id = d."notificationId"
    JOIN person p ON p.id = d."heldFor" JOIN preference q ON q."personId" = p.id
   WHERE d."heldFor" = $1 AND d.state = 'held' AND d."digestId" IS NULL
   ORDER BY n."createdAt", n.id FOR UPDATE OF d`;

interface Held extends Recipient {
  readonly id: string;
  readonly topic: string;
  readonly isRead: boolean | null;
}

@Injectable()
export class DigestsService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @returns how many mails are on their way now */
  async gatherDue(): Promise<number> {
    const now = this.clock.in(0);
    let gathered = 0;
    let due: { personId: string }[];
    do {
      due = await this.db.query(DUE, [now]);
      for (const { personId } of due) if (await this.db.transaction((tx) => this.gather(tx, personId, now))) gathered++;
    } while (due.length === BATCH);
    return gathered;
  }

  /** Rows say which notices are in which mail, before it is sent. False: there is nothing to say. */
  private async gather(tx: EntityManager, personId: string, now: string): Promise<boolean> {
    const [[taken]] = await tx.query(TAKE, [personId, now]);
    if (!taken) return false;
    const held: Held[] = await tx.query(HELD, [personId]);
    const isNews = (each: Held) => !each.isRead && whyNot('email', each.topic, each) === null;
    const [news, old] = [held.filter(isNews), held.filter((each) => !isNews(each))].map((each) => each.map(idOf));
    await tx.query(`UPDATE delivery SET state = 'skipped', problem = $2 WHERE id = ANY ($1)`, [old, NO_NEWS]);
    const [carrier] = news ?? [];
    if (!carrier) return false;
    await tx.query('UPDATE delivery SET "digestId" = $2 WHERE id = ANY ($1)', [news, carrier]);
    await tx.query(`UPDATE delivery SET state = 'pending', "dueAt" = now() WHERE id = $1`, [carrier]);
    await post(tx, { topic: 'delivery.requested', deliveryId: carrier, attempt: 1 });
    return true;
  }
}

const NO_NEWS = 'It was read in the list before the mail of the day, or its reader wants no such mails.';
const idOf = ({ id }: { id: string }): string => id;
