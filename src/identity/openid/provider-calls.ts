/** How is a provider asked? With little patience, for little, and in the clear only where `OUTBOUND_ALLOW` says so. */
import type { CustomFetch } from 'openid-client';

const PATIENCE_MS = 10_000;
/** More than any list of keys or claims. */
const MAX_BYTES = 512 * 1_024;

/** There was no answer, or one that is no use: not what an answer says. */
export class CallFailed extends Error {}

/** As `OUTBOUND_ALLOW` writes them. */
export const pairOf = ({ hostname, port }: URL): string => `${hostname}:${port || 80}`.toLowerCase();

/** @param allowed the `host:port` pairs that may be called without TLS */
export function providerCalls(allowed: ReadonlySet<string>): CustomFetch {
  return async (address, { signal, ...options }) => {
    const url = new URL(address);
    if (url.protocol !== 'https:' && !allowed.has(pairOf(url))) throw new CallFailed(`${url.origin} is not https.`);
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      const answer = await fetch(url, {
        ...(options as RequestInit),
        redirect: 'manual', // where an answer leads is not where we have been told to ask
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      });
      if (answer.status >= 500 || answer.status === 429)
        throw new CallFailed(`${url.origin} answers ${answer.status}.`);
      const { status, headers } = answer;
      const bytes = await bytesOf(answer, url);
      return new Response(bytes.length > 0 ? bytes : null, { status, headers });
    } catch (error) {
      if (error instanceof CallFailed) throw error;
      throw new CallFailed(`${url.origin} does not answer.`, { cause: error });
    }
  };
}

async function bytesOf(answer: Response, { origin }: URL): Promise<Buffer<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body ?? []) {
    size += piece.length;
    if (size > MAX_BYTES) throw new CallFailed(`${origin} answers with more than ${MAX_BYTES} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
