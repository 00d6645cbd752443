/** How do objects lie in S3? Under their keys, in one bucket; what is large travels in parts. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  NotFound,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Config } from '../config.js';
import {
  type ByteRange,
  type LocalCopy,
  ObjectMissing,
  type ObjectStore,
  type StoredBytes,
  uploadKey,
} from './object-store.js';

const MIB = 1_048_576;

/** S3 takes no more parts of one object. */
const PARTS = 10_000;

/** How clients reach the bucket: by path, as every server understands, with checksums only where the protocol asks. */
export function s3Access(config: Config): S3ClientConfig & { readonly bucket: string } {
  const { S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = config;
  return {
    bucket: S3_BUCKET ?? '',
    region: S3_REGION,
    ...(S3_ENDPOINT && { endpoint: S3_ENDPOINT }),
    credentials: { accessKeyId: S3_ACCESS_KEY_ID ?? '', secretAccessKey: S3_SECRET_ACCESS_KEY ?? '' },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

export class S3Store implements ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;

  /** `largestCopy`: what S3 copies in one request; more is copied in parts. */
  constructor(
    config: Config,
    private readonly largestCopy = 5 * 1024 * MIB,
  ) {
    const { bucket, ...access } = s3Access(config);
    this.bucket = bucket;
    this.client = new S3Client(access);
  }

  async put(key: string, bytes: Readable, { size }: { readonly size?: number } = {}): Promise<void> {
    const Body = Readable.from(exactly(bytes, key, size), { objectMode: false });
    const partSize = Math.max(16 * MIB, Math.ceil((size ?? 0) / PARTS));
    await new Upload({ client: this.client, params: { ...this.at(key), Body }, partSize, queueSize: 2 }).done();
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const { Body } = await this.client
      .send(new GetObjectCommand({ ...this.at(key), Range }))
      .catch((error) => missing(key, error));
    return Body as Readable; // in Node it is one
  }

  async stat(key: string): Promise<{ size: number } | null> {
    const head = await this.client.send(new HeadObjectCommand(this.at(key))).catch(absent);
    return head && { size: head.ContentLength ?? 0 };
  }

  async copy(from: string, to: string): Promise<void> {
    const found = await this.stat(from);
    if (!found) throw new ObjectMissing(from);
    const CopySource = `${this.bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
    if (found.size <= this.largestCopy) {
      await this.client.send(new CopyObjectCommand({ ...this.at(to), CopySource }));
      return;
    }
    await this.copyInParts(CopySource, to, found.size);
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand(this.at(key)));
  }

  async *list(prefix: string): AsyncIterable<StoredBytes> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key = '', Size = 0, LastModified = new Date() } of Contents) {
        yield { key: Key, size: Size, modifiedAt: LastModified };
      }
    }
  }

  async toLocal(key: string, scratch: string): Promise<LocalCopy> {
    await mkdir(scratch, { recursive: true });
    const path = join(scratch, randomUUID());
    const release = () => rm(path, { force: true });
    try {
      await pipeline(await this.open(key), createWriteStream(path));
    } catch (error) {
      await release();
      throw error;
    }
    return { path, release };
  }

  /** Multipart uploads that nobody ends any more; those of the spool are ended with their rows. */
  async clean(cutoff: Date): Promise<number> {
    const { Uploads = [] } = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket }));
    const left = Uploads.filter(
      ({ Key = '', Initiated }) => !Key.startsWith(uploadKey('')) && Initiated && Initiated < cutoff,
    );
    for (const { Key = '', UploadId } of left) {
      await this.client.send(new AbortMultipartUploadCommand({ ...this.at(Key), UploadId }));
    }
    return left.length;
  }

  async ping(): Promise<void> {
    await this.client.send(new HeadBucketCommand({ Bucket: this.bucket }));
  }

  private async copyInParts(CopySource: string, to: string, size: number): Promise<void> {
    const { UploadId } = await this.client.send(new CreateMultipartUploadCommand(this.at(to)));
    const upload = { ...this.at(to), UploadId };
    try {
      const partSize = Math.max(this.largestCopy, Math.ceil(size / PARTS));
      const parts: CompletedPart[] = [];
      for (let start = 0; start < size; start += partSize) {
        const PartNumber = parts.length + 1;
        const CopySourceRange = `bytes=${start}-${Math.min(start + partSize, size) - 1}`;
        const part = { ...upload, CopySource, CopySourceRange, PartNumber };
        const { CopyPartResult } = await this.client.send(new UploadPartCopyCommand(part));
        parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
      }
      await this.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
    } catch (error) {
      await this.client.send(new AbortMultipartUploadCommand(upload));
      throw error;
    }
  }

  private at(key: string) {
    return { Bucket: this.bucket, Key: key };
  }
}

/** The same bytes; an error at their end when they are not as many as was said, before anything has its name. */
async function* exactly(bytes: Readable, key: string, size: number | undefined): AsyncIterable<Buffer> {
  let came = 0;
  for await (const chunk of bytes) {
    came += chunk.length;
    yield chunk;
  }
  if (size !== undefined && came !== size) throw new Error(`"${key}" was to be ${size} bytes, and ${came} came.`);
}

const isAbsent = (error: unknown) =>
  error instanceof NotFound || (error instanceof S3ServiceException && error.name === 'NoSuchKey');

function absent(error: unknown): null {
  if (isAbsent(error)) return null;
  throw error;
}

function missing(key: string, error: unknown): never {
  throw isAbsent(error) ? new ObjectMissing(key) : error;
}
