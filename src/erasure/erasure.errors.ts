/** What can be refused where somebody is erased? */
import { DomainError } from '../platform/domain-error.js';

export class ErasureUndecided extends DomainError {
  readonly code = 'erasure-undecided';
  readonly kind = 'refused';

  constructor(readonly open: readonly { readonly id: string; readonly accession: string; readonly state: string }[]) {
    super(
      `${open.length} of their submissions are under way. Say who has them from now on (\`handOverTo\`), ` +
        'or that they are withdrawn (`withdraw: true`).',
    );
  }
}

export class NoSuchHeir extends DomainError {
  readonly code = 'no-such-heir';
  readonly kind = 'invalid';

  constructor(id: string) {
    super(
      `${id} is nobody who could have the submissions: expected another person with an open account ` +
        'who may submit, and who reviews none of them.',
    );
  }
}
