/** What can be refused about a request of tus, whatever the upload is about? */
import { DomainError } from '../platform/domain-error.js';

export class UploadLengthMissing extends DomainError {
  readonly code = 'upload-length-missing';
  readonly kind = 'malformed';

  constructor() {
    super('Say how many bytes will come: `Upload-Length`.');
  }
}

export class UploadExtensionUnknown extends DomainError {
  readonly code = 'upload-extension-unknown';
  readonly kind = 'malformed';

  constructor() {
    super('This extension of tus is not known here; `OPTIONS /uploads` tells which are.');
  }
}

export class UploadOffsetMissing extends DomainError {
  readonly code = 'upload-offset-missing';
  readonly kind = 'malformed';

  constructor() {
    super('Say where these bytes begin: `Upload-Offset`.');
  }
}

export class UploadOffsetConflict extends DomainError {
  readonly code = 'upload-offset-conflict';
  readonly kind = 'refused';

  constructor() {
    super('The upload is not where `Upload-Offset` says. HEAD tells where to go on.');
  }
}

export class UploadTypeRefused extends DomainError {
  readonly code = 'upload-type-refused';
  readonly kind = 'unsupported';

  constructor() {
    super('Send bytes: `Content-Type: application/offset+octet-stream`.');
  }
}

export class UploadExpired extends DomainError {
  readonly code = 'upload-expired';
  readonly kind = 'gone';

  constructor() {
    super('Nothing came for this upload for too long. Begin a new one at POST /uploads.');
  }
}

export class UploadTooLong extends DomainError {
  readonly code = 'upload-too-long';
  readonly kind = 'too-large';

  constructor() {
    super('More bytes came than `Upload-Length` had said. Begin anew with the true length.');
  }
}

export class UploadHeaderRefused extends DomainError {
  readonly code = 'upload-header-refused';
  readonly kind = 'malformed';

  /** `said`: which headers, as tus names them. */
  constructor(said: string) {
    super(`A header is not as tus 1.0.0 has it. ${said.trim()}.`);
  }
}

export class TusVersionMissing extends DomainError {
  readonly code = 'tus-version-missing';
  readonly kind = 'stale';

  constructor() {
    super('Say which tus you speak: `Tus-Resumable: 1.0.0`.');
  }
}
