/** What does the server of tus mean? Its refusals, in our words. */
import { ERRORS } from '@tus/server';
import { Unavailable } from '../platform/faults.js';
import { FileTooLarge, UploadBusy, UploadMetadataRefused } from './files.errors.js';
import {
  TusVersionMissing,
  UploadExpired,
  UploadExtensionUnknown,
  UploadHeaderRefused,
  UploadLengthMissing,
  UploadOffsetConflict,
  UploadOffsetMissing,
  UploadTooLong,
  UploadTypeRefused,
} from './tus-errors.js';

const OF_TUS: ReadonlyMap<unknown, () => Error> = new Map<unknown, () => Error>([
  [ERRORS.INVALID_LENGTH, () => new UploadLengthMissing()],
  [ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION, () => new UploadLengthMissing()],
  [ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION, () => new UploadExtensionUnknown()],
  [ERRORS.INVALID_METADATA, () => new UploadMetadataRefused([])],
  [ERRORS.MISSING_OFFSET, () => new UploadOffsetMissing()],
  [ERRORS.INVALID_OFFSET, () => new UploadOffsetConflict()],
  [ERRORS.INVALID_CONTENT_TYPE, () => new UploadTypeRefused()],
  [ERRORS.FILE_NO_LONGER_EXISTS, () => new UploadExpired()],
  [ERRORS.ERR_SIZE_EXCEEDED, () => new UploadTooLong()],
  [ERRORS.ABORTED, () => new UploadBusy()],
  [ERRORS.ERR_LOCK_TIMEOUT, () => new UploadBusy()],
  [ERRORS.FILE_WRITE_ERROR, () => new Unavailable(ERRORS.FILE_WRITE_ERROR)],
]);

/** What the server answers without an error of its own: by its status. */
const BY_STATUS: Readonly<Record<number, (said: string) => Error>> = {
  400: (said) => new UploadHeaderRefused(said),
  412: () => new TusVersionMissing(),
};

/** The error as it is told; what is no refusal of tus stays as it is. */
export function inOurWords(error: unknown, limit: number): unknown {
  if (statusOf(error) === 413 && error !== ERRORS.ERR_SIZE_EXCEEDED) return new FileTooLarge(limit);
  return OF_TUS.get(error)?.() ?? error;
}

export const fromStatus = (status: number, said: string): Error =>
  BY_STATUS[status]?.(said) ?? new Error(`tus said ${status}: ${said}`);

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'status_code' in error ? error.status_code : undefined;
}
