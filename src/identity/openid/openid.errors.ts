/** What can go wrong where somebody signs in by a provider? */
import { DomainError } from '../../platform/domain-error.js';

export class ProviderNotFound extends DomainError {
  readonly code = 'provider-not-found';
  readonly kind = 'missing';

  constructor(
    id: string,
    readonly known: readonly string[],
  ) {
    super(`Nobody signs in by "${id}" here${known.length > 0 ? `; there are: ${known.join(', ')}` : ''}.`);
  }
}

export class ProviderAway extends DomainError {
  readonly code = 'provider-away';
  readonly kind = 'unavailable';
  readonly retryAfter = 30;

  constructor(
    readonly provider: string,
    label: string,
    options?: ErrorOptions,
  ) {
    super(
      `${label} does not answer as it should, and so nobody can be signed in by it just now. ` +
        'Try again in a little while, or sign in with your password.',
      options,
    );
  }
}

/** The state is unknown, used, too old, of another browser, or of another provider: which of these is nobody's business. */
export class SignInNotBegun extends DomainError {
  readonly code = 'sign-in-not-begun';
  readonly kind = 'refused';

  constructor(
    readonly provider: string,
    beginAt: string,
  ) {
    super(
      'This sign-in was not begun in this browser within the last ten minutes, or has come to its end already: ' +
        `begin again at ${beginAt}.`,
    );
  }
}

export class SignInDenied extends DomainError {
  readonly code = 'sign-in-denied';
  readonly kind = 'forbidden';

  constructor(
    readonly provider: string,
    label: string,
  ) {
    super(`${label} did not sign you in: it was cancelled there, or not allowed. Nothing has changed here.`);
  }
}

/** Why what a provider said was not believed. */
export type Doubt = 'nonce' | 'clock' | 'code' | 'answer';

const DOUBTS: Readonly<Record<Doubt, (label: string) => string>> = {
  nonce: (label) => `What ${label} said was an answer to another sign-in than yours.`,
  clock: (label) => `The clocks of ${label} and of this service differ by more than a minute: tell an admin.`,
  code: (label) => `${label} does not know this sign-in, or has finished it already.`,
  answer: (label) => `What ${label} said of you could not be believed: tell an admin, who finds why in the log.`,
};

export class SignInFailed extends DomainError {
  readonly code = 'sign-in-failed';
  readonly kind = 'refused';

  constructor(
    readonly provider: string,
    label: string,
    readonly reason: Doubt,
    options?: ErrorOptions,
  ) {
    super(`${DOUBTS[reason](label)} Begin again; nothing has changed here.`, options);
  }
}

/** An address is no proof: whoever has the account shows that they do. */
export class IdentityNotLinked extends DomainError {
  readonly code = 'identity-not-linked';
  readonly kind = 'refused';

  constructor(
    readonly provider: string,
    label: string,
  ) {
    super(
      `There is an account with the e-mail address that ${label} gives, and it is not linked to your ${label} yet. ` +
        `Sign in to it with its password, and link ${label} there: \`POST /me/identities/${provider}\`.`,
    );
  }
}

export class IdentityTaken extends DomainError {
  readonly code = 'identity-taken';
  readonly kind = 'refused';

  constructor(
    readonly provider: string,
    label: string,
  ) {
    super(`You are known to ${label} as somebody who has another account here. Unlink it there first.`);
  }
}

export class EmailNeeded extends DomainError {
  readonly code = 'email-needed';
  readonly kind = 'refused';

  constructor(
    readonly provider: string,
    label: string,
    readonly continueAt: string,
  ) {
    super(
      `${label} does not say at which e-mail address you can be reached. ` +
        `Say it within ten minutes, from this browser: \`POST ${continueAt}\` with \`{email}\`.`,
    );
  }
}

export class AccountClosed extends DomainError {
  readonly code = 'account-closed';
  readonly kind = 'forbidden';

  constructor() {
    super('This account is closed. An admin can open it again.');
  }
}

export class LogoutTokenRefused extends DomainError {
  readonly code = 'logout-token-refused';
  readonly kind = 'malformed';

  constructor(why: string) {
    super(`This is no logout token for this service: ${why}.`);
  }
}
