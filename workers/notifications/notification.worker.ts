/** Who must be told of this message? Each of them is, once: in the list at once, and by other channels as they wish. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config } from '../../src/config.js';
import { AUDIENCE, audienceOf, type NotifiedTopic, type Reader } from '../../src/notifications/audience.js';
import { DeliveriesService } from '../../src/notifications/deliveries.service.js';
import { type Occasion, OccasionsService, Payload } from '../../src/notifications/occasions.service.js';
import { writeInLists } from '../../src/notifications/tell-people.js';
import { tell } from '../../src/notifications/telling.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';

/** Whoever takes a message has it alone, until the transaction ends. */
const TAKE = `
  UPDATE outbox_message SET "handledAt" = now() WHERE id = $1 AND "handledAt" IS NULL RETURNING topic, payload`;

/** Whoever may have to do with submission $2, and has an account that is open; with the roles that they have for it now. */
const PEOPLE = `
  SELECT p.id, coalesce(q."asViewer", false) AS "asViewer",
         roles_held(p) || CASE WHEN reviews_profile(p.id, (SELECT profile FROM submission WHERE id = $2))
                               THEN '{curator}'::text[] ELSE '{}' END AS roles
    FROM person p LEFT JOIN preference q ON q."personId" = p.id
   WHERE p."disabledAt" IS NULL
     AND (p.id = ANY ($1::uuid[]) OR p.roles && ARRAY['curator', 'admin']
          OR p.id IN (SELECT "personId" FROM role_grant WHERE role IN ('curator', 'admin')))`;

@Injectable()
export class NotificationWorker extends JobWorker<'notification'> {
  protected readonly queue = 'notification';
  protected override readonly concurrency = 4;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly db: DataSource,
    private readonly occasions: OccasionsService,
    private readonly deliveries: DeliveriesService,
  ) {
    super(config);
  }

  async handle({ messageId }: JobOf<'notification'>): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [[message]] = await tx.query(TAKE, [messageId]);
      if (message?.topic === 'notification.written') return this.sendWritten(tx, message.payload.writtenOf);
      if (!message || !isNotified(message.topic)) return;

      const occasion = await this.occasions.of(tx, message.topic, Payload.parse(message.payload));
      if (!occasion) return;
      await this.deliveries.request(tx, await this.write(tx, messageId, message.topic, occasion));
    });
  }

  /** What a room has told people itself is in their lists already. */
  private async sendWritten(tx: EntityManager, messageId: string): Promise<void> {
    const written: { id: string }[] = await tx.query('SELECT id FROM notification WHERE "messageId" = $1', [messageId]);
    await this.deliveries.request(
      tx,
      written.map(({ id }) => id),
    );
  }

  private async write(
    tx: EntityManager,
    messageId: string,
    topic: NotifiedTopic,
    occasion: Occasion,
  ): Promise<string[]> {
    const { id: submissionId, ownerId, assignee, collaborators } = occasion;
    const known = [ownerId, assignee, ...collaborators.map(({ personId }) => personId)];
    const people: Reader[] = await tx.query(PEOPLE, [known, submissionId]);
    const letters = audienceOf(topic, occasion, people).map(({ personId, as }) => ({
      ...tell(topic, occasion, as),
      ...{ messageId, personId, submissionId, topic },
    }));
    return writeInLists(tx, letters);
  }
}

const isNotified = (topic: string): topic is NotifiedTopic => topic in AUDIENCE;
