/** Where does a file stand? Told live, in the transaction in which it comes to stand there. */
import type { EntityManager } from 'typeorm';
import { announce } from '../live/announce.js';

export type FileState = 'uploading' | 'verifying' | 'stored' | 'failed' | 'removed';

interface File {
  readonly id: string;
  readonly submissionId: string;
  readonly path: string;
}

export const tellFile = (tx: EntityManager, { id, submissionId, path }: File, state: FileState): Promise<void> =>
  announce(tx, { topic: 'file.state', submissionId, data: { id, path, state } });
