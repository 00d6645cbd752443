/**
 * How does a file come from an address? It is asked for until it is whole, each time from where the time before ended,
 * and becomes a file as an upload does. A server that is away is asked again later, as another attempt.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import { FileIntake } from '../../src/files/file-intake.service.js';
import { Spool } from '../../src/files/spool.js';
import type { Upload } from '../../src/files/upload.entity.js';
import { UploadLocks } from '../../src/files/upload-locks.js';
import { UploadsService } from '../../src/files/uploads.service.js';
import type { JobOf } from '../../src/queues.js';
import { JobWorker } from '../job-worker.js';
import { FileFetch } from './fetch-file.js';

/** How often in a row we ask again without a new byte, in one attempt, and how long we wait before each. */
const PAUSES_MS = [100, 500, 2_000, 5_000, 10_000];

/** It was not our doing, and asking again later may help. */
class Interrupted extends Error {}

@Injectable()
export class ImportWorker extends JobWorker<'import'> {
  protected readonly queue = 'import';
  protected override readonly concurrency = 4;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly uploads: UploadsService,
    private readonly intake: FileIntake,
    private readonly locks: UploadLocks,
    private readonly files: FileFetch,
    private readonly spool: Spool,
  ) {
    super(config);
  }

  async handle({ uploadId: id, attempt }: JobOf<'import'>, stopping: AbortSignal): Promise<void> {
    const lease = await this.uploads.take({ id, attempt });
    if (!lease) return;
    const letGo = new AbortController();
    const signal = AbortSignal.any([lease.signal, stopping, letGo.signal]);
    let pauseMs = 0;
    try {
      await this.locks.within(id, signal, letGo, () => this.bring(id, signal));
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      pauseMs = this.config.LEASE * attempt; // then the reconciler gives it again
    } finally {
      await lease.release(pauseMs);
    }
  }

  private async bring(id: string, signal: AbortSignal): Promise<void> {
    let furthest = -1;
    let tries = 0;
    for (;;) {
      const upload = await this.uploads.find(id);
      if (!upload) return this.spool.discard(id); // given up meanwhile: what came after that must not stay
      if (upload.state !== 'receiving' || upload.url === null) return;

      const { ended, at } = await this.files.fetch(upload, upload.url, signal);
      signal.throwIfAborted();
      if (ended.kind === 'refused') return void (await this.uploads.fail(upload, ended.why));
      if (ended.kind === 'complete') {
        await this.intake.fetched(id, at);
        continue;
      }
      tries = at > furthest ? 0 : tries + 1;
      furthest = Math.max(at, furthest);
      await this.pause(upload, `${ended.why} ${at} bytes had come by then.`, tries, signal);
    }
  }

  private async pause(upload: Upload, why: string, tries: number, signal: AbortSignal): Promise<void> {
    await this.uploads.note(upload, why);
    const ms = PAUSES_MS[tries];
    if (ms === undefined) throw new Interrupted(why);
    await sleep(ms, undefined, { signal });
  }
}
