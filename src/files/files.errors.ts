/** What can be refused about a file, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';
import type { ParameterFault } from '../platform/invalid-request.js';

export class FileNameRefused extends DomainError {
  readonly code = 'file-name-refused';
  readonly kind = 'invalid';

  constructor(
    readonly path: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

/** Both could not lie in one folder of every system. */
export class FileNameTaken extends DomainError {
  readonly code = 'file-name-taken';
  readonly kind = 'refused';

  constructor(
    readonly path: string,
    /** The file of the submission that has the name. */
    readonly other: string,
  ) {
    super(
      path.toLowerCase() === other.toLowerCase()
        ? `"${path}" differs from "${other}", which is there already, only by upper and lower case: on many systems they would be one file. Rename one of them.`
        : `"${path}" cannot be beside "${other}", which is there already: one name would be a file and a folder. Rename one of them.`,
    );
  }
}

export class FileNotFound extends DomainError {
  readonly code = 'file-not-found';
  readonly kind = 'missing';

  constructor(readonly fileId: string) {
    super(`The submission has no file ${fileId}: it was deleted or replaced, or never was.`);
  }
}

/** The bytes of an upload are asked for before there is a file. */
export class FileNotWhole extends DomainError {
  readonly code = 'file-not-whole';
  readonly kind = 'refused';

  constructor(readonly path: string) {
    super(`"${path}" cannot be read: it is not whole. The list of files tells its state.`);
  }
}

export class UploadNotFound extends DomainError {
  readonly code = 'upload-not-found';
  readonly kind = 'missing';

  constructor(readonly uploadId: string) {
    super(
      `You have no upload ${uploadId}: it was given up or replaced, or never was. Begin a new one at POST /uploads.`,
    );
  }
}

/** It will never be a file. */
export class UploadFailed extends DomainError {
  readonly code = 'upload-failed';
  readonly kind = 'gone';

  constructor(
    readonly uploadId: string,
    problem: string,
  ) {
    super(problem);
  }
}

/** All its bytes are here; it is the file's turn now. */
export class UploadWhole extends DomainError {
  readonly code = 'upload-whole';
  readonly kind = 'refused';

  constructor(
    readonly uploadId: string,
    submissionId: string,
  ) {
    super(
      `All bytes of this upload are here already. To take the file back: DELETE /submissions/${submissionId}/files/${uploadId}.`,
    );
  }
}

/** Somebody else, or an earlier request of the same person, is writing to it. */
export class UploadBusy extends DomainError {
  readonly code = 'upload-busy';
  readonly kind = 'unavailable';
  readonly retryAfter = 1;

  constructor() {
    super('Another request still writes to this upload, and was asked to end. Ask again where to go on.');
  }
}

export class UploadMetadataRefused extends DomainError {
  readonly code = 'upload-metadata-refused';
  readonly kind = 'malformed';

  constructor(readonly errors: readonly ParameterFault[]) {
    super(
      'The header `Upload-Metadata` takes `submission` (its id), `path` and, if you have it, `sha256` (64 hexadecimal ' +
        `digits), each in Base64. ${errors.map(({ detail }) => detail).join(' ')}`,
    );
  }
}

/** What came is not what was sent. */
export class ChecksumMismatch extends DomainError {
  readonly code = 'checksum-mismatch';
  readonly kind = 'invalid';

  constructor(
    readonly path: string,
    readonly declared: string,
    readonly actual: string,
  ) {
    super(
      `"${path}" has the SHA-256 ${actual}, and ${declared} was declared: the bytes were damaged on the way, or belong ` +
        'to another file. Upload it again, or correct the checksum.',
    );
  }
}

export class FileTooLarge extends DomainError {
  readonly code = 'file-too-large';
  readonly kind = 'too-large';

  constructor(readonly limit: number) {
    super(`A file may have at most ${limit} bytes here. Ask those who run this service, or split the file.`);
  }
}

/** The submission went on before the file was whole. */
export class ArrivedTooLate extends DomainError {
  readonly code = 'arrived-too-late';
  readonly kind = 'refused';

  constructor(
    readonly path: string,
    readonly state: string,
  ) {
    super(
      `"${path}" was not whole before the submission went on to "${state}", and is not part of it: ` +
        'its files change only while it is a draft or uploaded.',
    );
  }
}

/** The bytes that a row speaks of are gone: a fault of ours. */
export class BytesLost extends DomainError {
  readonly code = 'bytes-lost';
  readonly kind = 'refused';

  constructor(readonly path: string) {
    super(`The bytes of "${path}" were lost here, which is our fault. Upload it again.`);
  }
}

export class RangeNotSatisfiable extends DomainError {
  readonly code = 'range-not-satisfiable';
  readonly kind = 'unsatisfiable';

  constructor(
    readonly range: string,
    readonly size: number,
  ) {
    super(`The file has ${size} bytes, counted from 0: "${range}" names none of them.`);
  }

  override headers() {
    return { 'content-range': `bytes */${this.size}` };
  }
}
