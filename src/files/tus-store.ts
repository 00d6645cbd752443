/** What does tus know of an upload? What its row says; the bytes are the spool's. */
import type { Readable } from 'node:stream';
import { DataStore, Upload as Incoming } from '@tus/server';
import type { User } from '../identity/user.js';
import type { FileIntake } from './file-intake.service.js';
import { UploadFailed, UploadNotFound, UploadWhole } from './files.errors.js';
import type { Spool } from './spool.js';
import type { Upload } from './upload.entity.js';
import type { UploadsService } from './uploads.service.js';

/** How often the row of an upload is told how far it has come. */
const TELL_EVERY_MS = 1_000;

export class TusStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];

  constructor(
    private readonly uploads: UploadsService,
    private readonly spool: Spool,
    private readonly intake: FileIntake,
    private readonly expireMs: number,
    /** Whose request this is. */
    private readonly caller: () => User,
  ) {
    super();
  }

  /** Its row is there by now: `onUploadCreate`. */
  override async create(incoming: Incoming): Promise<Incoming> {
    await this.spool.begin(incoming.id, incoming.size ?? null);
    return incoming;
  }

  override async getUpload(id: string): Promise<Incoming> {
    const upload = await this.uploads.get(id);
    if (upload.state === 'failed') throw new UploadFailed(id, upload.problem ?? '');
    return incomingOf(upload, await this.offsetOf(upload));
  }

  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    const upload = await this.uploads.get(id);
    if (upload.state !== 'receiving') throw new UploadWhole(id, upload.submissionId);
    let at = offset;
    const timer = setInterval(() => void this.tell(id, at, bytes), TELL_EVERY_MS);
    try {
      at = await this.spool.append(id, bytes, offset, (seen) => {
        at = seen;
      });
      return at;
    } finally {
      clearInterval(timer);
      if (at !== upload.size) await this.uploads.progress(id, at);
    }
  }

  override async remove(id: string): Promise<void> {
    const upload = await this.uploads.get(id);
    if (upload.state === 'done') throw new UploadWhole(id, upload.submissionId);
    await this.uploads.giveUp(upload, this.caller());
  }

  /** After the last byte, not after the first. */
  override getExpiration(): number {
    return this.expireMs;
  }

  /** A process that died between the last byte and its row is made good for here. */
  private async offsetOf(upload: Upload): Promise<number> {
    if (upload.state !== 'receiving') return upload.size ?? upload.received;
    const offset = await this.spool.offset(upload.id);
    if (offset === null) throw new UploadNotFound(upload.id);
    if (offset === upload.size) await this.intake.received(upload.id, offset, null);
    return offset;
  }

  /** An upload that was given up meanwhile takes no more bytes. */
  private async tell(id: string, at: number, bytes: Readable): Promise<void> {
    const isWanted = await this.uploads.progress(id, at).catch(() => true); // a database that is away says nothing
    if (!isWanted) bytes.destroy(new UploadNotFound(id));
  }
}

const incomingOf = ({ id, path, submissionId, sha256, size, updatedAt }: Upload, offset: number): Incoming =>
  new Incoming({
    id,
    offset,
    ...(size !== null && { size }),
    metadata: { submission: submissionId, path, ...(sha256 && { sha256 }) },
    creation_date: updatedAt.toISOString(),
  });
