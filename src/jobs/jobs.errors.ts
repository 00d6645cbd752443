/** What can be refused about jobs, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class JobNotFound extends DomainError {
  readonly code = 'job-not-found';
  readonly kind = 'missing';

  constructor(queue: string, id: string) {
    super(`The queue "${queue}" has no job ${id}: it is done, was given anew under another name, or never was.`);
  }
}

export class JobUnderWay extends DomainError {
  readonly code = 'job-under-way';
  readonly kind = 'refused';

  constructor(
    id: string,
    readonly state: string,
  ) {
    super(`The job ${id} is ${state}: there is nothing to retry.`);
  }
}

export class JobNotCancellable extends DomainError {
  readonly code = 'job-not-cancellable';
  readonly kind = 'refused';

  constructor(why: string) {
    super(`This job cannot be cancelled: ${why}`);
  }
}
