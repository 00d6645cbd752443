/** What can be refused about revisions, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class RevisionNotFound extends DomainError {
  readonly code = 'revision-not-found';
  readonly kind = 'missing';

  constructor(readonly end: string) {
    super(
      `The submission has no "${end}" that you may see: name a version (v1), a round of review (r2), the hash of a revision, or draft.`,
    );
  }
}
