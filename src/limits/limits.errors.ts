/** What is too much, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class RateLimited extends DomainError {
  readonly code = 'rate-limited';
  readonly kind = 'limited';
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    readonly limit: string,
    readonly retryAfter: number,
    headers: Readonly<Record<string, string>>,
  ) {
    super(`These are more requests of the kind "${limit}" than are answered: go on in ${secondsOf(retryAfter)}.`);
    this.#headers = headers;
  }

  override headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }
}

/** Whether there is such an account, and whether the password was right this time, is not looked at. */
export class SignInTooSoon extends DomainError {
  readonly code = 'sign-in-too-soon';
  readonly kind = 'limited';

  constructor(readonly retryAfter: number) {
    super(`After so many tries that failed the next one is taken in ${secondsOf(retryAfter)}.`);
  }
}

const secondsOf = (count: number): string => (count === 1 ? '1 second' : `${count} seconds`);
