/** A key that somebody has made for their scripts. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from './user.js';

@Entity('access_token')
export class AccessToken {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') personId: string;
  @Column('text') name: string;
  @Column('text') tokenHash: string;
  /** How the secret begins. */
  @Column('text') hint: string;
  @Column('text', { array: true }) scopes: Scope[];
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz') expiresAt: Date;
}
