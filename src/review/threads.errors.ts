/** What can be refused in a conversation, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class ThreadNotFound extends DomainError {
  readonly code = 'thread-not-found';
  readonly kind = 'missing';

  constructor(readonly threadId: string) {
    super(`The submission has no thread ${threadId}, or it is not yours to read.`);
  }
}

export class CommentNotFound extends DomainError {
  readonly code = 'comment-not-found';
  readonly kind = 'missing';

  constructor(readonly commentId: string) {
    super(`The thread has no comment ${commentId}, or it was deleted.`);
  }
}

/** Nobody puts words into another's mouth. */
export class NotYourWords extends DomainError {
  readonly code = 'not-your-words';
  readonly kind = 'forbidden';

  constructor(what: string) {
    super(`Only who wrote ${what} changes or deletes it.`);
  }
}

/** A conversation that nobody could read any more is better begun anew. */
export class ThreadFull extends DomainError {
  readonly code = 'thread-full';
  readonly kind = 'refused';

  constructor(readonly limit: number) {
    super(`A thread holds ${limit} comments, and this one has them: resolve it, and begin another.`);
  }
}
