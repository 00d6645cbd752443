/** Somebody who has signed in. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('session')
export class Session {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') personId: string;
  @Column('text') tokenHash: string;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { default: () => 'now()' }) lastUsedAt: Date;
  @Column('timestamptz') expiresAt: Date;
  @Column('text', { nullable: true }) userAgent: string | null;
  /** Without its last part. */
  @Column('text', { nullable: true }) address: string | null;
  /** By which it was begun; null: by a password. */
  @Column('uuid', { nullable: true }) identityId: string | null;
  /** What the provider calls its own session. */
  @Column('text', { nullable: true }) providerSession: string | null;
}
