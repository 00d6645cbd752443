/**
 * What can happen to a submission? Each event is `<role>.<verb>`: its first word says who sends it.
 * Beside the events: what is known when one is sent, and what may follow from it.
 */

/** Every event, with the words of the button that sends it; the system's have the words of the log. */
export const EVENTS = {
  'submitter.edit': 'Edit',
  'submitter.change_files': 'Change files',
  'submitter.submit': 'Submit for review',
  'submitter.cancel': 'Cancel the checks',
  'submitter.recall': 'Take back to the draft',
  'submitter.set_release': 'Set the release date',
  'submitter.clear_release': 'Clear the release date',
  'submitter.publish': 'Publish',
  'submitter.reopen': 'Reopen for editing',
  'submitter.revise': 'Begin a new version',
  'submitter.withdraw': 'Withdraw',

  'curator.claim': 'Claim',
  'curator.assign': 'Assign',
  'curator.release': 'Release',
  'curator.hold': 'Put on hold',
  'curator.resume': 'Resume',
  'curator.request_changes': 'Request changes',
  'curator.approve': 'Approve',
  'curator.reject': 'Reject',
  'curator.amend': 'Amend the metadata',
  'curator.retry': 'Try the checks again',
  'curator.recheck': 'Check again',
  'curator.set_release': 'Set the release date',
  'curator.clear_release': 'Clear the release date',
  'curator.reopen_review': 'Reopen the review',

  'admin.assign': 'Assign',
  'admin.retry': 'Try again',
  'admin.recheck': 'Check again',
  'admin.set_release': 'Set the release date',
  'admin.clear_release': 'Clear the release date',
  'admin.publish': 'Publish',
  'admin.abort': 'Abort the publication',
  'admin.withdraw': 'Withdraw',
  'admin.reopen': 'Reopen for editing',
  'admin.tombstone': 'Tombstone',
  'admin.restore': 'Restore',

  'validator.pass': 'The checks passed',
  'validator.fail': 'The checks found problems',
  'validator.break': 'The checks could not be run',
  'clock.validation_timeout': 'The checks took too long',
  'clock.claim_expired': 'The claim expired',
  'clock.hold_over': 'The hold is over',
  'clock.release_due': 'The release date has come',
  'clock.remind': 'A reminder was sent',
  'clock.expire': 'The draft expired',
  'system.files_complete': 'The files are complete',
  'system.retry': 'The checks are tried again',
  'system.recheck': 'The rules have changed: checked again',
  'system.supersede': 'A newer version was published',
  'system.publish_step_failed': 'A step of the publication failed',
  'system.publish_done': 'The publication is complete',
} as const;
export type EventName = keyof typeof EVENTS;
export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];

/** The events that a person sends. */
export type PersonalEvent = Extract<EventName, `${'submitter' | 'curator' | 'admin'}.${string}`>;
export const isPersonal = (event: EventName): event is PersonalEvent => /^(submitter|curator|admin)\./.test(event);

/** What is known when an event is sent. Instants are ISO 8601 in UTC, so that they compare as text. */
export interface Facts {
  readonly now: string;
  /** The run that the event is about, or the one that it begins. */
  readonly runId: string;

  /** The hash of metadata and files as they are now. */
  readonly revision: string;
  /** What the profile still wants of metadata and files, a sentence each. */
  readonly lacking: readonly string[];
  readonly fileCount: number;
  /** Files that are on their way. */
  readonly underWay: number;
  readonly policyAccepted: boolean;

  /** Change requests that must be answered and are not. */
  readonly unanswered: number;
  /** How each of them begins. */
  readonly unansweredTexts: readonly string[];
  /** Change requests that wait for the submitter. */
  readonly openRequests: number;
  /** Change requests that must be resolved before an approval. */
  readonly blockingRequests: number;
  /** Threads that a curator wants resolved before an approval. */
  readonly blockingThreads: number;
  /** Suggested changes that nobody has decided on. */
  readonly openSuggestions: number;
  /** Items of the checklist that nobody has ticked. */
  readonly unticked: number;
  /** Findings of severity `error` in the last run that nobody has waived. */
  readonly unwaived: number;

  /** When a review that begins now should have its decision. */
  readonly reviewDue: string;
  /** The last day that the profile allows a release to wait for. */
  readonly embargoEnd: string;
  readonly triesLeft: number;
  /** Whether every step of the publication is done and verified. */
  readonly stepsDone: boolean;
  /** Whether the record goes on without this version: another is under way, or a newer one is or was public. */
  readonly openVersion: boolean;
  /** Data sets of which the last run has learnt nothing. */
  readonly unlearnt: number;
  /** By how many editions of the rules the last run judged the data sets. */
  readonly editions: number;
  /** The DOI of the metadata, where Crossref does not know it. */
  readonly unknownDoi: string | null;
  /** What is said of identifiers in the metadata that nobody knows. */
  readonly unknownIdentifiers: readonly string[];
  readonly submitterMayPublish: boolean;

  /** What the sender says. */
  readonly reason: string;
  readonly assignee: string | null;
  /** The people who have a part in it: its owner, and whoever works on it with them. */
  readonly involved: readonly string[];
  /** People whose ORCID iD stands among its authors. */
  readonly authors: readonly string[];
  /** The author whom an admin has let review it, with a reason; null: nobody. */
  readonly excused: string | null;
  /** Who sends it; null: the system. */
  readonly sender: string | null;
  /** The date that a hold or a release asks for. */
  readonly until: string | null;
  /** Whether the reason of a tombstone is one of the vocabulary. */
  readonly reasonKnown: boolean;
}
export type LifecycleEvent = { readonly type: EventName } & Facts;

/** What follows from a step, in the transaction of the step: rows, and messages to whoever acts on them. */
export type Effect =
  | { topic: 'validation.requested'; runId: string; attempt: number }
  /** Bring the public store to what it should be: the files there, or gone. */
  | { topic: 'publication.requested'; goal: 'public' | 'private'; attempt: number }
  | { topic: 'incident.opened'; kind: IncidentKind }
  | { topic: `submission.${SubmissionTopic}` }
  | { topic: 'checks.failed' | 'review.requested' | 'changes.requested' | 'claim.ended' };

export type IncidentKind = 'validation_broken' | 'publication_failed' | 'release_refused';

type SubmissionTopic =
  | 'received'
  | 'reminded'
  | 'recalled'
  | 'amended'
  | 'assigned'
  | 'approved'
  | 'rejected'
  | 'withdrawn'
  | 'reopened'
  | 'published'
  | 'tombstoned'
  | 'restored';
