/** Who sends this request? By `Authorization: Bearer`, or else by the cookie of a session, or of a visit by a review link. */
import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { type Access, mayCall } from '../permissions.js';
import { NotForVisitors } from '../sharing/sharing.errors.js';
import { VisitsService } from '../sharing/visits.service.js';
import { CredentialsService, type Holder } from './credentials.service.js';
import { CrossSiteRequest, RoleNeeded, ScopeNeeded, Unauthenticated } from './identity.errors.js';
import { isSafe, isSameOrigin } from './same-origin.js';
import { kindOf, type PersonalSecret } from './secrets.js';
import { sessionIn, visitIn } from './session-cookie.js';
import type { User } from './user.js';

/** What there is to know a caller by; every Fastify request has it. */
export interface Asking {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

const EXPIRED: Readonly<Record<PersonalSecret, (on: string) => string>> = {
  session: () => 'The session is over: sign in again at POST /sessions.',
  token: (on) => `The token has expired on ${on}: make a new one at /me/tokens.`,
};

const UNKNOWN: Readonly<Record<PersonalSecret | 'link' | 'visit', string>> = {
  session: 'There is no such session, it has ended: sign in again at POST /sessions.',
  token: 'There is no such token, it may have been revoked: make a new one at /me/tokens.',
  link: 'There is no such review link: ask whoever gave it to you for another.',
  visit: 'This visit is over: open the review link again.',
};

@Injectable()
export class Authenticator {
  private readonly publicUrl: string;

  constructor(
    private readonly credentials: CredentialsService,
    private readonly visits: VisitsService,
    @Inject(CONFIG) config: Config,
  ) {
    this.publicUrl = publicUrl(config);
  }

  /**
   * Null: nobody says who they are.
   * @throws Unauthenticated when the credential is not, or no longer, good
   * @throws CrossSiteRequest when a cookie came along with what no page of ours sent
   */
  async authenticate({ method, headers }: Asking): Promise<User | null> {
    const secret = secretIn(headers);
    if (secret === null) return null;
    const isByCookie = headers.authorization === undefined;
    if (isByCookie && !isSafe(method) && !isSameOrigin(headers, this.publicUrl)) {
      throw new CrossSiteRequest(this.publicUrl);
    }
    return this.holderOf(secret);
  }

  /**
   * The caller of a route that is for somebody, as far as roles and scopes decide it.
   * @throws Unauthenticated, CrossSiteRequest, RoleNeeded, ScopeNeeded, NotForVisitors
   */
  async admit(asking: Asking, access: Access): Promise<User> {
    const user = await this.authenticate(asking);
    if (!user) throw new Unauthenticated('missing', MISSING);
    if (user.visit && !(access.visitor && user.visit.may.includes(access.visitor))) {
      throw new NotForVisitors(access.visitor ?? null, user.visit.may);
    }
    if (!mayCall(user, access)) throw new RoleNeeded(access.who, user.roles);
    const { scopes } = user;
    if (scopes && !access.scopes.some((scope) => scopes.includes(scope))) throw new ScopeNeeded(access.scopes, scopes);
    return user;
  }

  private async holderOf(secret: string): Promise<User> {
    const kind = kindOf(secret);
    if (!kind || kind === 'invitation' || kind === 'reset') throw new Unauthenticated('malformed', MALFORMED);
    if (kind === 'link' || kind === 'visit') {
      const visitor = await this.visits.visitor(kind, secret);
      if (!visitor) throw new Unauthenticated('unknown', UNKNOWN[kind]);
      return visitor;
    }
    const holder = await this.credentials.holderOf(kind, secret);
    if (!holder) throw new Unauthenticated('unknown', UNKNOWN[kind]);
    return admitted(kind, holder);
  }
}

const MISSING = 'Say who you are: sign in at POST /sessions, or send `Authorization: Bearer acc_pat_…`.';

const MALFORMED =
  'This is no token of ours, or a character of it is wrong. It begins with "acc_pat_", "acc_ses_" or "acc_link_", ' +
  'and its last six characters are a checksum: copy it again, the whole of it.';

/**
 * What a caller shows; null: nothing. The header counts, a cookie only without it. Of a browser that has both, the session
 * counts: `View-As: reviewer` is how somebody who is signed in looks at what their link shows.
 */
export function secretIn({ authorization, cookie, 'view-as': as }: IncomingHttpHeaders): string | null {
  if (authorization !== undefined) return bearerIn(authorization);
  return as === 'reviewer' ? (visitIn(cookie) ?? sessionIn(cookie)) : (sessionIn(cookie) ?? visitIn(cookie));
}

function bearerIn(authorization: string): string {
  const secret = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (!secret) throw new Unauthenticated('malformed', 'Expected `Authorization: Bearer acc_pat_…`.');
  return secret;
}

function admitted(kind: PersonalSecret, { disabledAt, expiresAt, isExpired, ...user }: Holder): User {
  if (isExpired) throw new Unauthenticated('expired', EXPIRED[kind](dayOf(expiresAt)));
  if (disabledAt) {
    throw new Unauthenticated(
      'disabled',
      `This account is closed since ${dayOf(disabledAt)}. An admin can open it again.`,
    );
  }
  return user;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
