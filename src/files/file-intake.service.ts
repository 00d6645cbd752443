/**
 * How does an upload become a file? Its bytes are hashed, compared with what was declared, made the object of that digest,
 * and named by the submission. Every step may be done twice, and a crash between any two leaves what the next try goes on with.
 */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainError } from '../platform/domain-error.js';
import { TransitionRefused } from '../submissions/submission.errors.js';
import { ArrivedTooLate, BytesLost, ChecksumMismatch } from './files.errors.js';
import { uploadKey } from './object-store.js';
import { Spool } from './spool.js';
import { StoredObjectsService } from './stored-objects.service.js';
import type { Upload } from './upload.entity.js';
import { UploadsService } from './uploads.service.js';

@Injectable()
export class FileIntake {
  constructor(
    private readonly uploads: UploadsService,
    private readonly objects: StoredObjectsService,
    private readonly spool: Spool,
  ) {}

  /**
   * All bytes of an upload are in the spool. Where their digest is known the file is made at once; otherwise a worker
   * reads them.
   * @throws a DomainError when the upload has failed, as its submitter should hear it
   */
  async received(id: string, size: number, sha256: string | null): Promise<void> {
    const upload = await this.uploads.whole(id, size, sha256 === null ? 'worker' : 'caller');
    if (!upload || sha256 === null) return;
    const lease = this.uploads.hold(upload);
    try {
      await this.make(upload, sha256);
    } catch (error) {
      if (error instanceof DomainError) throw error;
      await this.uploads.again(upload); // a worker may have more luck
    } finally {
      lease.leave();
    }
  }

  /** The same for an upload whose last bytes passed here; the digest is known if all of them did. */
  async ended(id: string, size: number): Promise<void> {
    await this.received(id, size, this.spool.digestOf(id, size));
  }

  /** For a worker that fetched them: a refusal is the upload's end, and its row says why. */
  async fetched(id: string, size: number): Promise<void> {
    await this.ended(id, size).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  }

  /** Whether all bytes are here although the row does not say so: the process died in between. It says so then. */
  async recovers({ id, size }: Upload): Promise<boolean> {
    const isWhole = size !== null && (await this.spool.offset(id)) === size;
    if (isWhole) await this.received(id, size, null);
    return isWhole;
  }

  /** For workers: whatever is left to do for an upload that is whole. A refusal is the upload's end, not an error. */
  async finish({ id, attempt }: Pick<Upload, 'id' | 'attempt'>, stopping: AbortSignal): Promise<void> {
    const upload = await this.uploads.find(id);
    if (upload?.state === 'receiving') return;
    if (upload?.state !== 'verifying') return this.spool.discard(id); // what a crash after the decision has left
    const lease = await this.uploads.take({ id, attempt });
    if (!lease) return;
    try {
      const sha256 = await this.digestOf(upload, AbortSignal.any([lease.signal, stopping]));
      if (sha256 !== null) await this.make(upload, sha256);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    } finally {
      await lease.release();
    }
  }

  /** @throws a DomainError when the upload has failed for good; its row says so by then */
  private async make(upload: Upload, sha256: string): Promise<void> {
    const { id, path, size, sha256: declared } = upload;
    if (size === null || (await this.objects.sizeOf(uploadKey(id))) !== size) return this.lost(upload);
    if (declared !== null && declared !== sha256)
      throw await this.failed(upload, new ChecksumMismatch(path, declared, sha256));

    await this.objects.adopt(uploadKey(id), sha256, size);
    try {
      await this.uploads.settle(upload, (tx) => this.name(tx, upload, sha256, size));
    } catch (error) {
      if (!(error instanceof TransitionRefused)) throw error;
      throw await this.failed(upload, new ArrivedTooLate(path, error.state));
    }
    await this.spool.discard(id);
  }

  /** The file of that path is this one now. */
  private async name(
    tx: EntityManager,
    { id, submissionId, path }: Upload,
    sha256: string,
    size: number,
  ): Promise<void> {
    await this.objects.use(tx, sha256, size);
    const [replaced]: [{ id: string; sha256: string; size: number }[]] = await tx.query(
      `DELETE FROM submission_file WHERE "submissionId" = $1 AND path = $2 RETURNING id, sha256, size`,
      [submissionId, path],
    );
    for (const old of replaced) {
      await tx.query('DELETE FROM upload WHERE id = $1', [old.id]);
      await this.objects.use(tx, old.sha256, old.size);
    }
    await tx.query('INSERT INTO submission_file (id, "submissionId", path, size, sha256) VALUES ($1, $2, $3, $4, $5)', [
      id,
      submissionId,
      path,
      size,
      sha256,
    ]);
  }

  private async digestOf(upload: Upload, signal: AbortSignal): Promise<string | null> {
    const key = uploadKey(upload.id);
    if ((await this.objects.sizeOf(key)) !== null) return this.objects.digest(key, signal);
    await this.lost(upload);
    return null;
  }

  /** The bytes are not here: because another hand was faster, or because we have lost them. */
  private async lost(upload: Upload): Promise<void> {
    const now = await this.uploads.find(upload.id);
    if (now?.state === 'verifying') throw await this.failed(upload, new BytesLost(upload.path));
  }

  private async failed(upload: Upload, why: DomainError): Promise<DomainError> {
    await this.uploads.fail(upload, why.message);
    return why;
  }
}
