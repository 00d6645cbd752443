/** Of which end has the owner of a review link been told? Found by an index of those of whose end nobody was. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RemindOfLinks1797300000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE share_link ADD COLUMN "toldOf" timestamptz;
      CREATE INDEX share_link_ending ON share_link ("expiresAt")
        WHERE "endedAt" IS NULL AND "toldOf" IS DISTINCT FROM "expiresAt"`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX share_link_ending; ALTER TABLE share_link DROP COLUMN "toldOf"');
  }
}
