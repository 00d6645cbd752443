/** What is compared? A version, a round, a revision, or what is here now: as it was sealed, or as it is. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import type { Profile } from '../../checks/profiles/profile.js';
import type { User } from '../identity/user.js';
import { DECISIONS } from '../review/decision-snapshot.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionNotFound } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { RevisionNotFound } from './differences.errors.js';
import type { DifferenceView } from './differences.schema.js';
import type { ManifestRow } from './file-difference.js';
import { datasetsOf, manifestOf } from './keep-revision.js';

export interface Side {
  readonly shown: DifferenceView['to'];
  readonly profile: Profile;
  readonly document: { readonly title: string; readonly metadata: Readonly<Record<string, unknown>> };
  readonly datasets: readonly { readonly id: string; readonly path: string; readonly title: string | null }[];
  readonly files: readonly ManifestRow[];
}
export type Chosen = DifferenceView['comparedWith'];

/** Which row of `sealed_revision`. */
interface Sealed {
  readonly submissionId: string;
  readonly seq: number;
}

/** The last run that judged a revision, as JSON. */
export const judgedBy = (submission: string, revision: string): string => `
  (SELECT jsonb_build_object('id', r.id, 'outcome', r.outcome, 'errors', r.errors, 'warnings', r.warnings)
     FROM validation_run r
    WHERE r."submissionId" = ${submission} AND r.revision = ${revision} AND r.state = 'done'
    ORDER BY r."startedAt" DESC LIMIT 1)`;

const READ = `
  SELECT v.*, m.files, ${judgedBy('v."submissionId"', 'v.hash')} AS run
    FROM sealed_revision v JOIN file_manifest m ON m.hash = v.manifest WHERE v."submissionId" = $1 AND v.seq = $2`;

const READ_NOW = `
  SELECT s.title, s.metadata, ${datasetsOf('s.id')} AS datasets, ${manifestOf('s.id')} AS files,
         ${judgedBy('s.id', '$2')} AS run
    FROM submission s WHERE s.id = $1`;

/** A round that was reopened has nothing sealed of its own: what was sealed last is what it is about. */
const OF_ROUND = `
  SELECT "submissionId", seq FROM sealed_revision
   WHERE "submissionId" = $1 AND round <= $2
     AND $2 <= greatest($3, (SELECT max(round) FROM sealed_revision WHERE "submissionId" = $1))
   ORDER BY seq DESC LIMIT 1`;
const LAST = `SELECT "submissionId", seq FROM sealed_revision WHERE "submissionId" = $1 ORDER BY seq DESC LIMIT 1`;
const OF_HASH = `
  SELECT v."submissionId", v.seq FROM submission s JOIN sealed_revision v ON v."submissionId" = s.id
   WHERE s.accession = $1 AND v.hash = $2 ORDER BY v."submissionId" = $3 DESC, v.seq DESC LIMIT 1`;

/** What the last decision was about, $2's own before others'. A decision stands on what was sealed last before it. */
const REVIEWED = `
  SELECT v."submissionId", v.seq, t."actorId" = $2 AS own
    FROM submission_transition t
   CROSS JOIN LATERAL (SELECT * FROM sealed_revision v WHERE v."submissionId" = t."submissionId" AND v.seq < t.seq
                        ORDER BY v.seq DESC LIMIT 1) v
   WHERE t."submissionId" = $1 AND t.event = ANY ($3)
   ORDER BY t."actorId" = $2 DESC, t.seq DESC LIMIT 1`;
const EARLIER_ROUND = `
  SELECT "submissionId", seq FROM sealed_revision v
   WHERE "submissionId" = $1 AND round < (SELECT max(round) FROM sealed_revision WHERE "submissionId" = $1)
   ORDER BY seq DESC LIMIT 1`;
const EARLIER_VERSIONS = 'SELECT id FROM submission WHERE accession = $1 AND version < $2 ORDER BY version DESC';
const FIRST = `SELECT "submissionId", seq FROM sealed_revision WHERE "submissionId" = $1 ORDER BY seq LIMIT 1`;

@Injectable()
export class Sides {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
  ) {}

  /** @throws RevisionNotFound where it is not there, or not for `user` to see */
  async find(submission: Submission, end: string, user: User): Promise<Side> {
    if (end === 'draft') return this.now(submission);
    const number = Number(end.slice(1));
    if (end.startsWith('v')) return this.version(submission, number, end, user);
    const sealed = end.startsWith('r')
      ? await this.one(OF_ROUND, [submission.id, number, submission.round])
      : await this.one(OF_HASH, [submission.accession, end, submission.id]);
    if (!sealed || !(await this.mayRead(sealed.submissionId, user))) throw new RevisionNotFound(end);
    return this.sealed(sealed);
  }

  /** What there is to compare `submission` with, where nobody says with what; null: nothing. */
  async reviewed(submission: Submission, user: User): Promise<{ side: Side | null; chosen: Chosen }> {
    const { id, accession, version } = submission;
    const decided: (Sealed & { own: boolean | null }) | null = await this.one(REVIEWED, [id, user.id, DECISIONS]);
    if (decided) return { side: await this.sealed(decided), chosen: decided.own ? 'reviewed_by_you' : 'reviewed' };
    const round = await this.one(EARLIER_ROUND, [id]);
    if (round) return { side: await this.sealed(round), chosen: 'earlier_round' };
    for (const earlier of await this.db.query(EARLIER_VERSIONS, [accession, version])) {
      const last = (await this.mayRead(earlier.id, user)) ? await this.one(LAST, [earlier.id]) : null;
      if (last) return { side: await this.sealed(last), chosen: 'earlier_version' };
    }
    const first = await this.one(FIRST, [id]);
    if (first) return { side: await this.sealed(first), chosen: 'first_sealed' };
    return { side: null, chosen: 'nothing' };
  }

  /** The submissions that are versions of the same record, and that `user` may see. */
  async versionsOf({ accession }: Submission, user: User): Promise<string[]> {
    const rows: { id: string }[] = await this.db.query('SELECT id FROM submission WHERE accession = $1', [accession]);
    const seen = await Promise.all(rows.map(({ id }) => this.mayRead(id, user)));
    return seen.flatMap((version) => version?.id ?? []);
  }

  async now(submission: Submission): Promise<Side> {
    const { id, version } = submission;
    const { revision } = await this.submissions.known(submission);
    const [row] = await this.db.query(READ_NOW, [id, revision]);
    const shown = { submissionId: id, version, round: null, revision, sealedAt: null, run: row.run };
    return sideOf(submission, row, shown);
  }

  private async version(submission: Submission, version: number, end: string, user: User): Promise<Side> {
    const [row] = await this.db.query('SELECT id FROM submission WHERE accession = $1 AND version = $2', [
      submission.accession,
      version,
    ]);
    const other = row && (await this.mayRead(row.id, user));
    if (!other) throw new RevisionNotFound(end);
    const last = await this.one(LAST, [other.id]);
    return last ? this.sealed(last) : this.now(other);
  }

  private async sealed({ submissionId, seq }: Sealed): Promise<Side> {
    const [row] = await this.db.query(READ, [submissionId, seq]);
    const { version, round, hash: revision, run } = row;
    const sealedAt = row.sealedAt.toISOString();
    return sideOf(await this.submissions.get(submissionId), row, {
      ...{ submissionId, version, round, revision, sealedAt, run },
    });
  }

  private async one<Row extends Sealed>(sql: string, params: readonly unknown[]): Promise<Row | null> {
    const [row]: Row[] = await this.db.query(sql, [...params]);
    return row ?? null;
  }

  /** What is another version's may be somebody else's. */
  private async mayRead(id: string, user: User): Promise<Submission | null> {
    try {
      return await this.submissions.getFor(id, user);
    } catch (error) {
      if (error instanceof SubmissionNotFound) return null;
      throw error;
    }
  }
}

type Row = Side['document'] & Pick<Side, 'datasets' | 'files'>;

const sideOf = (of: Submission, { title, metadata, datasets, files }: Row, shown: Side['shown']): Side => ({
  shown,
  profile: profileOf(of),
  document: { title, metadata },
  datasets,
  files,
});
