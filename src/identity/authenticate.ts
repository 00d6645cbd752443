/** Who sends this request? By `Authorization: Bearer`, or else by the cookie of a session. */
import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { type Access, mayCall } from '../permissions.js';
import { CredentialsService, type Holder } from './credentials.service.js';
import { CrossSiteRequest, RoleNeeded, ScopeNeeded, Unauthenticated } from './identity.errors.js';
import { isSafe, isSameOrigin } from './same-origin.js';
import { kindOf, type SecretKind } from './secrets.js';
import { sessionIn } from './session-cookie.js';
import type { User } from './user.js';

/** What there is to know a caller by; every Fastify request has it. */
export interface Asking {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

const EXPIRED: Readonly<Record<SecretKind, (on: string) => string>> = {
  session: () => 'The session is over: sign in again at POST /sessions.',
  token: (on) => `The token has expired on ${on}: make a new one at /me/tokens.`,
};

const UNKNOWN: Readonly<Record<SecretKind, string>> = {
  session: 'There is no such session, it has ended: sign in again at POST /sessions.',
  token: 'There is no such token, it may have been revoked: make a new one at /me/tokens.',
};

@Injectable()
export class Authenticator {
  private readonly publicUrl: string;

  constructor(
    private readonly credentials: CredentialsService,
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
   * @throws Unauthenticated, CrossSiteRequest, RoleNeeded, ScopeNeeded
   */
  async admit(asking: Asking, access: Access): Promise<User> {
    const user = await this.authenticate(asking);
    if (!user) throw new Unauthenticated('missing', MISSING);
    if (!mayCall(user, access)) throw new RoleNeeded(access.who, user.roles);
    const { scopes } = user;
    if (scopes && !access.scopes.some((scope) => scopes.includes(scope))) throw new ScopeNeeded(access.scopes, scopes);
    return user;
  }

  private async holderOf(secret: string): Promise<User> {
    const kind = kindOf(secret);
    if (!kind) throw new Unauthenticated('malformed', MALFORMED);
    const holder = await this.credentials.holderOf(kind, secret);
    if (!holder) throw new Unauthenticated('unknown', UNKNOWN[kind]);
    return admitted(kind, holder);
  }
}

const MISSING = 'Say who you are: sign in at POST /sessions, or send `Authorization: Bearer acc_pat_…`.';

const MALFORMED =
  'This is no token of ours, or a character of it is wrong. It begins with "acc_pat_" or "acc_ses_", ' +
  'and its last six characters are a checksum: copy it again, the whole of it.';

/** What a caller shows; null: nothing. The header counts, a cookie only without it. */
export const secretIn = ({ authorization, cookie }: IncomingHttpHeaders): string | null =>
  authorization === undefined ? sessionIn(cookie) : bearerIn(authorization);

function bearerIn(authorization: string): string {
  const secret = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (!secret) throw new Unauthenticated('malformed', 'Expected `Authorization: Bearer acc_pat_…`.');
  return secret;
}

function admitted(kind: SecretKind, { disabledAt, expiresAt, isExpired, ...user }: Holder): User {
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
