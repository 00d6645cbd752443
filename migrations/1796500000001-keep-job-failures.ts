/** Why did a job fail? The queue forgets it at once, so that its id may be used again; the reason is kept here for a while. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeepJobFailures1796500000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE job_failure (
        queue      text NOT NULL,
        "jobId"    text NOT NULL,
        data       jsonb NOT NULL,
        reason     text NOT NULL,
        times      integer NOT NULL DEFAULT 1,
        "failedAt" timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (queue, "jobId")
      );
      CREATE INDEX job_failure_newest ON job_failure (queue, "failedAt" DESC);
      CREATE INDEX job_failure_age ON job_failure ("failedAt")`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE job_failure');
  }
}
