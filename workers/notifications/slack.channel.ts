/** How does a message reach Slack? By one call of the address that its reader gave; what came of it is put into words. */
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../src/config.js';
import type { Failure } from '../../src/notifications/failed-delivery.js';
import { cut, oneLine } from '../../src/notifications/letter.js';
import type { Outgoing } from '../../src/notifications/outgoing.js';
import { redactText } from '../../src/platform/redaction.js';
import { Outbound, OutboundRefused } from '../outbound.js';
import { slackMessageOf } from './slack-message.js';

/** The hook is no longer there, or no longer ours: Slack says so by these, with a word such as `no_service`. */
const GONE: ReadonlySet<number> = new Set([403, 404, 410]);
/** Not now. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

const LONGEST_ANSWER = 200;
const AWAY: Failure = { problem: 'Slack cannot be reached.', forGood: false };

@Injectable()
export class SlackChannel {
  constructor(
    private readonly outbound: Outbound,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Null: it has arrived. */
  async deliver({ to, ...letter }: Outgoing): Promise<Failure | null> {
    if (to.slackUrl === null) return { problem: 'No Slack channel is set.', forGood: true };
    try {
      const answer = await this.outbound.call(new URL(to.slackUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(slackMessageOf(letter)),
        signal: AbortSignal.timeout(this.config.SLACK_TIMEOUT),
      });
      if (answer.statusCode >= 200 && answer.statusCode < 300) {
        answer.body.on('error', () => {}).destroy();
        return null;
      }
      return failureOf(answer.statusCode, await beginningOf(answer.body));
    } catch (error) {
      if (error instanceof OutboundRefused) return { problem: error.message, forGood: true, closes: true };
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      return isLate ? { problem: 'Slack does not answer in time.', forGood: false } : AWAY;
    }
  }
}

/** A redirect is not followed: whoever answers so is asked again later. */
export function failureOf(status: number, said: string): Failure {
  const answer = cut(oneLine(redactText(said)), LONGEST_ANSWER);
  const problem = `Slack answers ${status}${answer ? `: ${answer}` : ''}`;
  if (GONE.has(status)) return { problem, forGood: true, closes: true };
  return { problem, forGood: status >= 400 && status < 500 && !LATER.has(status) };
}

/** No more than is shown of it, however much there is. */
async function beginningOf(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  let said = '';
  try {
    for await (const piece of body) {
      said += piece.toString('utf8');
      if (said.length > LONGEST_ANSWER) break;
    }
  } catch {
    return said; // the status is what counts
  } finally {
    body.destroy();
  }
  return said;
}
