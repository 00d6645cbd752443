/** How is an operation carried out? Item by item, each with its result in one transaction: whoever comes after a crash goes on where it was. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config } from '../config.js';
import { CredentialsService } from '../identity/credentials.service.js';
import type { Scope, User } from '../identity/user.js';
import { announce } from '../live/announce.js';
import { post } from '../outbox/outbox.js';
import { DomainError } from '../platform/domain-error.js';
import { passesByItself } from '../platform/faults.js';
import type { JobOf } from '../queues.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { type Before, DEEDS, type Done } from './actions.js';
import { NotUndoable } from './operations.errors.js';
import type { Action, Params } from './operations.schema.js';

/** The operation while it is ours. */
export interface Held {
  readonly id: string;
  readonly fence: string;
  readonly action: Action | 'undo';
  readonly params: Params;
  readonly actorId: string;
  readonly scopes: readonly Scope[] | null;
  readonly undoOf: string | null;
  /** What the operation did that this one undoes. */
  readonly undoes: Action | null;
}
interface Item {
  readonly ordinal: number;
  readonly submissionId: string;
}

/** Another worker has it, or it is over. */
export class OperationLost extends Error {}

const TAKE = `
  UPDATE operation o SET state = 'running', fence = fence + 1, "leaseUntil" = now() + $3 * interval '1 ms'
   WHERE o.id = $1 AND o.attempt = $2 AND o.state <> 'done' AND (o."leaseUntil" IS NULL OR o."leaseUntil" < now())
  RETURNING o.id, o.fence, o.action, o.params, o."actorId", o.scopes, o."undoOf",
            (SELECT action FROM operation u WHERE u.id = o."undoOf") AS undoes`;

/** In nobody's hands. One whose message still waits for the relay is not lost. */
const LOST = `
  SELECT id AS "operationId", attempt FROM operation o
   WHERE state <> 'done' AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
     AND NOT EXISTS (SELECT FROM outbox_message m
                      WHERE m."relayedAt" IS NULL AND m.topic = 'operation.requested' AND m.payload ->> 'operationId' = o.id::text)
   ORDER BY "createdAt" LIMIT 100`;

const CLOSED = { code: 'account-closed', message: 'The account of whoever asked for it is closed.' };
const OUR_FAULT = { code: 'fault', message: 'It could not be done by a fault of ours, which is in the log.' };

@Injectable()
export class OperationWork {
  private readonly log = new Logger(OperationWork.name);

  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    private readonly credentials: CredentialsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null: it is over, in other hands, or a later attempt counts. */
  async take({ operationId, attempt }: JobOf<'operation'>): Promise<Held | null> {
    const [[held = null]] = await this.db.query(TAKE, [operationId, attempt, this.config.LEASE]);
    return held;
  }

  /** Whoever asked for it, as they are now: who has lost a role acts by it no more. */
  async actorOf({ actorId, scopes }: Held): Promise<User | null> {
    const user = await this.credentials.personOf(actorId);
    return user && { ...user, scopes };
  }

  async waiting({ id }: Held): Promise<Item[]> {
    return this.db.query(
      `SELECT ordinal, "submissionId" FROM operation_item WHERE "operationId" = $1 AND result = 'waiting' ORDER BY ordinal`,
      [id],
    );
  }

  /** Its result is written with what is done: a second hand finds it no longer waiting. */
  async carryOut(held: Held, item: Item, user: User | null): Promise<void> {
    if (!user) return this.settle(held, item, 'refused', CLOSED);
    try {
      await this.db.transaction(async (tx) => {
        if (!(await mark(tx, held, item, 'done', {}, this.config.LEASE))) return;
        const done = await this.perform(tx, held, item, user);
        await tx.query('UPDATE operation_item SET before = $3, seq = $4 WHERE "operationId" = $1 AND ordinal = $2', [
          ...[held.id, item.ordinal, JSON.stringify(done.before), done.seq],
        ]);
      });
    } catch (error) {
      if (error instanceof OperationLost || passesByItself(error)) throw error;
      if (error instanceof DomainError) return this.settle(held, item, 'refused', error);
      this.log.error({ message: 'An item of an operation failed.', operationId: held.id, ...item, cause: error });
      await this.settle(held, item, 'failed', OUR_FAULT);
    }
  }

  private async perform(tx: EntityManager, held: Held, { submissionId }: Item, user: User): Promise<Done> {
    const hands = { tx, submissions: this.submissions, user };
    const { action, undoes, undoOf, params } = held;
    if (action !== 'undo') return DEEDS[action].perform(hands, submissionId, params);
    const undo = undoes && DEEDS[undoes].undo;
    const [was]: { before: Before; seq: number | null }[] = await tx.query(
      `SELECT before, seq FROM operation_item WHERE "operationId" = $1 AND "submissionId" = $2 AND result = 'done'`,
      [undoOf, submissionId],
    );
    if (!undo || !was) throw new NotUndoable('nothing was done');
    return undo(hands, submissionId, was, params);
  }

  private async settle(
    held: Held,
    item: Item,
    result: 'refused' | 'failed',
    why: { code: string; message: string },
  ): Promise<void> {
    await this.db.transaction((tx) => mark(tx, held, item, result, why, this.config.LEASE));
  }

  /** Whoever asked for it hears how far it is. */
  async tell({ id, actorId }: Pick<Held, 'id' | 'actorId'>, tx: EntityManager = this.db.manager): Promise<void> {
    const [data] = await tx.query(
      `SELECT o.id, o.state, count(*)::int AS total, (count(*) FILTER (WHERE result = 'done'))::int AS done,
              (count(*) FILTER (WHERE result = 'refused'))::int AS refused, (count(*) FILTER (WHERE result = 'failed'))::int AS failed
         FROM operation o LEFT JOIN operation_item i ON i."operationId" = o.id WHERE o.id = $1 GROUP BY o.id`,
      [id],
    );
    await announce(tx, { topic: 'operation.changed', personId: actorId, data });
  }

  async finish(held: Held): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [, ours] = await tx.query(
        `UPDATE operation SET state = 'done', "finishedAt" = now(), "leaseUntil" = NULL WHERE id = $1 AND fence = $2 AND state = 'running'`,
        [held.id, held.fence],
      );
      if (ours !== 1) throw new OperationLost();
      await this.tell(held, tx);
    });
  }

  /** It is given up before its end: whoever comes next need not wait. */
  async release({ id, fence }: Held): Promise<void> {
    await this.db.query('UPDATE operation SET "leaseUntil" = NULL WHERE id = $1 AND fence = $2', [id, fence]);
  }

  /** Ask again for what should be under way and is not. @returns how many */
  async requeueDue(holds: (job: JobOf<'operation'>) => Promise<boolean>): Promise<number> {
    const lost: JobOf<'operation'>[] = await this.db.query(LOST);
    let asked = 0;
    for (const job of lost) if (!(await holds(job)) && (await this.askAgain(job))) asked++;
    return asked;
  }

  private async askAgain({ operationId, attempt }: JobOf<'operation'>): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [, changed] = await tx.query(
        `UPDATE operation SET attempt = attempt + 1
          WHERE id = $1 AND attempt = $2 AND state <> 'done' AND ("leaseUntil" IS NULL OR "leaseUntil" < now())`,
        [operationId, attempt],
      );
      if (changed === 1) await post(tx, { topic: 'operation.requested', operationId, attempt: attempt + 1 });
      return changed === 1;
    });
  }
}

/** Renews the lease too. @returns whether the item was still to be done @throws OperationLost */
async function mark(
  tx: EntityManager,
  { id, fence }: Held,
  { ordinal }: Item,
  result: 'done' | 'refused' | 'failed',
  { code = null, message = null }: { code?: string | null; message?: string | null },
  leaseMs: number,
): Promise<boolean> {
  const [, ours] = await tx.query(
    `UPDATE operation SET "leaseUntil" = now() + $3 * interval '1 ms' WHERE id = $1 AND fence = $2 AND state = 'running'`,
    [id, fence, leaseMs],
  );
  if (ours !== 1) throw new OperationLost();
  const [, marked] = await tx.query(
    `UPDATE operation_item SET result = $3, code = $4, message = $5, "finishedAt" = now()
      WHERE "operationId" = $1 AND ordinal = $2 AND result = 'waiting'`,
    [id, ordinal, result, code, message],
  );
  return marked === 1;
}
