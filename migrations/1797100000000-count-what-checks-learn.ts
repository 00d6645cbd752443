/** How much is in a submission? How many cells and runs its checks found, kept with their run. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of those that were checked before: the runs that submissions show. */
const LEARNT = `
  UPDATE validation_run r SET "cellCount" = learnt.cells, "runCount" = learnt.runs
    FROM submission s
   CROSS JOIN LATERAL (
     SELECT (SELECT least(sum((c.facts ->> 'cellCount')::numeric), 9007199254740991) FROM check_result c
              WHERE c."runId" = s."lastRunId" AND jsonb_typeof(c.facts -> 'cellCount') = 'number' HAVING count(*) > 0) AS cells,
            (SELECT nullif(count(DISTINCT (m.dataset, m.run)), 0) FROM matrix_cell m
              WHERE m."runId" = s."lastRunId" AND m.run IS NOT NULL) AS runs) learnt
   WHERE r.id = s."lastRunId" AND (learnt.cells IS NOT NULL OR learnt.runs IS NOT NULL)`;

export class CountWhatChecksLearn1797100000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE validation_run ADD COLUMN "cellCount" bigint, ADD COLUMN "runCount" integer');
    await db.query(LEARNT);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE validation_run DROP COLUMN "runCount", DROP COLUMN "cellCount"');
  }
}
