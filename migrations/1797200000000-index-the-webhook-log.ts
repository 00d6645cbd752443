/** How is the log of an endpoint searched? By time, and by what seldom happens: a state that is trouble, or one topic. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A delivery that arrives at once is in none of the troubles, and costs that index nothing. */
const LOG = `
  CREATE INDEX webhook_delivery_log ON webhook_delivery ("endpointId", "createdAt", seq);
  CREATE INDEX webhook_delivery_topic ON webhook_delivery ("endpointId", topic, "createdAt", seq);
  CREATE INDEX webhook_delivery_trouble ON webhook_delivery ("endpointId", state, "createdAt", seq)
   WHERE state IN ('failed', 'dead', 'skipped', 'missed');
  DROP INDEX webhook_delivery_page`;

const BEFORE = `
  CREATE INDEX webhook_delivery_page ON webhook_delivery ("endpointId", seq);
  DROP INDEX webhook_delivery_log, webhook_delivery_topic, webhook_delivery_trouble`;

export class IndexTheWebhookLog1797200000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(LOG);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(BEFORE);
  }
}
