/** What may be wrong with what is asked of look-ups? */
import { DomainError } from '../platform/domain-error.js';

export class LookupNotFound extends DomainError {
  readonly code = 'lookup-not-found';
  readonly kind = 'missing';

  constructor(pointer: string) {
    super(`The metadata have no identifier at "${pointer}" that can be looked up.`);
  }
}

export class LookupTooSoon extends DomainError {
  readonly code = 'lookup-too-soon';
  readonly kind = 'limited';

  constructor(
    value: string,
    readonly retryAfter: number,
  ) {
    super(`${value} was looked up less than a minute ago. Ask again in ${retryAfter} s.`);
  }
}
