/** What is somebody told? The words of the topic, and whose move it is for this reader. */
import { reviewedBlocks } from '../review/batched-reviews-letter.js';
import { STATE_WORDS, type State, type WaitingOn } from '../submissions/lifecycle.js';
import type { NotifiedTopic, Part } from './audience.js';
import { type Block, cut, type Letter, oneLine, say } from './letter.js';
import type { Occasion } from './occasions.service.js';
import { TEMPLATES } from './templates.js';

export interface Told extends Letter {
  /** Where one goes from here. */
  readonly link: string;
}

const TITLE_LENGTH = 120;

export function tell(topic: NotifiedTopic, occasion: Occasion, as: Part): Told {
  const { subject, happened, next, link: address = occasion.page } = TEMPLATES[topic](occasion, as);
  return {
    title: `${subject}: ${nameOf(occasion)}`,
    blocks: [
      ...happened,
      ...reviewOf(topic, occasion, as),
      say([moveIn(occasion.state, as), next].filter(Boolean).join(' ')),
    ],
    link: address,
  };
}

/** For those who bring it: what its review says beside the decision. A request for changes lists all the requests itself. */
const reviewOf = (topic: NotifiedTopic, { reviewed }: Occasion, as: Part): Block[] =>
  reviewed && (as === 'owner' || as === 'editor')
    ? reviewedBlocks(reviewed, { withRequests: topic !== 'changes.requested' })
    : [];

/** What a submission is called: `Ribosomes in situ (ACC-000001 version 2)`. */
export function nameOf({ accession, version, title }: Pick<Occasion, 'accession' | 'version' | 'title'>): string {
  const name = version > 1 ? `${accession} version ${version}` : accession;
  return `${cut(oneLine(title), TITLE_LENGTH)} (${name})`;
}

const MOVES: Readonly<Record<WaitingOn, Readonly<Partial<Record<Part, string>> & { others: string }>>> = {
  submitter: {
    owner: 'It is your move.',
    editor: 'It is your move, or its owner’s.',
    others: 'It is the submitter’s move.',
  },
  curator: {
    assignee: 'It is your move.',
    curator: 'It is the move of whichever curator claims it.',
    others: 'It is the curators’ move: you need do nothing.',
  },
  admin: {
    admin: 'It is an admin’s move: yours, or another’s.',
    owner: 'It is an admin’s move: you need do nothing.',
    others: 'It is an admin’s move.',
  },
  staff: { owner: 'It is our move: you need do nothing.', others: 'It is the staff’s move: yours, or another’s.' },
  system: { others: 'It goes on by itself.' },
  date: { others: 'It waits for its date.' },
  nobody: { others: 'Nobody need do anything.' },
};

function moveIn(state: State, as: Part): string {
  const move = MOVES[STATE_WORDS[state].waitingOn];
  return move[as] ?? move.others;
}
