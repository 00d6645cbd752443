/** Have these events arrived? All that are due at one endpoint, a few at once, and rows that say what came of each try. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import type { JobOf } from '../../src/queues.js';
import { SealedByAnother, WebhookSecrets } from '../../src/webhooks/webhook-secrets.js';
import { LANES, WebhookSending } from '../../src/webhooks/webhook-sending.service.js';
import type { Outcome, Outgoing } from '../../src/webhooks/webhook-tries.js';
import { JobWorker } from '../job-worker.js';
import { Outbound } from '../outbound.js';
import { postEvent } from './post-event.js';

/** Then the others have their turn. */
const SLICE_MS = 10_000;

/**
 * An event arrives at least once: it is sent again if this process dies between the receiver's answer and our mark. It has
 * the same `webhook-id` then. A receiver that is slow keeps its own lanes, and nobody waits for those: jobs are many.
 */
@Injectable()
export class WebhookWorker extends JobWorker<'webhook'> {
  protected readonly queue = 'webhook';
  protected override readonly concurrency = 50;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly sending: WebhookSending,
    private readonly secrets: WebhookSecrets,
    private readonly outbound: Outbound,
  ) {
    super(config);
  }

  async handle({ endpointId }: JobOf<'webhook'>, stopping: AbortSignal): Promise<void> {
    const end = Date.now() + SLICE_MS;
    const lanes = Array.from({ length: LANES }, (_, lane) => this.drain(endpointId, lane, end, stopping));
    const isMore = await Promise.all(lanes);
    stopping.throwIfAborted();
    if (isMore.some(Boolean)) await this.sending.askAgain(endpointId);
  }

  /** One after the other, until nothing is due; true: there was no time for more. */
  private async drain(endpointId: string, lane: number, end: number, stopping: AbortSignal): Promise<boolean> {
    while (Date.now() < end && !stopping.aborted) {
      const event = await this.sending.take(endpointId, lane);
      if (!event) return false;
      if (await this.sending.mayHear(event)) await this.send(event, stopping);
      else await this.sending.skip(event);
    }
    return true;
  }

  private async send(event: Outgoing, stopping: AbortSignal): Promise<void> {
    const outcome = await this.post(event, stopping);
    const { id: deliveryId, attempt, endpointId } = event;
    if (outcome.problem) this.log.warn({ message: outcome.problem, deliveryId, attempt, endpointId });
    await this.sending.ended(event, outcome);
  }

  private async post(event: Outgoing, stopping: AbortSignal): Promise<Outcome> {
    const { outbound, config } = this;
    try {
      const sealed = [event.secret, event.oldSecret].filter((each) => each !== null);
      const secrets = await Promise.all(sealed.map((each) => this.secrets.open(each, event.endpointId)));
      return await postEvent(event, { outbound, secrets, timeoutMs: config.WEBHOOK_TIMEOUT, stopping });
    } catch (error) {
      if (!(error instanceof SealedByAnother)) throw error;
      const nothing = { durationMs: 0, requestHeaders: {}, response: null, notBeforeMs: null };
      return { ...nothing, startedAt: new Date(), problem: error.message, isGone: false, isOurs: false };
    }
  }
}
