/** What can be refused about sharing, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class ShareLinkNotFound extends DomainError {
  readonly code = 'share-link-not-found';
  readonly kind = 'missing';

  constructor(link?: string) {
    super(
      link === undefined
        ? 'There is no such review link, or a character of it is missing: copy it again, the whole of it.'
        : `The submission has no review link ${link}.`,
    );
  }
}

/** It was good once. For an anonymised link its contact must not be its owner: it is whoever runs the service. */
export class ShareLinkRevoked extends DomainError {
  readonly code = 'share-link-revoked';
  readonly kind = 'gone';

  constructor(
    readonly reason: 'revoked' | 'withdrawn' | 'rejected',
    readonly contact: string,
  ) {
    super(`This link was revoked${WHY[reason]}. Ask whoever gave it to you for another, or write to ${contact}.`);
  }
}

const WHY = {
  revoked: '',
  withdrawn: ': its submission was withdrawn',
  rejected: ': its submission was rejected',
} as const;

export class ShareLinkExpired extends DomainError {
  readonly code = 'share-link-expired';
  readonly kind = 'gone';

  constructor(
    readonly expiredAt: Date,
    readonly contact: string,
  ) {
    super(
      `This link has expired on ${expiredAt.toISOString().slice(0, 10)}. ` +
        `Ask whoever gave it to you to extend it, or write to ${contact}.`,
    );
  }
}

/** What it led to is public now. */
export class ShareLinkPublished extends DomainError {
  readonly code = 'share-link-published';
  readonly kind = 'gone';

  constructor(readonly record: string) {
    super(`What this link led to has been published: it is at ${record}.`);
  }
}

export class PassphraseNeeded extends DomainError {
  readonly code = 'passphrase-needed';
  readonly kind = 'unauthenticated';

  constructor(readonly reason: 'missing' | 'wrong') {
    super(
      reason === 'missing'
        ? 'This link has a passphrase: send both to POST /share-links/exchange.'
        : 'This is not the passphrase of the link.',
    );
  }
}

/** The holder of a review link asks for what it does not open. */
export class NotForVisitors extends DomainError {
  readonly code = 'not-for-visitors';
  readonly kind = 'forbidden';

  constructor(
    readonly needed: string | null,
    readonly held: readonly string[],
  ) {
    super(
      needed === null
        ? 'A review link does not open this. Sign in to do it as yourself.'
        : `A review link opens this only with the right to ${needed}; yours: ${held.join(', ')}.`,
    );
  }
}

/** Nobody is to review it privately any more. */
export class NotShareable extends DomainError {
  readonly code = 'not-shareable';
  readonly kind = 'refused';

  constructor(
    readonly version: number,
    readonly state: string | null,
  ) {
    super(
      state === null
        ? `The record has no version ${version}.`
        : `Version ${version} is "${state}": a review link is for what is not public yet and is still to be.`,
    );
  }
}

export class CollaboratorNotFound extends DomainError {
  readonly code = 'collaborator-not-found';
  readonly kind = 'missing';

  constructor(id: string) {
    super(`Nobody with the id ${id} collaborates on it, or is invited to.`);
  }
}

export class CollaboratorRefused extends DomainError {
  readonly code = 'collaborator-refused';
  readonly kind = 'refused';

  constructor(readonly reason: keyof typeof NO_PART) {
    super(NO_PART[reason]);
  }
}

const NO_PART = {
  owner: 'This is the address of its owner, who may do everything with it already.',
  reviewer: 'Whoever reviews it has no part in it: another curator must take the review over first.',
} as const;

export class InvitationNotFound extends DomainError {
  readonly code = 'invitation-not-found';
  readonly kind = 'missing';

  constructor() {
    super('There is no such invitation: it was taken back or accepted, or a character of it is missing.');
  }
}

export class InvitationExpired extends DomainError {
  readonly code = 'invitation-expired';
  readonly kind = 'gone';

  constructor(readonly expiredAt: Date) {
    super(`This invitation has expired on ${expiredAt.toISOString().slice(0, 10)}. Ask for it to be sent again.`);
  }
}

export class TransferNotFound extends DomainError {
  readonly code = 'transfer-not-found';
  readonly kind = 'missing';

  constructor() {
    super('There is no such offer of ownership: it was taken back, accepted or declined, or it is not made to you.');
  }
}

export class TransferRefused extends DomainError {
  readonly code = 'transfer-refused';
  readonly kind = 'refused';

  constructor(readonly reason: keyof typeof NO_OWNER) {
    super(NO_OWNER[reason]);
  }
}

const NO_OWNER = {
  own: 'It is theirs already.',
  offered: 'It is offered to somebody already: take that offer back first.',
  stranger: 'Nobody with this id collaborates on it: offer it to a collaborator, or to an e-mail address.',
  reviewer: 'Who reviews it, or has, cannot become its owner.',
  role: 'Its owner needs the role "submitter", to send it on: an admin gives roles.',
} as const;

export class SignedPathNotFound extends DomainError {
  readonly code = 'signed-path-not-found';
  readonly kind = 'missing';

  constructor() {
    super('There is nothing at this address, or a character of it is missing.');
  }
}

/** Its time is over, or whoever it was made for may not read the file any more. */
export class SignedPathExpired extends DomainError {
  readonly code = 'signed-path-expired';
  readonly kind = 'gone';

  constructor(readonly reason: 'time' | 'access') {
    super(
      reason === 'time'
        ? 'The time of this address is over: ask for another at POST /submissions/{id}/files/{fileId}/signed-path.'
        : 'Whoever this address was made for may not read the file any more.',
    );
  }
}
