/** What can be refused about a suggested change, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';
import type { Conflict } from './suggestions-patch.js';

export class SuggestionNotFound extends DomainError {
  readonly code = 'suggestion-not-found';
  readonly kind = 'missing';

  constructor(readonly suggestionId: string) {
    super(`The submission has no suggested change ${suggestionId}.`);
  }
}

/** It was applied, declined or withdrawn, or its review is over. */
export class SuggestionClosed extends DomainError {
  readonly code = 'suggestion-closed';
  readonly kind = 'refused';

  constructor(
    readonly suggestionId: string,
    readonly state: string,
  ) {
    super(`The suggested change ${suggestionId} is ${state}: only an open one is applied, declined or withdrawn.`);
  }
}

/** Somebody has changed what it was made against. Nothing was applied. */
export class SuggestionConflict extends DomainError {
  readonly code = 'suggestion-conflict';
  readonly kind = 'refused';

  constructor(readonly conflicts: readonly (Conflict & { readonly suggestionId: string })[]) {
    const fields = [...new Set(conflicts.map(({ pointer }) => pointer))].slice(0, 5).join(', ');
    super(`It has changed since this was suggested, at ${fields}. Nothing was applied: \`conflicts\` has the values.`);
  }
}

/** A suggestion is for a draft that will be, or is, in its submitter's hands. */
export class NothingToSuggest extends DomainError {
  readonly code = 'nothing-to-suggest';
  readonly kind = 'refused';

  constructor(readonly state: string) {
    super(`Changes are suggested before the decision, and the submission is in "${state}".`);
  }
}
