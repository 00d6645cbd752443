/** How does the audit trail stay as it was written? No role of the service may change it, and each entry is linked to the one before. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An entry is linked after its commit, by one hand: two transactions at once do not wait for each other's hashes. */
const LINKS = `
  CREATE TABLE audit_link (
    position  bigint PRIMARY KEY,
    "entryId" uuid NOT NULL UNIQUE REFERENCES audit_entry,
    hash      text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
  );
  CREATE TABLE audit_unlinked ("entryId" uuid PRIMARY KEY REFERENCES audit_entry);
  CREATE FUNCTION audit_entry_waits() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO audit_unlinked VALUES (NEW.id); RETURN NULL; END $$;
  CREATE TRIGGER audit_entry_waits AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_waits();

  CREATE FUNCTION never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
  CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION never_changes();
  CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON audit_link FOR EACH ROW EXECUTE FUNCTION never_changes();

  CREATE INDEX audit_entry_page ON audit_entry (at DESC, id DESC);
  CREATE INDEX audit_entry_of_actor ON audit_entry ("actorId", at DESC, id DESC);
  CREATE INDEX audit_entry_of_submission ON audit_entry ("submissionId", at DESC, id DESC);
  CREATE INDEX audit_entry_of_object ON audit_entry ("objectId", at DESC, id DESC);
  CREATE INDEX audit_entry_of_action ON audit_entry (action text_pattern_ops, at DESC, id DESC);`;

/** What happened before there was a trail. */
const EARLIER = `
  INSERT INTO audit_entry (id, at, "actorId", action, "objectType", "objectId", "submissionId", details)
  SELECT gen_random_uuid(), "createdAt", "actorId", event, 'submission', "submissionId", "submissionId",
         jsonb_build_object('seq', seq, 'from', "fromState", 'to', "toState")
    FROM submission_transition ORDER BY "createdAt", "submissionId", seq`;

/**
 * The processes put this role on when they connect (src/database.ts); migrations are its owner's. Roles belong to the
 * whole server: another database of it may have made this one. Whoever must not make roles has it made before.
 */
const ROLE = `
  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'accession_app') THEN
      CREATE ROLE accession_app NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'accession_app', 'SET') THEN
      EXECUTE format('GRANT accession_app TO %I', current_user);
    END IF;
  EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
      RAISE EXCEPTION 'The role "accession_app" is missing, and % may not make it. As an administrator of this PostgreSQL: CREATE ROLE accession_app NOLOGIN; GRANT accession_app TO %;',
        current_user, current_user;
  END $$;
  GRANT USAGE ON SCHEMA public TO accession_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO accession_app;
  GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO accession_app;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO accession_app;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO accession_app;
  REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_link, submission_transition FROM accession_app;`;

export class KeepTheAuditTrail1796900000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(LINKS);
    await db.query(EARLIER);
    await db.query(ROLE);
  }

  /** The role stays: other databases of the server may use it. */
  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM accession_app;
      ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM accession_app;
      GRANT UPDATE, DELETE ON submission_transition TO accession_app;
      DROP TABLE audit_unlinked, audit_link;
      DROP TRIGGER audit_entry_waits ON audit_entry;
      DROP TRIGGER never_changes ON audit_entry;
      DROP FUNCTION audit_entry_waits, never_changes;
      DROP INDEX audit_entry_page, audit_entry_of_actor, audit_entry_of_submission, audit_entry_of_object, audit_entry_of_action`);
  }
}
