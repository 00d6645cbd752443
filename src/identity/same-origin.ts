/**
 * Did a page of ours send this request? A browser adds the session's cookie to what any page sends; it also says,
 * in headers that no page can set, where the request comes from.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** What changes nothing may be asked for from anywhere: the answer stays with the browser. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafe = (method: string): boolean => SAFE.has(method);

/** What says nothing about its origin comes from no page of ours: every browser speaks up on what is not safe. */
export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.origin === new URL(publicUrl).origin || from.host === host;
}

/** A page of another site sent it; what is no browser says nothing, and is not meant. */
export const isCrossSite = (headers: IncomingHttpHeaders, publicUrl: string): boolean =>
  (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) && !isSameOrigin(headers, publicUrl);
