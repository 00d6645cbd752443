/** What does the server of tus mean? Its refusals, in our words. */
import { ERRORS } from '@tus/server';
import { DomainError, type Kind } from '../platform/domain-error.js';
import { Unavailable } from '../platform/faults.js';
import { FileTooLarge, UploadBusy } from './files.errors.js';

class UploadRequestRefused extends DomainError {
  constructor(
    readonly code: string,
    readonly kind: Kind,
    sentence: string,
  ) {
    super(sentence);
  }
}

type Row = readonly [code: string, kind: Kind, sentence: string];

const NO_LENGTH: Row = ['upload-length-missing', 'malformed', 'Say how many bytes will come: `Upload-Length`.'];
const NO_EXTENSION: Row = [
  'upload-extension-unknown',
  'malformed',
  'This extension of tus is not known here; `OPTIONS /uploads` tells which are.',
];

const OF_TUS: ReadonlyMap<unknown, Row> = new Map<unknown, Row>([
  [ERRORS.MISSING_OFFSET, ['upload-offset-missing', 'malformed', 'Say where these bytes begin: `Upload-Offset`.']],
  [
    ERRORS.INVALID_CONTENT_TYPE,
    ['unsupported-media-type', 'unsupported', 'Send bytes: `Content-Type: application/offset+octet-stream`.'],
  ],
  [ERRORS.INVALID_LENGTH, NO_LENGTH],
  [ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION, NO_LENGTH],
  [ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION, NO_EXTENSION],
  [ERRORS.UNSUPPORTED_EXPIRATION_EXTENSION, NO_EXTENSION],
  [
    ERRORS.INVALID_METADATA,
    [
      'upload-metadata-refused',
      'malformed',
      '`Upload-Metadata` is pairs by commas: a key, a space, a value in Base64.',
    ],
  ],
  [
    ERRORS.INVALID_OFFSET,
    ['upload-offset-conflict', 'refused', 'The upload is not where `Upload-Offset` says. HEAD tells where to go on.'],
  ],
  [
    ERRORS.FILE_NOT_FOUND,
    [
      'upload-not-found',
      'missing',
      'There is no such upload, or its bytes are gone. Begin a new one at POST /uploads.',
    ],
  ],
  [
    ERRORS.FILE_NO_LONGER_EXISTS,
    ['upload-expired', 'gone', 'Nothing came for this upload for too long. Begin a new one at POST /uploads.'],
  ],
  [
    ERRORS.ERR_SIZE_EXCEEDED,
    ['upload-too-long', 'too-large', 'More bytes came than `Upload-Length` had said. Begin anew with the true length.'],
  ],
]);

/** What the server answers without an error: by its status. */
const BY_STATUS: Readonly<Record<number, Row>> = {
  400: ['upload-header-refused', 'malformed', 'A header is not as tus 1.0.0 has it.'],
  404: ['route-not-found', 'missing', 'There is nothing at this address.'],
  412: ['tus-version-missing', 'stale', 'Say which tus you speak: `Tus-Resumable: 1.0.0`.'],
};

/** The error as it is told; what is no refusal of tus stays as it is. */
export function inOurWords(error: unknown, limit: number): unknown {
  const known = OF_TUS.get(error);
  if (known) return new UploadRequestRefused(...known);
  if (error === ERRORS.ABORTED || error === ERRORS.ERR_LOCK_TIMEOUT) return new UploadBusy();
  if (error === ERRORS.FILE_WRITE_ERROR) return new Unavailable(error);
  return statusOf(error) === 413 ? new FileTooLarge(limit) : error;
}

export function fromStatus(status: number, said: string): DomainError | Error {
  const [code, kind, sentence] = BY_STATUS[status] ?? [];
  if (!code || !kind || !sentence) return new Error(`tus said ${status}: ${said}`);
  return new UploadRequestRefused(code, kind, status === 400 ? `${sentence} ${said.trim()}.` : sentence);
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'status_code' in error ? error.status_code : undefined;
}
