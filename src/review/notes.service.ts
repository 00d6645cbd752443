/**
 * What do those who review say among themselves? Alone in reading and writing the table of notes: nobody who has a part in
 * the submission reads one, and nothing else that leaves the house is made of them.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { User } from '../identity/user.js';
import { announce, type LiveTopic } from '../live/announce.js';
import { oneLine, say } from '../notifications/letter.js';
import { tellPeople } from '../notifications/tell-people.js';
import { etagOf, type Precondition } from '../platform/etag.js';
import { instantKey } from '../platform/page.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { mustBeThere } from './anchors.js';
import type { Anchor } from './anchors.schema.js';
import { titleOf } from './comments-told.js';
import { htmlOf } from './markdown.js';
import { mentionedIn } from './mentions.js';
import { NoteNotFound } from './notes.errors.js';
import type { NewNote, NoteView } from './notes.schema.js';
import { ReviewDesk } from './review-desk.js';
import { NotYourWords } from './threads.errors.js';

interface Row {
  readonly id: string;
  readonly submissionId: string;
  readonly anchor: Anchor | null;
  readonly text: string;
  readonly personId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdAtKey: string;
  readonly editedAt: Date | null;
}
export interface After {
  readonly createdAt: string;
  readonly id: string;
}

const SELECT = `
  SELECT n.*, p.name, ${instantKey('n."createdAt"')} AS "createdAtKey"
    FROM internal_note n JOIN person p ON p.id = n."personId"`;

@Injectable()
export class NotesService {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly desk: ReviewDesk,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** In the order in which they were written. */
  async page({ id }: Submission, limit: number, after: After | null): Promise<(NoteView & { createdAtKey: string })[]> {
    const rows: Row[] = await this.db.query(
      `${SELECT} WHERE n."submissionId" = $1 AND ($3::timestamptz IS NULL OR (n."createdAt", n.id) > ($3, $4::uuid))
        ORDER BY n."createdAt", n.id LIMIT $2`,
      [id, limit, after?.createdAt ?? null, after?.id ?? null],
    );
    return rows.map((row) => ({ ...view(row), createdAtKey: row.createdAtKey }));
  }

  async count({ id }: Submission): Promise<number> {
    const [{ n }] = await this.db.query('SELECT count(*)::int AS n FROM internal_note WHERE "submissionId" = $1', [id]);
    return n;
  }

  async create(submissionId: string, { text, anchor }: NewNote, user: User): Promise<NoteView> {
    const seen = await this.submissions.getFor(submissionId, user, 'reviewer');
    return this.desk.say(seen, user, { decides: false }, async (tx, submission) => {
      await mustBeThere(tx, submission, anchor);
      const id = randomUUID();
      await tx.query(
        'INSERT INTO internal_note (id, "submissionId", anchor, text, "personId") VALUES ($1, $2, $3, $4, $5)',
        [id, submissionId, anchor && JSON.stringify(anchor), text, user.id],
      );
      await this.remember(tx, submission, 'note.added', 'note.created', id, user);
      await this.tellMentioned(tx, submission, id, text, user);
      return view(await rowOf(tx, submissionId, id));
    });
  }

  async edit(submissionId: string, id: string, text: string, user: User, expected: Precondition): Promise<NoteView> {
    return this.rewrite(submissionId, id, user, expected, async (tx, submission) => {
      await tx.query('UPDATE internal_note SET text = $2, "editedAt" = now() WHERE id = $1', [id, text]);
      await this.remember(tx, submission, 'note.edited', 'note.updated', id, user);
      await this.tellMentioned(tx, submission, id, text, user);
      return view(await rowOf(tx, submissionId, id));
    });
  }

  async remove(submissionId: string, id: string, user: User, expected: Precondition): Promise<void> {
    await this.rewrite(submissionId, id, user, expected, async (tx, submission) => {
      await tx.query('DELETE FROM internal_note WHERE id = $1', [id]);
      await this.remember(tx, submission, 'note.deleted', 'note.updated', id, user);
    });
  }

  /** @throws NoteNotFound, NotYourWords, StaleVersion */
  private async rewrite<T>(
    submissionId: string,
    id: string,
    user: User,
    expected: Precondition,
    work: (tx: EntityManager, submission: Submission) => Promise<T>,
  ): Promise<T> {
    const seen = await this.submissions.getFor(submissionId, user, 'reviewer');
    return this.desk.say(seen, user, { decides: false }, async (tx, submission) => {
      await tx.query('SELECT FROM internal_note WHERE id = $1 FOR UPDATE', [id]);
      const row = await rowOf(tx, submissionId, id);
      if (row.personId !== user.id) throw new NotYourWords('a note');
      expected.check(fieldsOf(view(row)));
      return work(tx, submission);
    });
  }

  private async remember(
    tx: EntityManager,
    { id: submissionId }: Submission,
    action: string,
    topic: LiveTopic,
    noteId: string,
    { id: actorId }: User,
  ): Promise<void> {
    await recordAct(tx, { actorId, action, object: { type: 'note', id: noteId }, submissionId });
    await announce(tx, { topic, submissionId, data: { id: submissionId, noteId } });
  }

  /** Only that there is a note: what is told stays in a list when its reader no longer reviews. */
  private async tellMentioned(tx: EntityManager, submission: Submission, id: string, text: string, user: User) {
    const named = await mentionedIn(tx, submission, text, (relation) => relation === 'reviewer');
    await tellPeople(tx, {
      ...{ messageId: id, topic: 'note.mentioned', submissionId: submission.id },
      personIds: named.filter((personId) => personId !== user.id),
      title: titleOf('You were mentioned', submission),
      blocks: [say(`${oneLine(user.name)} has mentioned you in an internal note.`)],
      link: `${publicUrl(this.config)}/review/${submission.id}`,
    });
  }
}

async function rowOf(tx: EntityManager, submissionId: string, id: string): Promise<Row> {
  const [row]: [Row?] = await tx.query(`${SELECT} WHERE n."submissionId" = $1 AND n.id = $2`, [submissionId, id]);
  if (!row) throw new NoteNotFound(id);
  return row;
}

/** What a change would overwrite. */
const fieldsOf = ({ text, editedAt }: Omit<NoteView, 'etag'>) => ({ text, editedAt });

function view({ id, submissionId, anchor, text, personId, name, ...row }: Row): NoteView {
  const submission = `/api/v1/submissions/${submissionId}`;
  const shown = {
    ...{ id, anchor, text, html: htmlOf(text), by: { id: personId, name } },
    createdAt: row.createdAt.toISOString(),
    editedAt: row.editedAt?.toISOString() ?? null,
    links: { self: `${submission}/notes/${id}`, submission },
  };
  return { ...shown, etag: etagOf(fieldsOf(shown)) };
}
