import { describe, expect, it } from 'vitest';
import { EVENT_NAMES, type EventName, type LifecycleEvent } from './events.js';
import { STATE_WORDS, STATES, type State } from './lifecycle.js';
import { event, NOW, OWNER, SOON } from './sample-positions.js';
import { beginning, eventsFrom, type Position, step } from './step.js';
import { TransitionRefused } from './submission.errors.js';

/**
 * Every configuration that can be reached, by breadth: two revisions, two runs, two curators, an owner who would
 * review their own, a release date. At each step either revision may be there, even where nobody may change it.
 * What only the database knows is in favour of the step: a guard that says no takes paths away and adds none,
 * but for those that `VARIED` names.
 */
interface Node {
  readonly position: Position;
  /** What curators have said yes to and nothing has taken back since: the testimony of the path, not of the chart. */
  readonly approval: string | null;
  /** What the last run was begun by, by the same testimony. */
  readonly begunBy: EventName | null;
  readonly path: readonly EventName[];
}
interface Step {
  readonly before: Node;
  readonly sent: LifecycleEvent;
  readonly after: Node;
  readonly topics: readonly string[];
}

const REVISIONS = ['r1', 'r2'];
const RUNS = ['run-1', 'run-2'];
const REVIEWERS = [{}, { assignee: OWNER }, { assignee: 'another curator' }];
const VARIED: Partial<Record<EventName, readonly Partial<LifecycleEvent>[]>> = {
  'curator.claim': REVIEWERS,
  'curator.assign': REVIEWERS,
  'admin.assign': REVIEWERS,
  'curator.approve': REVIEWERS,
  'curator.reopen_review': REVIEWERS,
  'clock.release_due': [{}, { now: SOON }],
  'system.publish_step_failed': [{}, { triesLeft: 0 }],
};
const isVerdict = (type: EventName) => type.startsWith('validator.') || type === 'clock.validation_timeout';

/** A verdict comes from either run; a run that begins is not the one that was. */
const runsFor = ({ runId }: Position, type: EventName) =>
  isVerdict(type) ? RUNS : RUNS.filter((run) => run !== runId).slice(0, 1);

const sentTo = ({ position }: Node, type: EventName): LifecycleEvent[] =>
  (VARIED[type] ?? [{}]).flatMap((facts) =>
    REVISIONS.flatMap((revision) => runsFor(position, type).map((runId) => event(type, { ...facts, revision, runId }))),
  );

/** Whoever goes back to editing or to review, or out, has to be approved anew. */
const KEEPS_APPROVAL = /^(validating|private|published|tombstoned)/;
const approvalAfter = ({ approval }: Node, { type, revision }: LifecycleEvent, to: Position) =>
  type === 'curator.approve' ? revision : KEEPS_APPROVAL.test(to.state) ? approval : null;

const BEGINS_RUN = /\.(submit|recheck|amend)$/;

function take(before: Node, sent: LifecycleEvent): Step | null {
  try {
    const { to, effects } = step(before.position, sent);
    const after = {
      position: to,
      approval: approvalAfter(before, sent, to),
      begunBy: BEGINS_RUN.test(sent.type) ? sent.type : before.begunBy,
      path: [...before.path, sent.type],
    };
    return { before, sent, after, topics: effects.map(({ topic }) => topic) };
  } catch (error) {
    if (error instanceof TransitionRefused) return null;
    throw error;
  }
}

/** What tells two configurations apart; counters, and instants that only grow, do not. */
const keyOf = ({ position: { round, reminders, retries, touchedAt, dueAt, ...rest }, approval, begunBy }: Node) =>
  JSON.stringify([rest, dueAt !== null, approval, begunBy]);

function walk() {
  const start: Node = { position: beginning(OWNER, NOW), approval: null, begunBy: null, path: [] };
  const nodes = new Map([[keyOf(start), start]]);
  const steps: Step[] = [];
  for (const node of nodes.values()) {
    const drawn = new Set(eventsFrom(node.position));
    for (const sent of EVENT_NAMES.filter((type) => drawn.has(type)).flatMap((type) => sentTo(node, type))) {
      const taken = take(node, sent);
      if (!taken) continue;
      steps.push(taken);
      const key = keyOf(taken.after);
      if (!nodes.has(key)) nodes.set(key, taken.after);
    }
  }
  return { nodes: [...nodes.values()], steps };
}
const { nodes, steps } = walk();

const isIn = ({ position }: Node, ...tops: string[]) => tops.includes(position.state.split('.')[0] ?? '');
const isAt = ({ position }: Node, ...states: State[]) => states.includes(position.state);
const story = ({ path, position }: Node) => `${path.join(', ')}: ${position.state}`;
const wrongNodes = (isWrong: (node: Node) => boolean) => nodes.filter(isWrong).map(story);
const wrongSteps = (isWrong: (step: Step) => boolean) => steps.filter(isWrong).map(({ after }) => story(after));

/** The configurations from which one of `targets` can be reached. */
function leadingTo(targets: readonly Node[]): ReadonlySet<string> {
  const found = new Set(targets.map(keyOf));
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const taken of steps) if (found.has(keyOf(taken.after))) found.add(keyOf(taken.before));
  }
  return found;
}

describe('over all paths of the lifecycle', () => {
  it('every state is reached, and every edge that is drawn is taken', () => {
    const taken = new Set(steps.map(({ before, sent }) => `${before.position.state} ${sent.type}`));
    const drawn = nodes.flatMap(({ position }) => eventsFrom(position).map((type) => `${position.state} ${type}`));

    expect(new Set(nodes.map(({ position }) => position.state))).toEqual(new Set(STATES));
    expect([...new Set(drawn)].filter((edge) => !taken.has(edge))).toEqual([]);
    expect(nodes.length).toBeGreaterThan(400);
  });

  it('nothing is published that no curator has approved', () => {
    const published = nodes.filter((node) => isAt(node, 'published.current'));

    expect(published).not.toEqual([]);
    expect(published.filter(({ position, approval }) => approval === null || approval !== position.sealed)).toEqual([]);
  });

  it('nothing is on its way to the public that is not sealed, checked and approved as one revision', () => {
    const isWrong = (node: Node) =>
      (isIn(node, 'published') || isAt(node, 'private.publishing')) &&
      !(node.approval === node.position.sealed && node.position.sealed === node.position.checked);

    expect(wrongNodes(isWrong)).toEqual([]);
  });

  it('nobody approves or is given what is their own', () => {
    expect(wrongNodes(({ position }) => position.assignee === OWNER)).toEqual([]);
    expect(wrongSteps(({ sent }) => sent.type === 'curator.approve' && sent.assignee === OWNER)).toEqual([]);
  });

  it('nothing can be edited that has a live approval', () => {
    expect(wrongNodes((node) => isIn(node, 'draft', 'uploaded') && node.position.approved !== null)).toEqual([]);
  });

  it('nothing is checked, reviewed or accepted that is not sealed', () => {
    const isSealed = ({ position }: Node) => position.sealed !== null;

    expect(wrongNodes((node) => !isIn(node, 'draft', 'uploaded') && !isSealed(node))).toEqual([]);
  });

  it('a run has a fence exactly as long as it runs, and a verdict from outside it changes nothing', () => {
    expect(wrongNodes((node) => isAt(node, 'validating.running') !== (node.position.runId !== null))).toEqual([]);
    expect(wrongSteps(({ sent, before }) => isVerdict(sent.type) && sent.runId !== before.position.runId)).toEqual([]);
  });

  it('every run that begins is asked for', () => {
    const isWrong = ({ before, after, topics }: Step) =>
      (after.position.runId !== null && after.position.runId !== before.position.runId) !==
      topics.includes('validation.requested');

    expect(wrongSteps(isWrong)).toEqual([]);
  });

  it('a release date survives a check of what stays approved', () => {
    const passed = steps.filter(({ sent, after }) => sent.type === 'validator.pass' && isIn(after, 'private'));

    expect(passed.filter(({ before }) => before.position.releaseAt !== null)).not.toEqual([]);
    expect(passed.filter(({ before, after }) => before.position.releaseAt !== after.position.releaseAt)).toEqual([]);
    expect(
      passed.filter(({ after }) => isAt(after, 'private.scheduled') !== (after.position.releaseAt !== null)),
    ).toEqual([]);
  });

  it('a submitter is never sent back by a run that they did not ask for', () => {
    const isWrong = ({ sent, before, after }: Step) =>
      isVerdict(sent.type) && isIn(after, 'draft', 'uploaded') && before.begunBy !== 'submitter.submit';

    expect(wrongSteps(isWrong)).toEqual([]);
  });

  it('a fault of ours is never told as one of the submitter, and always opens an incident', () => {
    const isFault = ({ before, after }: Step) =>
      isAt(after, 'validating.broken', 'private.publish_failed') && before.position.state !== after.position.state;

    expect(wrongSteps((taken) => isFault(taken) !== taken.topics.includes('incident.opened'))).toEqual([]);
    expect(wrongSteps((taken) => isFault(taken) && taken.topics.includes('checks.failed'))).toEqual([]);
  });

  it('a review has a target date, which stands still on hold and nowhere else', () => {
    expect(wrongNodes((node) => isIn(node, 'curator_review') && node.position.dueAt === null)).toEqual([]);
    expect(wrongNodes((node) => !isIn(node, 'curator_review', 'validating') && node.position.dueAt !== null)).toEqual(
      [],
    );
    expect(wrongNodes((node) => isAt(node, 'curator_review.on_hold') !== (node.position.pausedAt !== null))).toEqual(
      [],
    );
    expect(wrongNodes((node) => isAt(node, 'curator_review.on_hold') !== (node.position.holdUntil !== null))).toEqual(
      [],
    );
  });

  it('a claim has its curator, and a schedule its date', () => {
    expect(wrongNodes((node) => isAt(node, 'curator_review.claimed') && node.position.assignee === null)).toEqual([]);
    expect(wrongNodes((node) => isAt(node, 'private.scheduled') && node.position.releaseAt === null)).toEqual([]);
    expect(wrongNodes((node) => isAt(node, 'private.approved') && node.position.releaseAt !== null)).toEqual([]);
  });

  it('what is public stays public, or leaves by a tombstone', () => {
    const isWrong = ({ before, after }: Step) =>
      isIn(before, 'published', 'tombstoned') && !isIn(after, 'published', 'tombstoned');

    expect(wrongSteps(isWrong)).toEqual([]);
    expect(
      wrongSteps(({ sent, before, after }) =>
        isIn(before, 'published') && isIn(after, 'tombstoned') ? sent.type !== 'admin.tombstone' : false,
      ),
    ).toEqual([]);
  });

  it('what was begun of a publication that is given up is taken away', () => {
    const isGivenUp = ({ before, after }: Step) =>
      isAt(before, 'private.publish_failed') && !isAt(after, 'private.publish_failed', 'private.publishing');

    expect(wrongSteps((taken) => isGivenUp(taken) && !taken.topics.includes('publication.requested'))).toEqual([]);
  });

  it('staff or the system lead on from everything that was submitted and waits', () => {
    const left = new Set(
      steps
        .filter(
          ({ sent, before, after }) => !/^submitter/.test(sent.type) && before.position.state !== after.position.state,
        )
        .map(({ before }) => keyOf(before)),
    );
    const waits = ({ position }: Node) =>
      position.sealed !== null && STATE_WORDS[position.state].waitingOn !== 'nobody';

    expect(wrongNodes((node) => waits(node) && !left.has(keyOf(node)))).toEqual([]);
  });

  it('publication can still be reached, from wherever it is', () => {
    const hopeful = leadingTo(nodes.filter((node) => isIn(node, 'published')));

    expect(wrongNodes((node) => !hopeful.has(keyOf(node)))).toEqual([]);
  });
});
