/** What can be refused about the queue, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

/** Labels, priorities and dates that a team sets are for those who review. */
export class OfTheTeam extends DomainError {
  readonly code = 'of-the-team';
  readonly kind = 'forbidden';

  constructor(readonly parameters: readonly string[]) {
    super(`What the team of reviewers sets is theirs: ask without ${parameters.join(', ')}.`);
  }
}

export class LabelNotFound extends DomainError {
  readonly code = 'label-not-found';
  readonly kind = 'missing';

  constructor(readonly labels: readonly string[]) {
    super(`There is no label ${labels.map((name) => `"${name}"`).join(', ')}: GET /labels has those that there are.`);
  }
}

/** Two of one kind are told apart by their names. */
export class NameTaken extends DomainError {
  readonly code = 'name-taken';
  readonly kind = 'refused';

  constructor(
    what: 'label' | 'template' | 'view',
    readonly taken: string,
  ) {
    super(`There is a ${what} "${taken}" already: choose another name.`);
  }
}

export class TemplateNotFound extends DomainError {
  readonly code = 'template-not-found';
  readonly kind = 'missing';

  constructor(readonly templateId: string) {
    super(`There is no template ${templateId}.`);
  }
}

export class ViewNotFound extends DomainError {
  readonly code = 'view-not-found';
  readonly kind = 'missing';

  constructor(readonly viewId: string) {
    super(`There is no view ${viewId}, or it is not yours.`);
  }
}

/** A view of the team is its owner's to change, and may be removed by admins. */
export class NotYourView extends DomainError {
  readonly code = 'not-your-view';
  readonly kind = 'forbidden';

  constructor(
    readonly viewId: string,
    readonly owner: string,
  ) {
    super(`This view is ${owner}’s: only they change it. Save one of your own instead.`);
  }
}
