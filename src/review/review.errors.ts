/** What can be refused at the curator's desk, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

/** Ticks, waivers and requests belong to a review, and none is under way. */
export class NotInReview extends DomainError {
  readonly code = 'not-in-review';
  readonly kind = 'refused';

  constructor(
    /** What was to be done, as the subject of a sentence. */
    what: string,
    readonly state: string,
  ) {
    super(`${what} while the submission is in review ("curator_review.*"), and it is in "${state}".`);
  }
}

export class ChecklistItemNotFound extends DomainError {
  readonly code = 'checklist-item-not-found';
  readonly kind = 'missing';

  constructor(
    readonly item: string,
    readonly items: readonly string[],
  ) {
    super(`The checklist has no item "${item}". It has: ${items.join(', ')}.`);
  }
}

/** The item says what the checks say, and nobody says otherwise. */
export class TickedByChecks extends DomainError {
  readonly code = 'ticked-by-checks';
  readonly kind = 'refused';

  constructor(readonly item: string) {
    super(
      `"${item}" is ticked by the checks: have their errors fixed, or waive each with a reason, and it is ticked by itself.`,
    );
  }
}

export class ChangeRequestNotFound extends DomainError {
  readonly code = 'change-request-not-found';
  readonly kind = 'missing';

  constructor(readonly changeRequestId: string) {
    super(`The submission has no change request ${changeRequestId}.`);
  }
}

/** `change-request-moves.ts` has no such move for this caller, now. */
export class ChangeRequestRefused extends DomainError {
  readonly code = 'change-request-refused';
  readonly kind = 'refused';

  constructor(
    readonly state: string,
    readonly submissionState: string,
    /** What the caller may do with it now. */
    readonly possible: readonly {
      readonly action: string;
      readonly state: string;
      readonly takes: readonly string[];
    }[],
    sentence: string,
  ) {
    const moves = possible.map(({ action, takes }) =>
      takes.length ? `${action} it (${takes.join(', ')})` : `${action} it`,
    );
    super(
      `${sentence} ${moves.length ? `You can ${moves.join(', or ')}.` : 'There is nothing that you can do with it now.'}`,
    );
  }
}

export class WaiverNotFound extends DomainError {
  readonly code = 'waiver-not-found';
  readonly kind = 'missing';

  constructor(readonly waiverId: string) {
    super(`The submission has no waiver ${waiverId}.`);
  }
}

/** Only what stands in the way of an approval is waived. */
export class NotWaivable extends DomainError {
  readonly code = 'not-waivable';
  readonly kind = 'invalid';

  constructor(
    readonly fingerprint: string,
    why: string,
  ) {
    super(`The finding ${fingerprint} cannot be waived: ${why}.`);
  }
}

/** One reason is enough, as long as the file is the same. */
export class AlreadyWaived extends DomainError {
  readonly code = 'already-waived';
  readonly kind = 'refused';

  constructor(
    readonly fingerprint: string,
    readonly waiverId: string,
  ) {
    super(
      `The finding ${fingerprint} is already waived, by the waiver ${waiverId}. To change its reason, delete that one.`,
    );
  }
}

export class SectionNotFound extends DomainError {
  readonly code = 'section-not-found';
  readonly kind = 'missing';

  constructor(readonly section: string) {
    super(`The submission has no section "${section}". Its sections are listed at /sections.`);
  }
}
