/** What has become of each delivery? A row says so: who sends it, how often it was tried, when it is tried next. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { User } from '../identity/user.js';
import { retryIn } from '../notifications/retry.js';
import { post } from '../outbox/outbox.js';
import type { Submission } from '../submissions/submission.entity.js';
import { SubmissionNotFound } from '../submissions/submission.errors.js';
import { SubmissionsService } from '../submissions/submissions.service.js';
import { mayHear } from './hearing.js';
import { switchOff } from './switch-off.js';
import { KEPT, keptOf, type Outcome, type Outgoing, type Try } from './webhook-tries.js';

/** So many are under way to one endpoint at once, by all processes together. */
export const LANES = 4;
/** Tried once, and nothing follows from it. */
export const TEST_TOPIC = 'webhook.test';
/** No receiver puts us off for longer. */
const LONGEST_WAIT_MS = 86_400_000;

/** The one that has waited longest, on a lane that is free: a unique index lets nobody else have the lane. */
const TAKE = `
  UPDATE webhook_delivery d
     SET state = 'sending', lane = $2, attempts = d.attempts + 1, "leaseUntil" = now() + $3 * interval '1 ms'
    FROM webhook_endpoint h
   WHERE h.id = $1 AND (h.active OR d.topic = '${TEST_TOPIC}')
     AND NOT EXISTS (SELECT FROM webhook_delivery s WHERE s."endpointId" = $1 AND s.state = 'sending' AND s.lane = $2)
     AND d.id = (SELECT n.id FROM webhook_delivery n
                  WHERE n."endpointId" = $1 AND n.state IN ('pending', 'failed') AND n."dueAt" <= now()
                  ORDER BY n."dueAt", n.position LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING d.id, d.attempts AS attempt, d."endpointId", d."messageId", d.topic, d.audience, d.position, d."submissionId", d.body,
            h."personId", h.url, h.secret, CASE WHEN h."oldSecretUntil" > now() THEN h."oldSecret" END AS "oldSecret"`;

/** It has arrived, whatever is thought of it meanwhile. */
const DELIVERED = `
  WITH kept AS (${KEPT}),
       arrived AS (UPDATE webhook_delivery SET state = 'delivered', lane = NULL, "leaseUntil" = NULL, "endedAt" = now()
                    WHERE id = $1 AND state <> 'delivered' RETURNING "endpointId")
  UPDATE webhook_endpoint SET failures = 0, "failingSince" = NULL
   WHERE failures > 0 AND id = (SELECT "endpointId" FROM arrived) AND $11 <> '${TEST_TOPIC}'`;

const LISTENER = `
  SELECT p.id, p.name, roles_held(p) AS roles, NULL AS scopes,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'profile', g.profile)), '[]') FROM role_grant g
           WHERE g."personId" = p.id AND g.profile IS NOT NULL AND (g."expiresAt" IS NULL OR g."expiresAt" > now())) AS grants
    FROM person p WHERE p.id = $1 AND p."disabledAt" IS NULL`;

/** With something that is due, and nobody who sends; one whose message still waits for the relay is not forgotten. */
const FORGOTTEN = `
  SELECT h.id FROM webhook_endpoint h
   WHERE EXISTS (SELECT FROM webhook_delivery d
                  WHERE d."endpointId" = h.id AND d.state IN ('pending', 'failed') AND d."dueAt" <= now()
                    AND (h.active OR d.topic = '${TEST_TOPIC}'))
     AND NOT EXISTS (SELECT FROM webhook_delivery s WHERE s."endpointId" = h.id AND s.state = 'sending')
     AND NOT EXISTS (SELECT FROM outbox_message m WHERE m."relayedAt" IS NULL AND m.topic = 'webhook.due'
                        AND m.payload ->> 'endpointId' = h.id::text)`;

/** Written down, or given back, in the moment in which somebody switched the endpoint off. */
const MISSED = `
  UPDATE webhook_delivery d SET state = 'missed', "endedAt" = now() FROM webhook_endpoint h
   WHERE h.id = d."endpointId" AND NOT h.active AND d.state IN ('pending', 'failed') AND d.topic <> '${TEST_TOPIC}'`;

const UNIQUE_VIOLATION = '23505';
const LEFT = 'The process ended while it was being sent.';

@Injectable()
export class WebhookSending {
  constructor(
    private readonly db: DataSource,
    private readonly submissions: SubmissionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null: nothing is due, or somebody sends on this lane and looks for more when they have finished. */
  async take(endpointId: string, lane: number): Promise<Outgoing | null> {
    const { WEBHOOK_TIMEOUT, LEASE } = this.config;
    try {
      const [[taken = null]] = await this.db.query(TAKE, [endpointId, lane, WEBHOOK_TIMEOUT + LEASE]);
      return taken;
    } catch (error) {
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return null;
      throw error;
    }
  }

  /** Whether its endpoint may hear of it now. The installation's hear of everything. */
  async mayHear({ personId, submissionId, audience, topic }: Outgoing): Promise<boolean> {
    if (personId === null || topic === TEST_TOPIC) return true;
    const [user]: [User?] = await this.db.query(LISTENER, [personId]);
    if (!user) return false;
    return mayHear(
      user,
      { topic, audience, submissionId },
      submissionId === null ? null : await this.find(submissionId),
    );
  }

  /** That was no try. */
  async skip({ id, attempt }: Outgoing): Promise<void> {
    await this.db.query(
      `UPDATE webhook_delivery SET state = 'skipped', lane = NULL, "leaseUntil" = NULL, "endedAt" = now(), attempts = attempts - 1
        WHERE id = $1 AND attempts = $2 AND state = 'sending'`,
      [id, attempt],
    );
  }

  async ended(outgoing: Outgoing, outcome: Outcome): Promise<void> {
    if (outcome.problem !== null) return this.failed(outgoing, outcome, outcome.problem);
    await this.db.query(DELIVERED, [...keptOf(outgoing, outcome), outgoing.topic]);
  }

  /** There is more than one job can do in its time: the others come first. */
  async askAgain(endpointId: string): Promise<void> {
    await post(this.db.manager, { topic: 'webhook.due', endpointId });
  }

  /**
   * Ask again for what should be on its way and is not: its time has come, its process died, or the queue lost it.
   * @returns at how many endpoints
   */
  async requeueDue(): Promise<number> {
    await this.restoreLeft();
    await this.db.query(MISSED);
    const forgotten: { id: string }[] = await this.db.query(FORGOTTEN);
    for (const { id } of forgotten) await this.askAgain(id);
    return forgotten.length;
  }

  private async restoreLeft(): Promise<void> {
    const left: Try[] = await this.db.query(
      `SELECT d.id, d.attempts AS attempt, d."endpointId", d.topic FROM webhook_delivery d
        WHERE d.state = 'sending' AND d."leaseUntil" < now()`,
    );
    const nothing = { durationMs: 0, requestHeaders: {}, response: null, notBeforeMs: null, isGone: false };
    for (const each of left)
      await this.failed(each, { ...nothing, startedAt: new Date(), problem: LEFT, isOurs: true }, LEFT);
  }

  /** Later again, or given up; and an endpoint that never answers well is switched off. */
  private async failed(of: Try, outcome: Outcome, problem: string): Promise<void> {
    const { id, attempt, endpointId, topic } = of;
    const wait = topic === TEST_TOPIC || outcome.isGone ? null : this.waitAfter(attempt, outcome);
    await this.db.transaction(async (tx) => {
      await tx.query(KEPT, keptOf(of, outcome));
      const [, changed] = await tx.query(
        `UPDATE webhook_delivery SET lane = NULL, "leaseUntil" = NULL,
                state = CASE WHEN $3::float8 IS NULL THEN 'dead' ELSE 'failed' END,
                "endedAt" = CASE WHEN $3::float8 IS NULL THEN now() END,
                "dueAt" = now() + coalesce($3::float8, 0) * interval '1 ms'
          WHERE id = $1 AND attempts = $2 AND state = 'sending'`,
        [id, attempt, wait],
      );
      if (changed === 1 && topic !== TEST_TOPIC && !outcome.isOurs)
        await this.countFailure(tx, endpointId, problem, outcome);
    });
  }

  private waitAfter(attempt: number, { notBeforeMs, isOurs }: Outcome): number | null {
    const wait = retryIn(attempt, this.config.WEBHOOK_RETRY);
    if (wait === null) return null;
    return isOurs ? 0 : Math.max(wait, Math.min(notBeforeMs ?? 0, LONGEST_WAIT_MS));
  }

  /** With every try for so long, and with as many as one delivery has: not because of one bad minute of a quiet day. */
  private async countFailure(tx: EntityManager, endpointId: string, problem: string, { isGone }: Outcome) {
    const { WEBHOOK_OFF_AFTER, WEBHOOK_RETRY } = this.config;
    const [[counted]] = await tx.query(
      `UPDATE webhook_endpoint SET failures = failures + 1, "failingSince" = coalesce("failingSince", now())
        WHERE id = $1 RETURNING failures > $2 AND "failingSince" <= now() - $3 * interval '1 ms' AS "isLost"`,
      [endpointId, WEBHOOK_RETRY.length, WEBHOOK_OFF_AFTER],
    );
    if (!counted?.isLost && !isGone) return;
    await switchOff(tx, { endpointId, reason: isGone ? 'gone' : 'failing', problem, base: publicUrl(this.config) });
  }

  private async find(submissionId: string): Promise<Submission | null> {
    try {
      return await this.submissions.get(submissionId);
    } catch (error) {
      if (error instanceof SubmissionNotFound) return null;
      throw error;
    }
  }
}
