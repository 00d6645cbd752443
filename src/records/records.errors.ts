/** What can be refused about a record, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

/** Nothing of it was ever public. Whether the accession is reserved, and by what, is nobody's to learn. */
export class RecordNotFound extends DomainError {
  readonly code = 'record-not-found';
  readonly kind = 'missing';

  constructor(
    readonly accession: string,
    readonly version: number | null,
  ) {
    super(`Nothing is published as ${accession}${version === null ? '' : `, version ${version}`}.`);
  }
}

/** It was public once. The address stays, and says what was there and why it is gone. */
export class Tombstoned extends DomainError {
  readonly code = 'tombstoned';
  readonly kind = 'gone';

  constructor(
    readonly accession: string,
    readonly version: number,
    readonly recordTitle: string,
    readonly reason: string,
    readonly note: string,
    readonly date: string,
    readonly citation: string,
    /** Where other versions are listed. */
    readonly versions: string,
  ) {
    super(`Version ${version} of ${accession} was taken down on ${date.slice(0, 10)} (${reason}): ${note}`);
  }
}

export class RecordFileNotFound extends DomainError {
  readonly code = 'record-file-not-found';
  readonly kind = 'missing';

  constructor(
    readonly accession: string,
    readonly version: number,
    readonly path: string,
  ) {
    super(`Version ${version} of ${accession} has no file "${path}". The record lists its files, spelled as they are.`);
  }
}

/** A version that was restored has its files again after a moment. */
export class FilesOnTheirWay extends DomainError {
  readonly code = 'files-on-their-way';
  readonly kind = 'unavailable';
  readonly retryAfter = 10;

  constructor(
    readonly accession: string,
    readonly version: number,
  ) {
    super(`Version ${version} of ${accession} was restored a moment ago; its files are on their way back. Ask again.`);
  }
}
