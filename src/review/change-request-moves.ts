/** Who may do what with a change request, and when? A row for each move. */

export const REQUEST_STATES = ['open', 'answered', 'resolved', 'declined'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** What a change to a request may bring, besides its new state. */
export type Field = 'text' | 'severity' | 'anchor' | 'answer' | 'reason';

export interface Move {
  readonly action: 'answer' | 'resolve' | 'decline' | 'reopen' | 'edit';
  readonly by: 'owner' | 'reviewer';
  /** Where the submission must be: it is with its submitter, or in review. */
  readonly during: RegExp;
  readonly from: readonly RequestState[];
  readonly to: RequestState;
  readonly takes: readonly Field[];
}

const WITH_SUBMITTER = /^(draft\.|uploaded$)/;
const IN_REVIEW = /^curator_review\./;
const wording: readonly Field[] = ['text', 'severity', 'anchor'];

const MOVES: readonly Move[] = [
  {
    action: 'answer',
    by: 'owner',
    during: WITH_SUBMITTER,
    from: ['open', 'answered'],
    to: 'answered',
    takes: ['answer'],
  },
  {
    action: 'resolve',
    by: 'reviewer',
    during: IN_REVIEW,
    from: ['open', 'answered'],
    to: 'resolved',
    takes: [],
  },
  {
    action: 'decline',
    by: 'reviewer',
    during: IN_REVIEW,
    from: ['open', 'answered'],
    to: 'declined',
    takes: ['reason'],
  },
  {
    action: 'reopen',
    by: 'reviewer',
    during: IN_REVIEW,
    from: ['answered', 'resolved', 'declined'],
    to: 'open',
    takes: wording,
  },
  // What has been answered is not asked otherwise: it is reopened first.
  { action: 'edit', by: 'reviewer', during: IN_REVIEW, from: ['open'], to: 'open', takes: wording },
];

interface Situation {
  readonly by: Move['by'];
  readonly submissionState: string;
  readonly state: RequestState;
}

export const movesFrom = ({ by, submissionState, state }: Situation): Move[] =>
  MOVES.filter((move) => move.by === by && move.during.test(submissionState) && move.from.includes(state));

/** As the audit trail says it. */
export const ACTS: Readonly<Record<Move['action'], `change_request.${string}`>> = {
  answer: 'change_request.answered',
  resolve: 'change_request.resolved',
  decline: 'change_request.declined',
  reopen: 'change_request.reopened',
  edit: 'change_request.edited',
};

/** The move that leads to `to` with these fields; undefined: there is none for this caller, now. */
export const moveTo = (situation: Situation, to: RequestState, fields: readonly Field[]): Move | undefined =>
  movesFrom(situation).find((move) => move.to === to && fields.every((field) => move.takes.includes(field)));
