/** What can be refused about work on many at once, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class OperationNotFound extends DomainError {
  readonly code = 'operation-not-found';
  readonly kind = 'missing';

  constructor(readonly operationId: string) {
    super(`There is no operation ${operationId}, or it is not yours to see.`);
  }
}

export class TooManySubmissions extends DomainError {
  readonly code = 'too-many-submissions';
  readonly kind = 'invalid';

  constructor(readonly most: number) {
    super(`More than ${most} submissions match: narrow the query, and do the others by another operation.`);
  }
}

export class NotUndoable extends DomainError {
  readonly code = 'not-undoable';
  readonly kind = 'refused';

  constructor(why: string) {
    super(`This cannot be undone: ${why}.`);
  }
}

/** A bulk assignment takes nothing away from anybody by accident. */
export class AlreadyClaimed extends DomainError {
  readonly code = 'already-claimed';
  readonly kind = 'refused';

  constructor(
    readonly assignee: string,
    readonly by: string,
    readonly since: string,
  ) {
    super(`It is claimed by ${by} since ${since}: send \`reassign: true\` to take it over.`);
  }
}

export class AlreadyTheirs extends DomainError {
  readonly code = 'already-theirs';
  readonly kind = 'refused';

  constructor(
    readonly by: string,
    readonly since: string,
  ) {
    super(`It is ${by}’s already, since ${since}.`);
  }
}
