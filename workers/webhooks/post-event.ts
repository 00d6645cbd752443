/** How is an event posted, and what came of it? One call that a receiver can neither prolong, nor redirect, nor fill us with. */
import { Webhook } from 'standardwebhooks';
import { cut, oneLine } from '../../src/notifications/letter.js';
import { stoppingWithin } from '../../src/platform/stopping-within.js';
import type { Outcome, Outgoing } from '../../src/webhooks/webhook-tries.js';
import { type Answer, type Outbound, OutboundRefused } from '../outbound.js';

/** Of an answer nobody reads more. */
const MOST_BYTES = 16_384;
const MOST_WORDS = 300;

export interface Sender {
  readonly outbound: Outbound;
  /** All that sign: the newest first. */
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
  readonly stopping: AbortSignal;
}

type Response = NonNullable<Outcome['response']>;

/** Whatever happens to it: it never throws. */
export async function postEvent(event: Outgoing, sender: Sender): Promise<Outcome> {
  const startedAt = new Date();
  const began = performance.now();
  const requestHeaders = headersOf(event, sender.secrets, startedAt);
  const signal = stoppingWithin(sender.timeoutMs, sender.stopping);
  const outcome = (told: Pick<Outcome, 'response' | 'problem'>): Outcome => ({
    ...{ startedAt, requestHeaders, ...told },
    durationMs: Math.round(performance.now() - began),
    notBeforeMs: told.response && retryAfterOf(told.response, startedAt),
    isGone: told.response?.status === 410,
    isOurs: told.problem !== null && sender.stopping.aborted,
  });
  try {
    const call = { method: 'POST', headers: requestHeaders, body: event.body, signal } as const;
    const answer = await sender.outbound.call(new URL(event.url), call);
    const response = await read(answer);
    return outcome({ response, problem: problemOf(response) });
  } catch (error) {
    return outcome({ response: null, problem: troubleOf(error, sender) });
  }
}

/** standardwebhooks.com: over id, time and body; each secret that counts signs. */
function headersOf({ messageId, position, body }: Outgoing, secrets: readonly string[], at: Date) {
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Accession (webhooks)',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, at, body)).join(' '),
    ...(position !== null && { 'webhook-sequence': position }),
  };
}

/** The answer counts once its head is there: whatever becomes of its body. */
async function read({ statusCode: status, headers, body }: Answer): Promise<Response> {
  const pieces: Buffer[] = [];
  let length = 0;
  let isCut = false;
  try {
    for await (const piece of body) {
      pieces.push(piece);
      length += piece.length;
      if (length > MOST_BYTES) break; // which ends the connection too
    }
  } catch {
    isCut = true;
  }
  const text = Buffer.concat(pieces).subarray(0, MOST_BYTES).toString('utf8').replaceAll('\0', '\ufffd');
  const known = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { status, headers: Object.fromEntries(known), body: text, isCut: isCut || length > MOST_BYTES };
}

function problemOf({ status, headers }: Response): string | null {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return 'It answers 410: it wants no more events.';
  if (status >= 300 && status < 400) {
    const to = headers.location === undefined ? '' : ` to ${words(String(headers.location))}`;
    return `It redirects${to} (${status}). Events are not sent on: give the webhook the address itself.`;
  }
  return `It answers ${status}.`;
}

function troubleOf(error: unknown, { stopping, timeoutMs }: Sender): string {
  if (stopping.aborted) return 'The process was stopped while it was being sent.';
  if (error instanceof OutboundRefused) return error.message;
  const { name, code = '', message, cause } = error as Error & { readonly code?: string };
  if (cause instanceof OutboundRefused) return cause.message;
  if (name === 'TimeoutError' || /_TIMEOUT$/.test(code)) return `It gave no answer within ${timeoutMs / 1_000} s.`;
  if (name === 'HTTPParserError') return `What it answers is not HTTP: ${words(message)}.`;
  return `It cannot be reached: ${words(code || message)}.`;
}

const words = (text: string): string => cut(oneLine(text), MOST_WORDS);

/** RFC 9110: seconds, or a date. */
function retryAfterOf({ headers }: Response, now: Date): number | null {
  const text = String(headers['retry-after'] ?? '').trim();
  if (text === '') return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
