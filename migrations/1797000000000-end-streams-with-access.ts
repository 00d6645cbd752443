/** Who hears less from now on? Whose role for a profile has gone, and whose review link has ended: their streams ask anew. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EndStreamsWithAccess1797000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TRIGGER live_holder_changed AFTER UPDATE OR DELETE ON role_grant
        FOR EACH ROW EXECUTE FUNCTION live_holder_changed();
      CREATE TRIGGER live_link_changed AFTER UPDATE OF "endedBy", "expiresAt" OR DELETE ON share_link
        FOR EACH ROW EXECUTE FUNCTION live_person_changed()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER live_link_changed ON share_link;
      DROP TRIGGER live_holder_changed ON role_grant`);
  }
}
