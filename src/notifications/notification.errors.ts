/** What can be refused about a notification, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class NotificationNotFound extends DomainError {
  readonly code = 'notification-not-found';
  readonly kind = 'missing';

  constructor(id: string) {
    super(`You have no notification ${id}.`);
  }
}

/** It says whose it is, and is not signed by us for them; or they are gone. */
export class UnknownUnsubscribeLink extends DomainError {
  readonly code = 'unsubscribe-link-unknown';
  readonly kind = 'missing';

  constructor() {
    super('This link ends no mails of anybody: copy it whole from the mail, or sign in and change your preferences.');
  }
}
