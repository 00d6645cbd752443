/** What becomes of work on many submissions at once? It is asked for, rehearsed, carried out item by item, and undone. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.js';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import type { User } from '../identity/user.js';
import { post } from '../outbox/outbox.js';
import { DomainError } from '../platform/domain-error.js';
import { labelsNamed } from '../queue/asking.js';
import { pageOfRows } from '../queue/rows.js';
import { ViewQuery } from '../queue/views.schema.js';
import { VocabularyService } from '../queue/vocabulary.service.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { DEEDS } from './actions.js';
import { NotUndoable, OperationNotFound, TooManySubmissions } from './operations.errors.js';
import {
  type Action,
  MOST,
  type NewOperation,
  type OperationItem,
  type OperationView,
  type Params,
  type Preview,
} from './operations.schema.js';

/** What was tried is taken back. */
class Rehearsed extends Error {}

interface Row {
  readonly id: string;
  readonly action: Action | 'undo';
  readonly params: Params;
  readonly actorId: string;
  readonly state: OperationView['state'];
  readonly undoOf: string | null;
  readonly undoneBy: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly items: OperationView['items'];
}

const SELECT = `
  SELECT o.*, u.id AS "undoneBy", i.items FROM operation o LEFT JOIN operation u ON u."undoOf" = o.id
   CROSS JOIN LATERAL (
     SELECT jsonb_build_object('waiting', count(*) FILTER (WHERE result = 'waiting'), 'done', count(*) FILTER (WHERE result = 'done'),
              'refused', count(*) FILTER (WHERE result = 'refused'), 'failed', count(*) FILTER (WHERE result = 'failed')) AS items
       FROM operation_item WHERE "operationId" = o.id) i
   WHERE o.id = $1`;

@Injectable()
export class OperationsService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly submissions: SubmissionsService,
    private readonly words: VocabularyService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What would become of each: it is done, and taken back at once. */
  async rehearse(asked: NewOperation, user: User): Promise<Preview> {
    const params = await this.paramsOf(asked.params, user);
    const ids = await this.submissionsOf(asked, user);
    const items: Preview['items'] = [];
    for (const id of ids) items.push({ submissionId: id, ...(await this.tried(asked.action, id, params, user)) });
    return { dryRun: true, total: ids.length, ok: items.filter(({ outcome }) => outcome === 'ok').length, items };
  }

  /** A worker does it. */
  async begin(asked: NewOperation, user: User): Promise<OperationView> {
    const params = await this.paramsOf(asked.params, user);
    const ids = await this.submissionsOf(asked, user);
    return this.db.transaction((tx) => this.write(tx, { action: asked.action, params, undoOf: null }, ids, user));
  }

  /**
   * What was done is taken back, where nothing else has happened since.
   * @throws OperationNotFound, NotUndoable
   */
  async undo(id: string, user: User): Promise<OperationView> {
    const before = await this.row(id, user);
    if (before.state !== 'done') throw new NotUndoable('it is still under way');
    if (before.undoneBy !== null) throw new NotUndoable('it was undone already');
    if (!canBeUndone(before))
      throw new NotUndoable(`"${before.action}" has told people, or begun something, that stays`);
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT FROM operation WHERE id = $1 FOR UPDATE', [id]);
      const [undone] = await tx.query('SELECT FROM operation WHERE "undoOf" = $1', [id]);
      if (undone) throw new NotUndoable('it was undone already');
      const done: { submissionId: string }[] = await tx.query(
        `SELECT "submissionId" FROM operation_item WHERE "operationId" = $1 AND result = 'done' ORDER BY ordinal`,
        [id],
      );
      const ids = done.map(({ submissionId }) => submissionId);
      return this.write(tx, { action: 'undo', params: before.params, undoOf: id }, ids, user);
    });
  }

  async read(id: string, user: User): Promise<OperationView> {
    return view(await this.row(id, user));
  }

  async items(
    id: string,
    user: User,
    { results, limit, after }: { results: readonly string[] | undefined; limit: number; after: number },
  ): Promise<OperationItem[]> {
    await this.row(id, user);
    const rows = await this.db.query(
      `SELECT ordinal, "submissionId", result, code, message, "finishedAt" FROM operation_item
        WHERE "operationId" = $1 AND ordinal > $2 AND ($3::text[] IS NULL OR result = ANY ($3)) ORDER BY ordinal LIMIT $4`,
      [id, after, results ?? null, limit],
    );
    return rows.map((row: Record<string, unknown> & { finishedAt: Date | null }) => ({
      ...row,
      finishedAt: row.finishedAt?.toISOString() ?? null,
    }));
  }

  private async tried(
    action: Action,
    id: string,
    params: Params,
    user: User,
  ): Promise<Omit<Preview['items'][number], 'submissionId'>> {
    try {
      await this.db.transaction(async (tx) => {
        await DEEDS[action].perform({ tx, submissions: this.submissions, user }, id, params);
        throw new Rehearsed();
      });
      throw new Error('What was rehearsed was not taken back.');
    } catch (error) {
      if (error instanceof Rehearsed) return { outcome: 'ok', code: null, message: null };
      if (error instanceof DomainError) return { outcome: 'refused', code: error.code, message: error.message };
      throw error;
    }
  }

  /** Each once, in the order of the list. */
  private async submissionsOf({ submissions, query }: NewOperation, user: User): Promise<string[]> {
    if (submissions) return [...new Set(submissions)];
    const rows = await pageOfRows(this.db, {
      query: ViewQuery.parse(query),
      ...{ user, limit: MOST + 1, after: null, now: this.clock.in(0), config: this.config },
    });
    if (rows.length > MOST) throw new TooManySubmissions(MOST);
    return rows.map(({ id }) => id);
  }

  /** As they are when it is asked for: a template that is reworded meanwhile says what it said then. */
  private async paramsOf({ template, assignee, ...params }: Params, user: User): Promise<Params> {
    if (params.labels) await labelsNamed(this.db.manager, params.labels);
    return {
      ...params,
      ...(assignee && { assignee: assignee === 'me' ? user.id : assignee }),
      ...(template && { template, text: (await this.words.template(template)).text }),
    };
  }

  private async write(
    tx: EntityManager,
    { action, params, undoOf }: Pick<Row, 'action' | 'params' | 'undoOf'>,
    ids: readonly string[],
    user: User,
  ): Promise<OperationView> {
    const id = randomUUID();
    await tx.query(
      `INSERT INTO operation (id, action, params, "actorId", scopes, "undoOf", state) VALUES ($1, $2, $3, $4, $5, $6, 'queued')`,
      [id, action, JSON.stringify(params), user.id, user.scopes, undoOf],
    );
    await tx.query(
      `INSERT INTO operation_item ("operationId", ordinal, "submissionId", result)
       SELECT $1, ordinality, id, 'waiting' FROM unnest($2::uuid[]) WITH ORDINALITY AS s (id, ordinality)`,
      [id, ids],
    );
    const details = { action, submissions: ids.length, ...(undoOf && { undoOf }) };
    await recordAct(tx, { actorId: user.id, action: 'operation.begun', object: { type: 'operation', id }, details });
    await post(tx, { topic: 'operation.requested', operationId: id, attempt: 1 });
    return view(await one(tx, id));
  }

  /** Its maker's, and admins'. */
  private async row(id: string, user: User): Promise<Row> {
    const row = await one(this.db.manager, id);
    if (row.actorId !== user.id && !user.roles.includes('admin')) throw new OperationNotFound(id);
    return row;
  }
}

async function one(tx: EntityManager, id: string): Promise<Row> {
  const [row] = await tx.query(SELECT, [id]);
  if (!row) throw new OperationNotFound(id);
  return row;
}

const canBeUndone = ({ action }: Row): boolean => action !== 'undo' && DEEDS[action].undo !== undefined;

function view(row: Row): OperationView {
  const self = `/api/v1/operations/${row.id}`;
  const { waiting, done, refused, failed } = row.items;
  return {
    ...{ id: row.id, action: row.action, params: row.params, state: row.state, items: row.items },
    total: waiting + done + refused + failed,
    ...{ undoOf: row.undoOf, undoneBy: row.undoneBy },
    canBeUndone: canBeUndone(row) && row.state === 'done' && row.undoneBy === null && done > 0,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    links: { self, items: `${self}/items` },
  };
}
