/** What can be refused about a person and their credentials, in the words of the domain? */

import type { Who } from '../permissions.js';
import { DomainError } from '../platform/domain-error.js';
import type { Role, Scope } from './user.js';

/** Why it is not known who asks. The CLI and the browser look at it; people read the sentence. */
type Reason = 'missing' | 'malformed' | 'unknown' | 'expired' | 'disabled';

export class Unauthenticated extends DomainError {
  readonly code = 'unauthenticated';
  readonly kind = 'unauthenticated';

  constructor(
    readonly reason: Reason,
    sentence: string,
  ) {
    super(sentence);
  }

  /** RFC 6750, section 3: who sent no credential is told of no fault in it. */
  override headers(): Record<string, string> {
    const fault = this.reason === 'missing' ? '' : ', error="invalid_token"';
    return { 'www-authenticate': `Bearer realm="accession"${fault}` };
  }
}

/** Whether there is such an account is nobody's business. */
export class SignInRefused extends DomainError {
  readonly code = 'sign-in-refused';
  readonly kind = 'unauthenticated';

  constructor() {
    super('There is no account with this e-mail address and this password.');
  }
}

export class CrossSiteRequest extends DomainError {
  readonly code = 'cross-site-request';
  readonly kind = 'forbidden';

  constructor(origin: string) {
    super(
      'A request that changes something, and says by cookie who sends it, must come from a page of this service: ' +
        `send \`Origin: ${origin}\`, or say who you are with \`Authorization: Bearer …\` in place of the cookie.`,
    );
  }
}

export class RoleNeeded extends DomainError {
  readonly code = 'role-needed';
  readonly kind = 'forbidden';

  constructor(
    readonly needed: Who,
    readonly held: readonly Role[],
  ) {
    super(`This is for the role "${needed}"; yours: ${held.join(', ') || 'none'}. An admin gives roles.`);
  }
}

export class ScopeNeeded extends DomainError {
  readonly code = 'scope-needed';
  readonly kind = 'forbidden';

  constructor(
    readonly needed: readonly Scope[],
    readonly held: readonly Scope[],
  ) {
    super(
      `This needs a token with the scope ${needed.map((scope) => `"${scope}"`).join(' or ')}; ` +
        `this one has: ${held.join(', ')}. Make another at /me/tokens.`,
    );
  }

  override headers(): Record<string, string> {
    return {
      'www-authenticate': `Bearer realm="accession", error="insufficient_scope", scope="${this.needed.join(' ')}"`,
    };
  }
}

/** A token never makes one that may do more than itself. */
export class ScopesExceeded extends DomainError {
  readonly code = 'scopes-exceeded';
  readonly kind = 'forbidden';

  constructor(
    readonly exceeding: readonly Scope[],
    readonly held: readonly Scope[],
  ) {
    super(
      `A token cannot make one that may do more than itself: ${exceeding.join(', ')} is beyond ${held.join(', ')}. ` +
        'Sign in, and make it from there.',
    );
  }
}

export class SignUpOff extends DomainError {
  readonly code = 'sign-up-off';
  readonly kind = 'forbidden';

  constructor() {
    super('Nobody signs up by themselves here: ask an admin of this service for an account.');
  }
}

export class EmailTaken extends DomainError {
  readonly code = 'email-taken';
  readonly kind = 'refused';

  constructor(email: string) {
    super(`There is already an account with the e-mail address ${email}: sign in with it.`);
  }
}

export class PersonNotFound extends DomainError {
  readonly code = 'person-not-found';
  readonly kind = 'missing';

  constructor(person: string) {
    super(`There is no person ${person}.`);
  }
}

export class LastAdmin extends DomainError {
  readonly code = 'last-admin';
  readonly kind = 'refused';

  constructor() {
    super('This is the only admin left. Make somebody else an admin first.');
  }
}

export class TokenNotFound extends DomainError {
  readonly code = 'token-not-found';
  readonly kind = 'missing';

  constructor(id: string) {
    super(`There is no access token ${id}: it was revoked, or never was.`);
  }
}

export class SessionNotFound extends DomainError {
  readonly code = 'session-not-found';
  readonly kind = 'missing';

  constructor(id?: string) {
    super(
      id === undefined
        ? 'You came with an access token, and so there is no session to end: `DELETE /me/tokens/{id}` revokes a token.'
        : `There is no session ${id}: it is over, or never was.`,
    );
  }
}

export class GrantNotFound extends DomainError {
  readonly code = 'grant-not-found';
  readonly kind = 'missing';

  constructor(id: string) {
    super(`This person has no grant ${id}: it was revoked, or never was.`);
  }
}

export class NoSuchProfile extends DomainError {
  readonly code = 'no-such-profile';
  readonly kind = 'invalid';

  constructor(
    profile: string,
    readonly known: readonly string[],
  ) {
    super(`There is no profile "${profile}"; there are: ${known.join(', ')}.`);
  }
}

export class OrcidVerified extends DomainError {
  readonly code = 'orcid-verified';
  readonly kind = 'refused';

  constructor(orcid: string | null) {
    super(
      `ORCID itself has said that ${orcid ?? 'this iD'} is yours, and it cannot be typed over. ` +
        'To have another, unlink this one first: `DELETE /me/identities/{id}`.',
    );
  }
}

export class PasswordWrong extends DomainError {
  readonly code = 'password-wrong';
  readonly kind = 'invalid';

  constructor() {
    super('`current` is not your password. If you have forgotten it, ask for a mail: `POST /password-resets`.');
  }
}

export class PasswordResetRefused extends DomainError {
  readonly code = 'password-reset-refused';
  readonly kind = 'refused';

  constructor() {
    super(
      'This link has been used already, is older than an hour, or is not ours. Ask for a new mail: `POST /password-resets`.',
    );
  }
}

export class NoMail extends DomainError {
  readonly code = 'no-mail';
  readonly kind = 'refused';

  constructor() {
    super('This service sends no mail: ask one of its admins.');
  }
}

export class IdentityNotFound extends DomainError {
  readonly code = 'identity-not-found';
  readonly kind = 'missing';

  constructor(id: string) {
    super(`You have no identity ${id}: it was unlinked, or never was.`);
  }
}

export class LastWayIn extends DomainError {
  readonly code = 'last-way-in';
  readonly kind = 'refused';

  constructor() {
    super('You could not sign in any more without it. Set a password first (`PUT /me/password`), or link another.');
  }
}

export class AlreadyErased extends DomainError {
  readonly code = 'already-erased';
  readonly kind = 'refused';

  constructor(on: Date) {
    super(`This person was erased on ${on.toISOString().slice(0, 10)}.`);
  }
}
