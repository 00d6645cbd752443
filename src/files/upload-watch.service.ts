/** Which uploads does nobody look after? Those who keep house ask here; what becomes of them is not decided here. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Spool } from './spool.js';
import { Upload } from './upload.entity.js';

const AT_ONCE = 500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

@Injectable()
export class UploadWatch {
  constructor(
    private readonly db: DataSource,
    private readonly spool: Spool,
  ) {}

  /** Those that work is promised on, and in nobody's hands; one whose message still waits for the relay is not lost. */
  async inNobodysHands(): Promise<Upload[]> {
    return this.db.manager
      .createQueryBuilder(Upload, 'upload')
      .where(
        `(state = 'verifying' OR (state = 'receiving' AND origin = 'import'))
         AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
         AND NOT EXISTS (SELECT FROM outbox_message m
                          WHERE m."relayedAt" IS NULL AND m.payload ->> 'uploadId' = upload.id::text)`,
      )
      .orderBy('"updatedAt"')
      .limit(AT_ONCE)
      .getMany();
  }

  /** Those that their submitters have not gone on with since. */
  async idleSince(cutoff: string): Promise<Upload[]> {
    return this.db.manager
      .createQueryBuilder(Upload, 'upload')
      .where(`state = 'receiving' AND origin = 'upload' AND "updatedAt" < :cutoff`, { cutoff })
      .orderBy('"updatedAt"')
      .limit(AT_ONCE)
      .getMany();
  }

  /** Bytes that a crash has left behind: of uploads that are over, or never were. */
  async sweepSpool(cutoff: Date): Promise<number> {
    let swept = 0;
    for await (const id of this.spool.olderThan(cutoff)) {
      const under = UUID.test(id) ? await this.db.manager.findOneBy(Upload, { id }) : null;
      if (under?.state === 'receiving' || under?.state === 'verifying') continue;
      await this.spool.discard(id);
      swept++;
    }
    return swept;
  }
}
