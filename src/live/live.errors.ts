/** What can be refused about listening, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

/** Each stream is a connection that stays open. */
export class TooManyStreams extends DomainError {
  readonly code = 'too-many-streams';
  readonly kind = 'limited';
  readonly retryAfter = 10;

  constructor(readonly most: number) {
    super(`You have ${most} streams open at this process already: close one, or ask for several topics in one stream.`);
  }
}

export class StreamsFull extends DomainError {
  readonly code = 'streams-full';
  readonly kind = 'unavailable';
  readonly retryAfter = 10;

  constructor() {
    super('This process has as many listeners as it takes, or is about to end. Come back; until then read by GET.');
  }
}
