import { describe, expect, it } from 'vitest';
import type { LifecycleEvent } from './events.js';
import { GUARDS, type GuardName, guard } from './guards.js';
import { at, CURATOR, EARLIER, EMBARGO_END, event, NOW, OWNER, SOON } from './sample-positions.js';
import type { Position } from './step.js';

interface Case {
  readonly position?: Partial<Position>;
  readonly facts?: Partial<LifecycleEvent>;
}
const known = (facts: Partial<LifecycleEvent>): Case => ({ facts });
const placed = (position: Partial<Position>): Case => ({ position });

const AUTHOR = 'Nobody reviews what they are an author of: their ORCID iD stands among the authors.';
const UNEXCUSED = `${AUTHOR} Another admin than they can assign it to them all the same, with a comment that says why.`;

/** When each holds, and when it does not with what is then said. */
const CASES: Readonly<Record<GuardName, { holds: readonly Case[]; fails: readonly [Case, says: string][] }>> = {
  hasFiles: {
    holds: [known({ fileCount: 1, underWay: 0 })],
    fails: [
      [known({ fileCount: 0 }), 'There are no files yet: upload at least one.'],
      [known({ underWay: 1 }), '1 file is still on the way: wait, or remove what was given up.'],
      [known({ fileCount: 0, underWay: 2 }), '2 files are still on the way: wait, or remove what was given up.'],
    ],
  },
  isComplete: {
    holds: [known({ lacking: [] })],
    fails: [
      [known({ lacking: ['/doi: expected a DOI'] }), 'The profile wants more: /doi: expected a DOI.'],
      [known({ lacking: ['a', 'b', 'c', 'd', 'e'] }), 'The profile wants more: a; b; c; d; e.'],
      [known({ lacking: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }), 'The profile wants more: a; b; c; d; e; and 2 more.'],
    ],
  },
  policyAccepted: {
    holds: [known({ policyAccepted: true })],
    fails: [
      [known({ policyAccepted: false }), 'The submission policy has not been accepted: send policyAccepted: true.'],
    ],
  },
  requestsAnswered: {
    holds: [known({ unanswered: 0 })],
    fails: [
      [known({ unanswered: 1 }), '1 required change request has no answer yet.'],
      [
        known({ unanswered: 2, unansweredTexts: ['Name the tissue.', 'Name the lab'] }),
        '2 required change requests have no answer yet: Name the tissue; Name the lab.',
      ],
    ],
  },
  doiKnown: {
    holds: [known({ unknownDoi: null })],
    fails: [
      [
        known({ unknownDoi: '10.5555/x' }),
        '/metadata/doi: Crossref knows no publication by 10.5555/x: correct the DOI, or leave it out.',
      ],
    ],
  },
  identifiersKnown: {
    holds: [known({ unknownIdentifiers: [] })],
    fails: [
      [
        known({
          unknownIdentifiers: ['/metadata/authors/0/orcid: ORCID knows nobody by 0000-0002-1825-0097: correct it'],
        }),
        '/metadata/authors/0/orcid: ORCID knows nobody by 0000-0002-1825-0097: correct it.',
      ],
      [known({ unknownIdentifiers: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }), 'a; b; c; d; e; and 2 more.'],
    ],
  },
  isCurrentRun: {
    holds: [{ position: { runId: 'run-1' }, facts: { runId: 'run-1' } }],
    fails: [
      [{ position: { runId: 'run-2' }, facts: { runId: 'run-1' } }, 'The verdict is that of an older run.'],
      [{ position: { runId: null }, facts: { runId: 'run-1' } }, 'The verdict is that of an older run.'],
    ],
  },
  isFirstRun: {
    holds: [placed({ purpose: 'submission' })],
    fails: [
      [placed({ purpose: 'review' }), 'A check that a curator asked for is not the submitter’s to cancel.'],
      [placed({ purpose: 'approval' }), 'A check that a curator asked for is not the submitter’s to cancel.'],
    ],
  },
  isStillApproved: {
    holds: [placed({ purpose: 'approval', sealed: 'r1', approved: 'r1' })],
    fails: [
      [placed({ purpose: 'approval', sealed: 'r1', approved: 'r0' }), 'What was checked is not what was approved.'],
      [placed({ purpose: 'review', sealed: 'r1', approved: 'r1' }), 'What was checked is not what was approved.'],
    ],
  },
  hasCurator: {
    holds: [placed({ assignee: CURATOR })],
    fails: [[placed({ assignee: null }), 'Nobody has claimed it.']],
  },
  hasRelease: {
    holds: [placed({ releaseAt: SOON })],
    fails: [[placed({ releaseAt: null }), 'No release date is set.']],
  },
  hasAssignee: {
    holds: [known({ assignee: CURATOR })],
    fails: [[known({ assignee: null }), 'Say who: send assignee, the id of a curator.']],
  },
  isImpartial: {
    holds: [
      known({ assignee: CURATOR }),
      known({ assignee: null, authors: [CURATOR] }),
      known({ assignee: CURATOR, authors: [CURATOR], excused: CURATOR }),
    ],
    fails: [
      [known({ assignee: OWNER }), 'Nobody reviews what is their own.'],
      [known({ assignee: CURATOR, involved: [OWNER, CURATOR] }), 'Nobody reviews what is their own.'],
      [
        known({ assignee: CURATOR, involved: [OWNER, CURATOR], authors: [CURATOR], excused: CURATOR }),
        'Nobody reviews what is their own.',
      ],
      [known({ assignee: CURATOR, authors: [CURATOR] }), AUTHOR],
      [known({ assignee: CURATOR, authors: [CURATOR], excused: OWNER }), AUTHOR],
    ],
  },
  isImpartialOrExcused: {
    holds: [known({ assignee: CURATOR }), known({ assignee: CURATOR, authors: [CURATOR], sender: 'an admin' })],
    fails: [
      [known({ assignee: OWNER, authors: [OWNER], sender: 'an admin' }), 'Nobody reviews what is their own.'],
      [known({ assignee: CURATOR, authors: [CURATOR], sender: 'an admin', reason: ' ' }), UNEXCUSED],
      [known({ assignee: CURATOR, authors: [CURATOR], sender: CURATOR }), UNEXCUSED],
    ],
  },
  isChecked: {
    holds: [{ position: { sealed: 'r1', checked: 'r1' }, facts: { revision: 'r1' } }],
    fails: [
      [placed({ checked: 'r0' }), 'What is here now is not what was checked: have it checked again.'],
      [known({ revision: 'r2' }), 'What is here now is not what was checked: have it checked again.'],
      [
        { position: { sealed: null, checked: null } },
        'What is here now is not what was checked: have it checked again.',
      ],
    ],
  },
  isAsSealed: {
    holds: [{ position: { sealed: 'r1' }, facts: { revision: 'r1' } }],
    fails: [
      [
        known({ revision: 'r2' }),
        'It has changed since it was last submitted: reopen it for editing, and submit it anew.',
      ],
      [
        placed({ sealed: null }),
        'It has changed since it was last submitted: reopen it for editing, and submit it anew.',
      ],
    ],
  },
  requestsResolved: {
    holds: [known({ blockingRequests: 0 })],
    fails: [
      [known({ blockingRequests: 1 }), '1 blocking change request is not resolved.'],
      [known({ blockingRequests: 2 }), '2 blocking change requests are not resolved.'],
    ],
  },
  threadsResolved: {
    holds: [known({ blockingThreads: 0 })],
    fails: [
      [known({ blockingThreads: 1 }), '1 blocking thread is not resolved.'],
      [known({ blockingThreads: 2 }), '2 blocking threads are not resolved.'],
    ],
  },
  checklistDone: {
    holds: [known({ unticked: 0 })],
    fails: [
      [known({ unticked: 1 }), '1 item of the checklist is not ticked.'],
      [known({ unticked: 2 }), '2 items of the checklist are not ticked.'],
    ],
  },
  findingsWaived: {
    holds: [known({ unwaived: 0 })],
    fails: [
      [known({ unwaived: 1 }), '1 blocking finding is neither fixed nor waived with a reason.'],
      [known({ unwaived: 2 }), '2 blocking findings are neither fixed nor waived with a reason.'],
    ],
  },
  hasRequests: {
    holds: [
      known({ openRequests: 1, reason: '' }),
      known({ openRequests: 0, blockingThreads: 1, reason: '' }),
      known({ openRequests: 0, openSuggestions: 1, reason: '' }),
      known({ openRequests: 0, reason: 'Name the tissue.' }),
    ],
    fails: [
      [
        known({ openRequests: 0, reason: ' ' }),
        'Say what should change: open a change request or a blocking thread, suggest it, or send a comment.',
      ],
    ],
  },
  hasReason: {
    holds: [known({ reason: 'because' })],
    fails: [
      [known({ reason: '' }), 'Say why: send a comment.'],
      [known({ reason: ' \n' }), 'Say why: send a comment.'],
    ],
  },
  reasonKnown: {
    holds: [known({ reasonKnown: true })],
    fails: [[known({ reasonKnown: false }), 'Send reason, one of the vocabulary of tombstones.']],
  },
  isAhead: {
    holds: [known({ until: SOON })],
    fails: [
      [known({ until: null }), 'Say until when: send a date.'],
      [known({ until: NOW }), `The date ${NOW} is not in the future.`],
      [known({ until: EARLIER }), `The date ${EARLIER} is not in the future.`],
    ],
  },
  isWithinEmbargo: {
    holds: [known({ until: EMBARGO_END })],
    fails: [
      [known({ until: '2099-01-01T00:00:00.000Z' }), `The profile lets a release wait until ${EMBARGO_END} at most.`],
    ],
  },
  wasSubmitted: {
    holds: [placed({ sealed: 'r1' })],
    fails: [[placed({ sealed: null }), 'It was never submitted: delete the draft instead.']],
  },
  hashesAgree: {
    holds: [placed({ sealed: 'r1', checked: 'r1', approved: 'r1' })],
    fails: [
      [placed({ approved: 'r0' }), 'What was approved is not what was checked: it has to be reviewed again.'],
      [
        placed({ checked: 'r0', approved: 'r1' }),
        'What was approved is not what was checked: it has to be reviewed again.',
      ],
      [
        placed({ sealed: null, checked: null, approved: null }),
        'What was approved is not what was checked: it has to be reviewed again.',
      ],
    ],
  },
  datasetsLearnt: {
    holds: [known({ unlearnt: 0 })],
    fails: [
      [known({ unlearnt: 1 }), 'The checks have learnt nothing of 1 data set: only what can be read is published.'],
      [known({ unlearnt: 2 }), 'The checks have learnt nothing of 2 data sets: only what can be read is published.'],
    ],
  },
  sameRules: {
    holds: [known({ editions: 0 }), known({ editions: 1 })],
    fails: [
      [
        known({ editions: 2 }),
        'The data sets were judged by 2 editions of the rules, and must be by one: have it checked again.',
      ],
    ],
  },
  submitterMayPublish: {
    holds: [known({ submitterMayPublish: true })],
    fails: [[known({ submitterMayPublish: false }), 'Here publication is for admins.']],
  },
  isDue: {
    holds: [placed({ releaseAt: NOW }), placed({ releaseAt: EARLIER })],
    fails: [
      [placed({ releaseAt: SOON }), `The release is due at ${SOON}.`],
      [placed({ releaseAt: null }), 'No release date is set.'],
    ],
  },
  hasTriesLeft: {
    holds: [known({ triesLeft: 1 })],
    fails: [[known({ triesLeft: 0 }), 'All tries are spent.']],
  },
  stepsDone: {
    holds: [known({ stepsDone: true })],
    fails: [[known({ stepsDone: false }), 'Not every step of the publication is done and verified.']],
  },
  noOpenVersion: {
    holds: [known({ openVersion: false })],
    fails: [[known({ openVersion: true }), 'The record has another version under way, or a newer one already.']],
  },
  isSuperseded: {
    holds: [placed({ superseded: true })],
    fails: [[placed({ superseded: false }), 'No newer version is published.']],
  },
};

const NAMES = Object.keys(GUARDS) as GuardName[];
const met = ({ position, facts }: Case) =>
  [at('curator_review.claimed', position), event('curator.approve', facts)] as const;

describe.each(NAMES)('%s', (name) => {
  it.each(CASES[name].holds)('holds for %o', (what) => {
    expect(guard(name).holds(...met(what))).toBe(true);
  });

  it.each(CASES[name].fails)('fails for %o, and says why', (what, says) => {
    const here = met(what);

    expect(guard(name).holds(...here)).toBe(false);
    expect(guard(name).refusal(...here)).toBe(says);
  });
});
