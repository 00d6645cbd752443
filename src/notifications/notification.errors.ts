/** What can be refused about a notification, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class NotificationNotFound extends DomainError {
  readonly code = 'notification-not-found';
  readonly kind = 'missing';

  constructor(id: string) {
    super(`You have no notification ${id}.`);
  }
}
