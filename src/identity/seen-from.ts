/** Where did somebody sign in from? As much as lets them know the place again in a list of their sessions, and no more. */
import ipaddr from 'ipaddr.js';

export interface SeenFrom {
  readonly userAgent: string | null;
  readonly address: string | null;
}

/** What an IPv4 network, and what a household's IPv6 network, begins with. */
const KEPT_BYTES = { ipv4: 3, ipv6: 6 } as const;

/** `198.51.100.7` is kept as `198.51.100.0/24`; null: it is no address. */
export function placeOf(ip: string | undefined): string | null {
  if (ip === undefined || !ipaddr.isValid(ip)) return null;
  const address = ipaddr.process(ip.replace(/%.*$/, ''));
  const kept = KEPT_BYTES[address.kind()];
  const bytes = address.toByteArray().map((byte, i) => (i < kept ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${kept * 8}`;
}

/** Of a request of Fastify's. */
export const seenFrom = (request: {
  readonly ip?: string;
  readonly headers: { readonly 'user-agent'?: string | undefined };
}): SeenFrom => ({
  userAgent: request.headers['user-agent']?.slice(0, 300) ?? null,
  address: placeOf(request.ip),
});
