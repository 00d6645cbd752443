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
}
