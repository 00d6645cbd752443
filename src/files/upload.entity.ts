/** What is being brought? A file on its way in, sent by its submitter or fetched from an address. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bytes } from './bytes-column.js';

export type Origin = 'upload' | 'import';
/** Bytes come in; they are looked at; they are the file of the same id; they never will be. */
export type UploadState = 'receiving' | 'verifying' | 'done' | 'failed';

@Entity('upload')
export class Upload {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') submissionId: string;
  @Column('uuid') personId: string;
  @Column('text') path: string;
  @Column('text') origin: Origin;
  @Column('text', { nullable: true }) url: string | null;
  /** What the other server calls this version of its file: an import goes on only with the same. */
  @Column('text', { nullable: true }) etag: string | null;
  /** The path was made of the address, until the other server says a name. */
  @Column('boolean') guessed: boolean;
  /** Null: an import whose server has not said it. */
  @Column('bigint', { nullable: true, transformer: bytes }) size: number | null;
  @Column('bigint', { transformer: bytes }) received: number;
  /** As its submitter declared it, before a byte was read. */
  @Column('text', { nullable: true }) sha256: string | null;
  @Column('text') state: UploadState;
  /** Why it failed, or what was in the way of the last attempt. */
  @Column('text', { nullable: true }) problem: string | null;
  @Column('int') attempt: number;
  @Column('timestamptz', { nullable: true }) leaseUntil: Date | null;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
