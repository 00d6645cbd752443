/** When may a step be taken? A row for each condition: what must hold, and what is said where it does not. */
import type { LifecycleEvent } from './events.js';

/** What a run interrupts, and so where its verdict leads. */
export type Purpose = 'submission' | 'review' | 'approval';

/** What a submission's row remembers for the chart. Instants are ISO 8601 in UTC. */
export interface Context {
  readonly ownerId: string;
  /** The validation run whose verdict counts; that of an older run comes too late. */
  readonly runId: string | null;
  readonly purpose: Purpose;
  /** The hashes of the revision that was last sent to the checks, was judged by them, and was approved. */
  readonly sealed: string | null;
  readonly checked: string | null;
  readonly approved: string | null;
  readonly assignee: string | null;
  readonly round: number;
  /** When the review should be decided, and since when that date stands still. */
  readonly dueAt: string | null;
  readonly pausedAt: string | null;
  readonly holdUntil: string | null;
  readonly releaseAt: string | null;
  /** When somebody last worked on it: reminders, expiry and idle claims count from here. */
  readonly touchedAt: string;
  readonly reminders: number;
  /** How often the checks were tried again by themselves after they had broken. */
  readonly retries: number;
  readonly superseded: boolean;
}

/** What the sender must bring with the event. */
export type Asked = 'comment' | 'until' | 'assignee' | 'policyAccepted' | 'reason';

interface Guard {
  readonly holds: (context: Context, event: LifecycleEvent) => boolean;
  /** Why the step is refused, for whoever asked for it. */
  readonly refusal: (context: Context, event: LifecycleEvent) => string;
  /** It looks at what only the database knows. */
  readonly reads?: true;
  /** It fails only for want of this: the step is offered, and asks for it. */
  readonly asks?: Asked;
}

const MOST_LISTED = 5;
const listed = (wants: readonly string[]) =>
  [
    ...wants.slice(0, MOST_LISTED).map((want) => want.replace(/\.$/, '')),
    ...(wants.length > MOST_LISTED ? [`and ${wants.length - MOST_LISTED} more`] : []),
  ].join('; ');

const some = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

type Parts = Pick<LifecycleEvent, 'assignee' | 'involved' | 'authors'>;

/** What keeps somebody from reviewing it; null: nothing. */
function conflictOf({ assignee, involved, authors }: Parts): string | null {
  if (assignee === null) return null;
  if (involved.includes(assignee)) return 'Nobody reviews what is their own.';
  return authors.includes(assignee)
    ? 'Nobody reviews what they are an author of: their ORCID iD stands among the authors.'
    : null;
}
const isAuthor = ({ assignee, involved, authors }: Parts): boolean =>
  assignee !== null && !involved.includes(assignee) && authors.includes(assignee);

/** Of a DOI that was looked up in vain. */
export const notAtCrossref = (doi: string) =>
  `Crossref knows no publication by ${doi}: correct the DOI, or leave it out`;

export const GUARDS = {
  hasFiles: {
    reads: true,
    holds: (_, { fileCount, underWay }) => fileCount > 0 && underWay === 0,
    refusal: (_, { fileCount, underWay }) =>
      underWay > 0
        ? `${some(underWay, 'file')} ${underWay === 1 ? 'is' : 'are'} still on the way: wait, or remove what was given up.`
        : fileCount === 0
          ? 'There are no files yet: upload at least one.'
          : 'The files are not complete.',
  },
  isComplete: {
    reads: true,
    holds: (_, { lacking }) => lacking.length === 0,
    refusal: (_, { lacking }) => `The profile wants more: ${listed(lacking)}.`,
  },
  policyAccepted: {
    reads: true,
    holds: (_, { policyAccepted }) => policyAccepted,
    refusal: () => 'The submission policy has not been accepted: send policyAccepted: true.',
    asks: 'policyAccepted',
  },
  requestsAnswered: {
    reads: true,
    holds: (_, { unanswered }) => unanswered === 0,
    refusal: (_, { unanswered, unansweredTexts: texts }) =>
      `${some(unanswered, 'required change request')} ${unanswered === 1 ? 'has' : 'have'} no answer yet${texts.length > 0 ? `: ${listed(texts)}` : ''}.`,
  },

  doiKnown: {
    reads: true,
    holds: (_, { unknownDoi }) => unknownDoi === null,
    refusal: (_, { unknownDoi }) => `/metadata/doi: ${notAtCrossref(unknownDoi ?? '')}.`,
  },

  identifiersKnown: {
    reads: true,
    holds: (_, { unknownIdentifiers }) => unknownIdentifiers.length === 0,
    refusal: (_, { unknownIdentifiers }) => `${listed(unknownIdentifiers)}.`,
  },

  isCurrentRun: {
    holds: ({ runId }, event) => event.runId === runId,
    refusal: () => 'The verdict is that of an older run.',
  },
  isFirstRun: {
    holds: ({ purpose }) => purpose === 'submission',
    refusal: () => 'A check that a curator asked for is not the submitter’s to cancel.',
  },
  isStillApproved: {
    holds: ({ purpose, approved, sealed }) => purpose === 'approval' && approved === sealed,
    refusal: () => 'What was checked is not what was approved.',
  },
  hasCurator: { holds: ({ assignee }) => assignee !== null, refusal: () => 'Nobody has claimed it.' },
  hasRelease: { holds: ({ releaseAt }) => releaseAt !== null, refusal: () => 'No release date is set.' },

  hasAssignee: {
    holds: (_, { assignee }) => assignee !== null,
    refusal: () => 'Say who: send assignee, the id of a curator.',
    asks: 'assignee',
  },
  isImpartial: {
    reads: true,
    holds: (_, event) => conflictOf(event) === null || (isAuthor(event) && event.excused === event.assignee),
    refusal: (_, event) => conflictOf(event) ?? '',
  },
  /** An admin may let an author review it all the same, with a reason; whoever owns it or works on it, never. */
  isImpartialOrExcused: {
    reads: true,
    holds: (_, event) =>
      conflictOf(event) === null || (isAuthor(event) && event.sender !== event.assignee && event.reason.trim() !== ''),
    refusal: (_, event) =>
      isAuthor(event)
        ? `${conflictOf(event)} Another admin than they can assign it to them all the same, with a comment that says why.`
        : (conflictOf(event) ?? ''),
  },
  isChecked: {
    reads: true,
    holds: ({ sealed, checked }, { revision }) => sealed !== null && checked === sealed && revision === sealed,
    refusal: () => 'What is here now is not what was checked: have it checked again.',
  },
  isAsSealed: {
    reads: true,
    holds: ({ sealed }, { revision }) => sealed !== null && revision === sealed,
    refusal: () => 'It has changed since it was last submitted: reopen it for editing, and submit it anew.',
  },
  requestsResolved: {
    reads: true,
    holds: (_, { blockingRequests }) => blockingRequests === 0,
    refusal: (_, { blockingRequests }) =>
      `${some(blockingRequests, 'blocking change request')} ${blockingRequests === 1 ? 'is' : 'are'} not resolved.`,
  },
  threadsResolved: {
    reads: true,
    holds: (_, { blockingThreads }) => blockingThreads === 0,
    refusal: (_, { blockingThreads }) =>
      `${some(blockingThreads, 'blocking thread')} ${blockingThreads === 1 ? 'is' : 'are'} not resolved.`,
  },
  checklistDone: {
    reads: true,
    holds: (_, { unticked }) => unticked === 0,
    refusal: (_, { unticked }) =>
      `${some(unticked, 'item')} of the checklist ${unticked === 1 ? 'is' : 'are'} not ticked.`,
  },
  findingsWaived: {
    reads: true,
    holds: (_, { unwaived }) => unwaived === 0,
    refusal: (_, { unwaived }) =>
      `${some(unwaived, 'blocking finding')} ${unwaived === 1 ? 'is' : 'are'} neither fixed nor waived with a reason.`,
  },
  hasRequests: {
    reads: true,
    holds: (_, { openRequests, blockingThreads, openSuggestions, reason }) =>
      openRequests + blockingThreads + openSuggestions > 0 || reason.trim() !== '',
    refusal: () => 'Say what should change: open a change request or a blocking thread, suggest it, or send a comment.',
    asks: 'comment',
  },

  hasReason: {
    holds: (_, { reason }) => reason.trim() !== '',
    refusal: () => 'Say why: send a comment.',
    asks: 'comment',
  },
  reasonKnown: {
    holds: (_, { reasonKnown }) => reasonKnown,
    refusal: () => 'Send reason, one of the vocabulary of tombstones.',
    asks: 'reason',
  },
  isAhead: {
    holds: (_, { until, now }) => until !== null && until > now,
    refusal: (_, { until }) =>
      until === null ? 'Say until when: send a date.' : `The date ${until} is not in the future.`,
    asks: 'until',
  },
  isWithinEmbargo: {
    holds: (_, { until, embargoEnd }) => until === null || until <= embargoEnd,
    refusal: (_, { embargoEnd }) => `The profile lets a release wait until ${embargoEnd} at most.`,
  },

  wasSubmitted: {
    holds: ({ sealed }) => sealed !== null,
    refusal: () => 'It was never submitted: delete the draft instead.',
  },
  hashesAgree: {
    holds: ({ sealed, checked, approved }) => sealed !== null && sealed === checked && sealed === approved,
    refusal: () => 'What was approved is not what was checked: it has to be reviewed again.',
  },
  datasetsLearnt: {
    reads: true,
    holds: (_, { unlearnt }) => unlearnt === 0,
    refusal: (_, { unlearnt }) =>
      `The checks have learnt nothing of ${some(unlearnt, 'data set')}: only what can be read is published.`,
  },
  sameRules: {
    reads: true,
    holds: (_, { editions }) => editions <= 1,
    refusal: (_, { editions }) =>
      `The data sets were judged by ${editions} editions of the rules, and must be by one: have it checked again.`,
  },
  submitterMayPublish: {
    holds: (_, { submitterMayPublish }) => submitterMayPublish,
    refusal: () => 'Here publication is for admins.',
  },
  isDue: {
    holds: ({ releaseAt }, { now }) => releaseAt !== null && releaseAt <= now,
    refusal: ({ releaseAt }) =>
      releaseAt === null ? 'No release date is set.' : `The release is due at ${releaseAt}.`,
  },
  hasTriesLeft: { holds: (_, { triesLeft }) => triesLeft > 0, refusal: () => 'All tries are spent.' },
  stepsDone: {
    reads: true,
    holds: (_, { stepsDone }) => stepsDone,
    refusal: () => 'Not every step of the publication is done and verified.',
  },
  noOpenVersion: {
    reads: true,
    holds: (_, { openVersion }) => !openVersion,
    refusal: () => 'The record has another version under way, or a newer one already.',
  },
  isSuperseded: { holds: ({ superseded }) => superseded, refusal: () => 'No newer version is published.' },
} as const satisfies Record<string, Guard>;

export type GuardName = keyof typeof GUARDS;
export const guard = (name: GuardName): Guard => GUARDS[name];
