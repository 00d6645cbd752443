/**
 * How much may somebody ask? By class of request: as much by each credential as by each address of those who show none,
 * and twice as much by one person with all of theirs, so that a script that runs wild does not shut its owner out.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { CONFIG, type Config } from '../config.js';
import { secretIn } from '../identity/authenticate.js';
import { hashOf } from '../identity/secrets.js';
import type { User } from '../identity/user.js';
import { BlockLimiter, type Taken } from './block-limiter.js';
import { consumeOf, LimitStore } from './limit-store.service.js';
import { RateLimited } from './limits.errors.js';
import { CLASSES, classOf, type RequestClass } from './request-class.js';

/** Credentials that were good here lately: their holders are not strangers. */
const KNOWN_MS = 600_000;
const MOST_KNOWN = 20_000;

interface Limit {
  readonly ms: number;
  readonly each: BlockLimiter;
  readonly person: BlockLimiter;
}

@Injectable()
export class RateLimits {
  private readonly limits: Readonly<Record<RequestClass, Limit>> | null;
  private readonly known = new Map<string, number>();

  constructor(store: LimitStore, @Inject(CONFIG) config: Config) {
    this.limits = config.RATE_LIMITS ? limitsOf(store, config) : null;
  }

  /** Before it is known who asks. @throws RateLimited */
  async arrived(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const kind = this.classOf(request);
    if (!kind) return;
    const credential = credentialOf(request);
    const isKnown = credential !== null && (this.known.get(credential) ?? 0) > Date.now();
    if (!isKnown || kind === 'sign-in') await this.take(kind, reply, [['each', `address:${networkOf(request.ip)}`]]);
  }

  /** Once it is. @throws RateLimited */
  async admitted(request: FastifyRequest, reply: FastifyReply, user: User | null): Promise<void> {
    const kind = this.classOf(request);
    const credential = credentialOf(request);
    if (!kind || kind === 'sign-in' || !user || credential === null) return;
    this.remember(credential);
    await this.take(kind, reply, [
      ['each', `credential:${credential}`],
      ['person', `person:${user.id}`],
    ]);
  }

  private classOf({ method, routeOptions, query }: FastifyRequest): RequestClass | null {
    return this.limits && classOf({ method, route: routeOptions.url, query });
  }

  private async take(
    kind: RequestClass,
    reply: FastifyReply,
    keys: [keyof Omit<Limit, 'ms'>, string][],
  ): Promise<void> {
    const limit = this.limits?.[kind];
    if (!limit) return;
    let least = Number.POSITIVE_INFINITY;
    for (const [of, key] of keys) {
      const taken = await limit[of].take(key);
      const headers = headersOf(kind, limit[of].points, limit.ms, taken);
      if (!taken.isAllowed) throw new RateLimited(kind, seconds(taken.ms), headers);
      if (taken.remaining < least) void reply.headers(headers);
      least = Math.min(least, taken.remaining);
    }
  }

  private remember(credential: string): void {
    this.known.delete(credential);
    this.known.set(credential, Date.now() + KNOWN_MS);
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_KNOWN && oldest !== undefined) this.known.delete(oldest);
  }
}

function limitsOf(store: LimitStore, config: Config): Record<RequestClass, Limit> {
  const rates = {
    read: config.RATE_READ,
    write: config.RATE_WRITE,
    search: config.RATE_SEARCH,
    upload: config.RATE_UPLOAD,
    'sign-in': config.RATE_SIGN_IN,
  };
  const limiter = (name: string, points: number, ms: number) =>
    new BlockLimiter(points, consumeOf(store.counter({ name, points, ms })));
  return Object.fromEntries(
    CLASSES.map((name) => {
      const { points, ms } = rates[name];
      return [name, { ms, each: limiter(name, points, ms), person: limiter(`${name}:person`, points * 2, ms) }];
    }),
  ) as Record<RequestClass, Limit>; // CLASSES has them all
}

/** draft-ietf-httpapi-ratelimit-headers. */
function headersOf(name: string, points: number, ms: number, { remaining, ms: left }: Taken): Record<string, string> {
  return {
    'ratelimit-policy': `"${name}";q=${points};w=${seconds(ms)}`,
    ratelimit: `"${name}";r=${remaining};t=${seconds(left)}`,
  };
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

function credentialOf({ headers }: FastifyRequest): string | null {
  try {
    const secret = secretIn(headers);
    return secret === null ? null : hashOf(secret).slice(0, 32);
  } catch {
    return null; // it is no credential, and will be refused as such
  }
}

/** Whoever has an IPv6 address has 2^64 of them. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip.replace(/%.*$/, ''));
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.fromByteArray(address.toByteArray().map((byte, i) => (i < 8 ? byte : 0))).toString()}/64`;
}
