/**
 * What of a submission has somebody seen? A mark is for the content of a section: it is not shown while that is another,
 * and is there again when it comes back, as ticks are.
 */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { profileOf } from '../../checks/profiles/index.js';
import { Clock } from '../clock.js';
import type { User } from '../identity/user.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SectionNotFound } from './review.errors.js';
import { type Content, type Section, sectionsOf } from './sections.js';
import type { SectionsView, SectionView } from './viewed.schema.js';

const CONTENT = `
  SELECT (SELECT encode(sha256(convert_to(
            coalesce(string_agg(path || E'\\t' || sha256, E'\\n' ORDER BY path COLLATE "C"), ''), 'UTF8')), 'hex')
            FROM submission_file WHERE "submissionId" = s.id) AS files,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'path', d.path, 'title', d.title, 'sha256', x.sha256)
                                    ORDER BY d.ordinal, d.path COLLATE "C"), '[]')
            FROM dataset d JOIN submission_file x ON x."submissionId" = d."submissionId" AND x.path = d.path
           WHERE d."submissionId" = s.id) AS datasets,
         (SELECT jsonb_build_object('outcome', r.outcome,
            'open', (SELECT coalesce(jsonb_agg(DISTINCT g.fingerprint), '[]') FROM finding g
                      WHERE g."runId" = r.id AND g.status <> 'fixed'),
            'waived', (SELECT coalesce(jsonb_agg(w.fingerprint ORDER BY w.fingerprint), '[]') FROM waiver w
                        WHERE w."submissionId" = s.id AND w.basis = content_of(s.id, w.file)))
            FROM validation_run r WHERE r.id = s."lastRunId") AS checks
    FROM submission s WHERE s.id = $1`;

interface Mark {
  readonly section: string;
  readonly basis: string;
  readonly viewedAt: Date;
}

/** What is marked as seen. */
const taggedSection = ({ id, hash }: Section) => ({ [id]: hash });

@Injectable()
export class ViewedService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  async sections(submission: Submission, user: User): Promise<SectionsView> {
    const marks: Mark[] = await this.db.query(
      'SELECT section, basis, "viewedAt" FROM viewed_mark WHERE "submissionId" = $1 AND "personId" = $2',
      [submission.id, user.id],
    );
    const of = new Map(marks.map((mark) => [mark.section, mark]));
    const items = (await this.of(submission)).map((section) => view(submission.id, section, of.get(section.id)));
    return { items, viewed: items.filter(({ viewed }) => viewed).length, of: items.length };
  }

  /** @throws SectionNotFound, StaleVersion where it is no longer what was seen */
  async mark(submission: Submission, id: string, user: User, expected: Precondition): Promise<SectionView> {
    const section = await this.one(submission, id);
    expected.check(taggedSection(section));
    const viewedAt = this.clock.in(0);
    await this.db.query(
      `INSERT INTO viewed_mark ("submissionId", "personId", section, basis, "viewedAt") VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT ("submissionId", "personId", section) DO UPDATE SET basis = $4, "viewedAt" = $5`,
      [submission.id, user.id, id, section.hash, viewedAt],
    );
    return view(submission.id, section, { section: id, basis: section.hash, viewedAt: new Date(viewedAt) });
  }

  /** @throws SectionNotFound, StaleVersion */
  async unmark(submission: Submission, id: string, user: User, expected: Precondition): Promise<void> {
    expected.check(taggedSection(await this.one(submission, id)));
    await this.db.query('DELETE FROM viewed_mark WHERE "submissionId" = $1 AND "personId" = $2 AND section = $3', [
      ...[submission.id, user.id, id],
    ]);
  }

  private async of(submission: Submission, tx: EntityManager = this.db.manager): Promise<Section[]> {
    const [content]: [Omit<Content, 'title' | 'metadata'>] = await tx.query(CONTENT, [submission.id]);
    const { title, metadata } = submission;
    return sectionsOf(profileOf(submission), { ...content, title, metadata });
  }

  private async one(submission: Submission, id: string): Promise<Section> {
    const all = await this.of(submission);
    const section = all.find((one) => one.id === id);
    if (!section) throw new SectionNotFound(id);
    return section;
  }
}

function view(submissionId: string, section: Section, mark: Mark | undefined): SectionView {
  const submission = `/api/v1/submissions/${submissionId}`;
  const at = mark && { at: mark.viewedAt.toISOString() };
  const isAsSeen = mark?.basis === section.hash;
  return {
    ...section,
    viewed: at && isAsSeen ? at : null,
    changedSince: at && !isAsSeen ? at : null,
    etag: etagOf(taggedSection(section)),
    links: { viewed: `${submission}/sections/${encodeURIComponent(section.id)}/viewed`, submission },
  };
}
