/**
 * May we call this address? Whatever people have us call, a file to import or a hook to post to, must be on the public
 * internet: never this machine, its network, or the metadata service of a cloud.
 *
 * The guard sits in the connector, behind every name and every redirect: literal addresses are judged as they are,
 * names by what they resolve to (that very answer is connected to, so that a name cannot change its mind in between),
 * and the peer once more when the connection stands.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';

/** In milliseconds: until connected, until the first byte, and between two pieces. */
export interface Patience {
  readonly connect: number;
  readonly answer: number;
  readonly idle: number;
}
const PATIENCE: Patience = { connect: 10_000, answer: 30_000, idle: 60_000 };

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The address may not be called, whatever it would answer. */
export class OutboundRefused extends Error {
  readonly code = 'EBLOCKED';
}

export interface Call {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}
export type Answer = Dispatcher.ResponseData;

type Lookup = typeof systemLookup;

export class Outbound {
  private readonly allowed: ReadonlySet<string>;
  private readonly agent: Agent;

  /** `allow`: exact `host:port` pairs that are let through, whatever they resolve to; these alone may be without TLS. */
  constructor(allow: readonly string[], patience: Patience = PATIENCE, lookup: Lookup = systemLookup) {
    this.allowed = new Set(allow.map((pair) => pair.toLowerCase()));
    const { connect: timeout, answer: headersTimeout, idle: bodyTimeout } = patience;
    const free = buildConnector({ timeout });
    const guarded = guardedConnector(timeout, lookup);
    this.agent = new Agent({
      headersTimeout,
      bodyTimeout,
      connect: (options, done) => {
        const isAllowed = this.allowed.has(pairOf(options.hostname, options.port, options.protocol));
        (isAllowed ? free : guarded)(options, done);
      },
    });
  }

  /** @throws OutboundRefused when nobody may be called by such a URL; its host is judged when it is connected to. */
  check({ protocol, hostname, port, username, password }: URL): void {
    const isAllowed = this.allowed.has(pairOf(hostname, port, protocol));
    if (protocol !== 'https:' && !(protocol === 'http:' && isAllowed)) {
      throw new OutboundRefused('Only https addresses are called.');
    }
    if (username || password) throw new OutboundRefused('An address with a name or a password in it is not called.');
  }

  /** One call, to this address alone: a redirect is an answer like any other. */
  async call(url: URL, { method = 'GET', ...call }: Call = {}): Promise<Answer> {
    this.check(url);
    return request(url, { ...call, method, dispatcher: this.agent });
  }

  /** One call, and on to where it is redirected; each hop is judged like the first. */
  async follow(url: URL, call: Call = {}): Promise<{ readonly url: URL; readonly answer: Answer }> {
    let at = url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const answer = await this.call(at, call);
      const to = REDIRECTS.has(answer.statusCode) ? answer.headers.location : undefined;
      if (typeof to !== 'string') return { url: at, answer };
      answer.body.on('error', () => {}).destroy();
      at = redirected(to, at);
    }
    throw new OutboundRefused(`The address redirects more than ${MAX_REDIRECTS} times.`);
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

/** Whether an address is anything but a public one; also those that are another one in disguise, as `::ffff:127.0.0.1`. */
export function isBlocked(address: string): boolean {
  return !ipaddr.isValid(address) || ipaddr.process(address).range() !== 'unicast';
}

function guardedConnector(timeout: number, lookup: Lookup): buildConnector.connector {
  const connect = buildConnector({
    timeout,
    lookup: (hostname, options, done) => {
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        const found: readonly LookupAddress[] = error ? [] : addresses;
        const blocked = found.find(({ address }) => isBlocked(address));
        const [first] = found;
        if (error || blocked || !first) return done(error ?? refusalOf(hostname, blocked?.address), '', 0);
        if (options.all) done(null, [...found]);
        else done(null, first.address, first.family);
      });
    },
  });
  return (options, done) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) && isBlocked(host)) return done(refusalOf(host, host), null);
    connect(options, (error, socket) => {
      if (error || !socket) return done(error ?? new Error(`${host} did not connect.`), null);
      const peer = socket.remoteAddress ?? '';
      if (!isBlocked(peer)) return done(null, socket);
      socket.destroy();
      done(refusalOf(host, peer), null);
    });
  };
}

function refusalOf(host: string, address: string | undefined): OutboundRefused {
  const where = address === undefined || address === host ? host : `${host} (${address})`;
  return new OutboundRefused(`${where} is not a public address.`);
}

function redirected(to: string, from: URL): URL {
  if (!URL.canParse(to, from.href)) throw new OutboundRefused('The address redirects to what is no address.');
  return new URL(to, from);
}

/** As `OUTBOUND_ALLOW` writes them. */
const pairOf = (hostname: string, port: string | number, protocol: string) =>
  `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`.toLowerCase();
