/** On what does a waiver stand whose finding is about no file? On the metadata, as they were when it was given. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Equal metadata have equal texts: `jsonb` writes an object in one order whatever order it came in. */
const METADATA = `
      (SELECT encode(sha256(convert_to(s.metadata::text, 'UTF8')), 'hex')
         FROM submission s WHERE s.id = $1 AND $2 = ''),`;

/** A folder that is one thing, as x.zarr, has the digest of its parts; what is not there has none. */
const content = (first: string) => `
  CREATE OR REPLACE FUNCTION content_of(submission uuid, path text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(${first}
      (SELECT f.sha256 FROM submission_file f WHERE f."submissionId" = $1 AND f.path = $2),
      (SELECT encode(sha256(convert_to(
                string_agg(f.path || E'\\t' || f.sha256, E'\\n' ORDER BY f.path COLLATE "C"), 'UTF8')), 'hex')
         FROM submission_file f
        WHERE f."submissionId" = $1 AND $2 <> ''
          AND f.path COLLATE "C" > $2 || '/' AND f.path COLLATE "C" < $2 || '0'))
  $$;`;

export class WaiveWhatHasNoFile1795500000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(content(METADATA));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(content(''));
  }
}
