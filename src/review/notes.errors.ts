/** What can be refused about internal notes, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class NoteNotFound extends DomainError {
  readonly code = 'note-not-found';
  readonly kind = 'missing';

  constructor(readonly noteId: string) {
    super(`The submission has no internal note ${noteId}.`);
  }
}
