/** What is on its way into a submission? The rows of uploads and imports; alone in writing them. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config } from '../config.js';
import type { User } from '../identity/user.js';
import { Passing } from '../live/passing.js';
import { post } from '../outbox/outbox.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionNotFound, TransitionRefused } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { FileNameTaken, UploadNotFound } from './files.errors.js';
import { mustBeFree } from './neighbours.js';
import { Pace } from './pace.js';
import { Spool } from './spool.js';
import { tellFile } from './tell-file.js';
import { Upload } from './upload.entity.js';
import { holdUpload, takeUpload, type UploadLease } from './upload-lease.js';

/** What is to come. */
export interface Expected {
  readonly id: string;
  readonly path: string;
  readonly size: number | null;
  readonly sha256: string | null;
}

/** Where it is to come from, when nobody sends it. */
export interface Source {
  readonly url: string;
  readonly guessed: boolean;
}

/** Somebody else has decided upon the upload: there is nothing left to do, and nothing of it is kept. */
class Decided extends Error {}

@Injectable()
export class UploadsService {
  private readonly passing: Passing;
  private readonly pace = new Pace();

  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly spool: Spool,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.passing = new Passing(db);
  }

  /** A new upload takes the place of an older one of the same path; a file of that path stays until the new one is whole. */
  async begin(submissionId: string, user: User, expected: Expected, source: Source | null = null): Promise<Upload> {
    const { id, path, size, sha256 } = expected;
    let replaced: { id: string }[] = [];
    await this.submissions.filesChanged(submissionId, user, async (tx) => {
      [replaced] = await tx.query(
        `DELETE FROM upload WHERE "submissionId" = $1 AND path = $2 AND state <> 'done' RETURNING id`,
        [submissionId, path],
      );
      for (const older of replaced) await tellFile(tx, { ...older, submissionId, path }, 'removed');
      await mustBeFree(tx, submissionId, path, id);
      await tx.query(
        `INSERT INTO upload (id, "submissionId", "personId", path, origin, url, guessed, size, sha256, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'receiving')`,
        [
          id,
          submissionId,
          user.id,
          path,
          source ? 'import' : 'upload',
          source?.url ?? null,
          source?.guessed ?? false,
          size,
          sha256,
        ],
      );
      if (source) await post(tx, { topic: 'import.requested', uploadId: id, attempt: 1 });
      await tellFile(tx, { id, submissionId, path }, 'uploading');
    });
    for (const older of replaced) await this.spool.discard(older.id);
    return this.get(id);
  }

  /** A file that comes from an address; a worker fetches it. */
  async beginImport(
    submissionId: string,
    user: User,
    { path, sha256, ...source }: Source & { readonly path: string; readonly sha256: string | null },
  ): Promise<Upload> {
    return this.begin(submissionId, user, { id: randomUUID(), path, size: null, sha256 }, source);
  }

  async get(id: string): Promise<Upload> {
    const upload = await this.find(id);
    if (!upload) throw new UploadNotFound(id);
    return upload;
  }

  async find(id: string): Promise<Upload | null> {
    return this.db.manager.findOneBy(Upload, { id });
  }

  /** Whoever began it goes on with it; for everybody else it does not exist. */
  async getFor(id: string, user: User): Promise<Upload> {
    const upload = await this.get(id);
    if (upload.personId !== user.id) throw new UploadNotFound(id);
    return upload;
  }

  /** How far it has come; false: it is no longer being received. */
  async progress(id: string, received: number, size: number | null = null): Promise<boolean> {
    const [[upload] = []] = await this.db.query(
      `UPDATE upload SET received = $2, size = coalesce($3, size), "updatedAt" = now()
        WHERE id = $1 AND state = 'receiving' RETURNING "submissionId", path, size::float8 AS size`,
      [id, received, size],
    );
    if (!upload) return false;
    const { submissionId, ...file } = upload;
    const rate = this.pace.of(id, received, performance.now());
    this.passing.tell(id, { topic: 'file.progress', submissionId, data: { id, ...file, bytes: received, rate } });
    return true;
  }

  /** What the other server says of its file: its version, and its name where the path was but a guess. */
  async describe({ id, submissionId, path, guessed }: Upload, etag: string | null, name: string | null): Promise<void> {
    await this.db.query('UPDATE upload SET etag = $2 WHERE id = $1', [id, etag]);
    if (!guessed || name === null || name === path) return;
    await this.submissions
      .filesChanged(submissionId, null, async (tx) => {
        await mustBeFree(tx, submissionId, name, id);
        const same = `SELECT FROM upload WHERE "submissionId" = $1 AND path = $2 AND state <> 'done' AND id <> $3`;
        if ((await tx.query(same, [submissionId, name, id])).length > 0) throw new FileNameTaken(name, name);
        await tx.query('UPDATE upload SET path = $2, guessed = false WHERE id = $1', [id, name]);
      })
      .catch((error: unknown) => {
        if (!(error instanceof FileNameTaken)) throw error; // where the name is taken, the guess stands
      });
  }

  /** All bytes are here, and are looked at next: by the caller if it knows their digest already, otherwise by a worker. */
  async whole(id: string, size: number, by: 'caller' | 'worker'): Promise<Upload | null> {
    return this.db.transaction(async (tx) => {
      const [[row] = []] = await tx.query(
        `UPDATE upload SET state = 'verifying', size = $2, received = $2, problem = NULL, "updatedAt" = now(),
                "leaseUntil" = CASE WHEN $3 THEN now() + $4 * interval '1 ms' END
          WHERE id = $1 AND state = 'receiving' RETURNING attempt`,
        [id, size, by === 'caller', this.config.LEASE],
      );
      if (!row) return null;
      if (by === 'worker') await post(tx, { topic: 'upload.received', uploadId: id, attempt: row.attempt });
      const upload = await tx.findOneByOrFail(Upload, { id });
      await tellFile(tx, upload, 'verifying');
      return upload;
    });
  }

  /** Work on it, if that attempt counts and nobody else does. */
  take(work: { readonly id: string; readonly attempt: number }): Promise<UploadLease | null> {
    return takeUpload(this.db, work, this.config.LEASE);
  }

  /** Go on working on what `whole` has given to its caller. */
  hold(upload: Upload): UploadLease {
    return holdUpload(this.db, upload, this.config.LEASE);
  }

  /** What was in the way of this attempt: told when there is no other. */
  async note({ id, attempt }: Upload, problem: string): Promise<void> {
    await this.db.query('UPDATE upload SET problem = $3 WHERE id = $1 AND attempt = $2', [id, attempt, problem]);
  }

  /** Give it to the workers once more, unless that has been done. */
  async again({ id, attempt, state }: Upload): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE upload SET attempt = attempt + 1, "leaseUntil" = NULL WHERE id = $1 AND attempt = $2 AND state = $3`,
        [id, attempt, state],
      );
      if (changed !== 1) return false;
      const topic = state === 'verifying' ? 'upload.received' : 'import.requested';
      await post(tx, { topic, uploadId: id, attempt: attempt + 1 });
      return true;
    });
  }

  /** It becomes a file of its submission, in the place of one of the same path. */
  async settle(upload: Upload, alongside: (tx: EntityManager) => Promise<void>): Promise<Submission | null> {
    return this.decide(upload, async (tx) => {
      await mustBe(tx, upload.id, `state = 'done', problem = NULL, "leaseUntil" = NULL`, `state = 'verifying'`);
      await alongside(tx);
      await tellFile(tx, upload, 'stored');
    });
  }

  /** It will not become a file; its bytes are removed, and its submitter is told why. False: it is over already. */
  async fail(upload: Upload, problem: string): Promise<boolean> {
    const { id, submissionId } = upload;
    const failed = async (tx: EntityManager) => {
      const under = `state IN ('receiving', 'verifying')`;
      await mustBe(tx, id, `state = 'failed', problem = $2, "leaseUntil" = NULL`, under, problem);
      await post(tx, { topic: 'file.refused', submissionId, uploadId: id });
      await tellFile(tx, upload, 'failed');
    };
    const settled = await this.decide(upload, failed).catch(async (error: unknown) => {
      if (!(error instanceof TransitionRefused)) throw error;
      // The files of the submission do not change any more, and it needs not know.
      return this.unlessDecided(this.db.transaction(failed));
    });
    await this.spool.discard(id);
    return settled !== null;
  }

  /** Its submitter does not want it any more. */
  async giveUp({ id, submissionId, path }: Upload, user: User): Promise<void> {
    await this.submissions.filesChanged(submissionId, user, async (tx) => {
      const [, deleted] = await tx.query(`DELETE FROM upload WHERE id = $1 AND state <> 'done'`, [id]);
      if (deleted !== 1) throw new UploadNotFound(id);
      await tellFile(tx, { id, submissionId, path }, 'removed');
    });
    await this.spool.discard(id);
  }

  private decide({ submissionId }: Upload, act: (tx: EntityManager) => Promise<void>): Promise<Submission | null> {
    return this.unlessDecided(this.submissions.filesChanged(submissionId, null, act));
  }

  private async unlessDecided<T>(decision: Promise<T>): Promise<T | null> {
    try {
      return await decision;
    } catch (error) {
      if (error instanceof Decided || error instanceof SubmissionNotFound) return null;
      throw error;
    }
  }
}

/** @throws Decided when the upload is not as `while_` says any more */
async function mustBe(tx: EntityManager, id: string, set: string, while_: string, ...values: string[]): Promise<void> {
  const sql = `UPDATE upload SET ${set}, "updatedAt" = now() WHERE id = $1 AND ${while_}`;
  const [, changed] = await tx.query(sql, [id, ...values]);
  if (changed !== 1) throw new Decided();
}
