/** Somebody with an account. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from './user.js';

@Entity('person')
export class Person {
  @PrimaryColumn('uuid') id: string;
  /** As they wrote it; no two differ by case alone. */
  @Column('text') email: string;
  @Column('text') name: string;
  /** By which others mention them: the database makes it of the name. */
  @Column('text') handle: string;
  @Column('text', { nullable: true }) orcid: string | null;
  /** When ORCID itself said so; null: it was typed. */
  @Column('timestamptz', { nullable: true }) orcidVerifiedAt: Date | null;
  /** Null: they cannot sign in with a password. */
  @Column('text', { nullable: true, select: false }) passwordHash: string | null;
  @Column('text', { array: true }) roles: Role[];
  @Column('timestamptz', { nullable: true }) disabledAt: Date | null;
  @Column('timestamptz', { nullable: true }) erasureRequestedAt: Date | null;
  @Column('timestamptz', { nullable: true }) erasedAt: Date | null;
  @Column('timestamptz', { default: () => 'now()' }) createdAt: Date;
}
