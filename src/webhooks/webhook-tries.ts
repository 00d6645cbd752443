/** What is a try of a delivery, and what is kept of it? */
import type { Audience } from '../live/announce.js';

/** A delivery that is ours to send, until its lease is over. `attempt` counts the tries that have begun. */
export interface Outgoing {
  readonly id: string;
  readonly attempt: number;
  readonly endpointId: string;
  readonly messageId: string;
  readonly topic: string;
  readonly audience: Audience;
  readonly position: string | null;
  readonly submissionId: string | null;
  readonly personId: string | null;
  readonly url: string;
  readonly body: string;
  /** Sealed; the old one only while it counts. */
  readonly secret: string;
  readonly oldSecret: string | null;
}

export type Try = Pick<Outgoing, 'id' | 'attempt' | 'endpointId' | 'topic'>;

/** What one try came to. */
export interface Outcome {
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[]>>;
    readonly body: string;
    readonly isCut: boolean;
  } | null;
  /** Null: it was delivered. */
  readonly problem: string | null;
  /** What the receiver asks for (`Retry-After`). */
  readonly notBeforeMs: number | null;
  /** It wants no more (410). */
  readonly isGone: boolean;
  /** It was our own process that ended the try. */
  readonly isOurs: boolean;
}

/** Unless its endpoint was deleted meanwhile, and the delivery with it. */
export const KEPT = `
  INSERT INTO webhook_attempt ("deliveryId", attempt, "startedAt", "durationMs", "requestHeaders", status, "responseHeaders",
                               "responseBody", "isCut", problem)
  SELECT id, $2::int, $3::timestamptz, $4::int, $5::jsonb, $6::int, $7::jsonb, $8::text, $9::boolean, $10::text
    FROM webhook_delivery WHERE id = $1 ON CONFLICT ("deliveryId", attempt) DO NOTHING`;

/** The parameters of `KEPT`. */
export function keptOf(
  { id, attempt }: Try,
  { startedAt, durationMs, requestHeaders, response, problem }: Outcome,
): unknown[] {
  const answered = [response?.status ?? null, response && JSON.stringify(response.headers), response?.body ?? null];
  const headers = Object.keys(requestHeaders).length > 0 ? JSON.stringify(requestHeaders) : null;
  return [id, attempt, startedAt, durationMs, headers, ...answered, response?.isCut ?? false, problem];
}
