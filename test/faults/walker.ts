/**
 * Does the service do what the chart says? Somebody wanders: sends events by the right hands and by wrong ones, over
 * REST where people send them, and holds what came of each against what `step` had foretold.
 */
import type { EntityManager } from 'typeorm';
import { expect } from 'vitest';
import { mrcBytes } from '../../checks/samples/mrc.js';
import type { Role, User } from '../../src/identity/user.js';
import { maySend, relationTo } from '../../src/permissions.js';
import { decisionFacts, type Request, TOMBSTONE_REASONS } from '../../src/submissions/decision.js';
import { EVENT_NAMES, type EventName, isPersonal } from '../../src/submissions/events.js';
import type { State } from '../../src/submissions/lifecycle.js';
import { eventsFrom, type Position, step } from '../../src/submissions/step.js';
import type { Submission } from '../../src/submissions/submission.entity.js';
import { TransitionRefused } from '../../src/submissions/submission.errors.js';
import { Move } from '../../src/submissions/submissions.schema.js';
import { SubmissionsService } from '../../src/submissions/submissions.service.js';
import { draft, upload } from '../story.js';
import { type Answer, type Caller, type World } from '../world.js';

export interface Somebody extends Caller {
  readonly user: User;
}
export type Cast = Readonly<Record<'owner' | 'curator' | 'other' | 'admin' | 'stranger', Somebody>>;

/** What should come of it. */
type Foretold = { readonly status: 200; readonly to: Position } | { readonly status: 403 | 404 | 409 };

const HOUR = 3_600_000;
const SENT_BY_REST: ReadonlySet<string> = new Set(Move.shape.event.options);
/** What no hand of the walker sends: files bring about the one, another version the other. */
const SENT_BY_NOBODY: ReadonlySet<string> = new Set<EventName>(['system.files_complete', 'system.supersede']);

/** Whoever only wanders never arrives: sometimes the next step of the story is taken, with all that it needs. */
const ONWARD: Readonly<Record<State, EventName>> = {
  'draft.editing': 'submitter.submit',
  'draft.checks_failed': 'submitter.submit',
  'draft.changes_requested': 'submitter.submit',
  uploaded: 'submitter.submit',
  'validating.running': 'validator.pass',
  'validating.broken': 'admin.retry',
  'curator_review.unassigned': 'curator.claim',
  'curator_review.claimed': 'curator.approve',
  'curator_review.on_hold': 'curator.resume',
  'private.approved': 'admin.publish',
  'private.scheduled': 'admin.publish',
  'private.publishing': 'system.publish_done',
  'private.publish_failed': 'admin.retry',
  'published.current': 'submitter.revise',
  'published.superseded': 'admin.tombstone',
  withdrawn: 'admin.reopen',
  rejected: 'curator.reopen_review',
  tombstoned: 'admin.restore',
};

/** The same numbers from 0 to 1 for the same seed. */
export function randomsOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Walker {
  private readonly submissions: SubmissionsService;
  private id = '';
  private readonly known: string[] = [];
  /** What was done, for whoever reads of a difference. */
  readonly path: string[] = [];
  /** How often each edge was tried. */
  private readonly tried = new Map<string, number>();
  readonly seen = new Set<State>();

  constructor(
    private readonly world: World,
    private readonly cast: Cast,
    private readonly random: () => number,
  ) {
    this.submissions = world.app.get(SubmissionsService, { strict: false });
  }

  private async begin(): Promise<void> {
    this.id = (await draft(this.world, this.cast.owner)).id;
    this.known.push(this.id);
    this.path.push('begin');
  }

  /** The story, from a draft to a version that has replaced another. */
  async goStraight(): Promise<void> {
    await this.begin();
    for (let i = 0; i < 13; i++) await this.goOn(await this.look());
    for (const id of this.known) {
      this.id = id;
      await this.look();
    }
  }

  async wander(steps: number): Promise<void> {
    await this.begin();
    for (let i = 0; i < steps; i++) {
      const before = await this.look();
      const whim = this.random();
      if (whim < 0.35) await this.goOn(before);
      else if (whim < 0.5) await this.prepare(before);
      else await this.send(this.next(before), before);
      if (this.random() < 0.1) this.id = this.oneOf(this.known);
    }
  }

  private async look(): Promise<Submission> {
    const here = await this.submissions.get(this.id);
    if (!this.seen.has(here.state)) await this.sendWhatIsNotDrawn(here);
    this.seen.add(here.state);
    return here;
  }

  private async goOn(before: Submission): Promise<void> {
    const type = ONWARD[before.state];
    for (const help of this.helpFor(before)) await help();
    const actor = isPersonal(type) ? this.rightHand(type, before) : null;
    await this.send({ type, actor }, await this.submissions.get(this.id), () => true);
  }

  /** By those whose it is, and by whoever comes along: each is refused, and nothing changes. */
  private async sendWhatIsNotDrawn(before: Submission): Promise<void> {
    const drawn = new Set(eventsFrom(before));
    for (const type of EVENT_NAMES.filter((name) => !drawn.has(name) && SENT_BY_REST.has(name)))
      for (const actor of [this.rightHand(type, before), this.oneOf(Object.values(this.cast))])
        await this.send({ type, actor }, before, () => true);
  }

  /** Mostly what the chart draws from here, what was tried least first, by the right hand; sometimes anything by anybody. */
  private next(before: Submission): { type: EventName; actor: Somebody | null } {
    const isWild = this.random() < 0.15;
    const all = (isWild ? EVENT_NAMES : eventsFrom(before)).filter((name) => !SENT_BY_NOBODY.has(name));
    const times = (type: EventName) => this.tried.get(`${before.state} ${type}`) ?? 0;
    const type = isWild
      ? this.oneOf(all)
      : this.oneOf(all.filter((one) => times(one) <= Math.min(...all.map(times)) + 1));
    this.tried.set(`${before.state} ${type}`, times(type) + 1);
    const anybody = this.oneOf(Object.values(this.cast));
    if (!isPersonal(type)) return { type, actor: null };
    return { type, actor: this.random() < 0.15 ? anybody : this.rightHand(type, before) };
  }

  private rightHand(type: EventName, { assignee }: Submission): Somebody {
    const { owner, curator, other, admin } = this.cast;
    const hands: Readonly<Record<string, Somebody>> = {
      submitter: owner,
      curator: assignee === other.id ? other : curator,
      admin,
    };
    return hands[type.split('.')[0] ?? ''] ?? owner;
  }

  /** @param tells whether the sender says what the event may want to know */
  private async send(
    { type, actor }: { readonly type: EventName; readonly actor: Somebody | null },
    before: Submission,
    tells = () => this.random() < 0.8,
  ): Promise<void> {
    const request = this.requestOf(type, before, tells);
    const isFinished = type === 'system.publish_done' && tells();
    const foretold = await this.foretell(before, request, actor?.user ?? null, isFinished);
    this.path.push(`${before.state}: ${type} by ${actor?.user.name ?? 'the system'}, ${JSON.stringify(request)}`);

    if (actor) await this.ask(before, request, actor, foretold);
    else await this.move(request, foretold, isFinished);
    await this.compare(before, foretold, request);
  }

  private async foretell(
    before: Submission,
    request: Request,
    user: User | null,
    isFinished: boolean,
  ): Promise<Foretold> {
    if (user && relationTo(user, before) === null) return { status: 404 };
    if (user && !maySend(user, request.type, before)) return { status: 403 };
    const known = { ...(await this.submissions.known(before)), ...(isFinished && { stepsDone: true }) };
    const event = decisionFacts(before, request, known, user, this.world.clock, this.world.config);
    try {
      return { status: 200, to: step(before, event).to };
    } catch (error) {
      if (!(error instanceof TransitionRefused)) throw error;
      return { status: 409 };
    }
  }

  private async ask(before: Submission, request: Request, actor: Caller, foretold: Foretold): Promise<void> {
    const path = `/submissions/${this.id}`;
    if (request.type === 'submitter.change_files') return; // by `prepare`
    const answer: Answer =
      request.type === 'submitter.edit'
        ? await actor.patch(path, { title: `Volume ${this.random()}` }, { 'if-match': '*' })
        : await actor.post(`${path}/transitions`, bodyOf(request));

    expect(answer.status, this.told(answer)).toBe(foretold.status);
    if (foretold.status === 200) expect(answer.body.state, this.told(answer)).toBe(foretold.to.state);
    if (foretold.status === 409) this.saysWhy(answer, before);
    if (foretold.status === 403) expect(answer.body.code, this.told(answer)).toBe('not-yours');
    const revision = answer.body.links?.revision?.split('/').at(-1);
    if (!revision) return;
    this.known.push(revision);
    this.id = revision;
  }

  private saysWhy(answer: Answer, { state }: Submission): void {
    const { code, blockedBy, events, event, detail } = answer.body;
    expect(answer.body, this.told(answer)).toMatchObject({ code: 'transition-refused', state });
    expect(events.includes(event), this.told(answer)).toBe(blockedBy.length > 0);
    expect(`${code}: ${detail}`.length, this.told(answer)).toBeGreaterThan(30);
  }

  /** What the system sends, it sends within; refusals are thrown. */
  private async move(request: Request, foretold: Foretold, isFinished: boolean): Promise<void> {
    const finish = async (tx: EntityManager) =>
      isFinished &&
      (await tx.query('UPDATE publication SET "finishedAt" = now() WHERE "submissionId" = $1', [this.id]));
    const moved = await this.submissions.move(this.id, request, null, finish).catch((error: unknown) => {
      if (!(error instanceof TransitionRefused)) throw error;
      return null;
    });
    expect(moved?.state ?? 'refused', this.told()).toBe(foretold.status === 200 ? foretold.to.state : 'refused');
  }

  private async compare(before: Submission, foretold: Foretold, { type }: Request): Promise<void> {
    if (type === 'submitter.change_files') return;
    const after = await this.submissions.get(before.id);
    expect(after.seq, this.told()).toBe(before.seq + (foretold.status === 200 ? 1 : 0));
    expect(shown(after), this.told()).toEqual(shown(foretold.status === 200 ? foretold.to : before));
  }

  /** What a guard asks for, or takes away. */
  private async prepare(before: Submission): Promise<void> {
    const acts = [
      ...this.helpFor(before),
      () => this.bring(),
      () => this.removeFile(),
      () => this.cast.curator.post(`/submissions/${this.id}/change-requests`, { text: 'Say more.', severity: 'must' }),
      async () => {
        this.world.clock.aheadMs += 2 * HOUR;
      },
    ];
    const i = Math.floor(this.random() * acts.length);
    this.path.push(`${before.state}: preparation ${i} of ${acts.length}`);
    await acts[i]?.();
  }

  private helpFor(before: Submission): (() => Promise<unknown>)[] {
    if (/^draft/.test(before.state)) return [() => this.bring(), () => this.settleRequests(before)];
    if (before.state === 'curator_review.claimed') return [() => this.tick(before), () => this.settleRequests(before)];
    return [];
  }

  private async tick(before: Submission): Promise<void> {
    const hand = this.rightHand('curator.approve', before);
    const { body } = await hand.get(`/submissions/${this.id}/checklist`);
    for (const { id, auto } of body.items)
      if (!auto) await hand.put(`/submissions/${this.id}/checklist/${id}`, { done: true });
  }

  /** Those that are open are answered; those that were answered are resolved. */
  private async settleRequests(before: Submission): Promise<void> {
    const path = `/submissions/${this.id}/change-requests`;
    const curator = this.rightHand('curator.approve', before);
    for (const { id, state } of (await curator.get(path)).body.items) {
      const answer = { state: 'answered', answer: 'Done.' };
      if (state === 'open') await this.cast.owner.patch(`${path}/${id}`, answer, { 'if-match': '*' });
      await curator.patch(`${path}/${id}`, { state: 'resolved' }, { 'if-match': '*' });
    }
  }

  private async removeFile(): Promise<void> {
    const path = `/submissions/${this.id}/files`;
    const [file] = (await this.cast.owner.get(path)).body.items;
    if (file) await this.cast.owner.remove(`${path}/${file.id}`);
  }

  /** By the edges of two events: the files change while they come, and are complete when they have. */
  private async bring(): Promise<void> {
    const before = await this.submissions.get(this.id);
    const mayChange = eventsFrom(before).includes('submitter.change_files');
    const bytes = Buffer.from(mrcBytes({ value: (i) => (i % 19) + Math.floor(this.random() * 100) }));
    const status = await upload(this.world, this.cast.owner, this.id, 'tomo_001.mrc', bytes);

    expect(status, this.told()).toBe(mayChange ? 201 : 409);
    const after = await this.submissions.get(this.id);
    expect([after.state, after.seq], this.told()).toEqual(
      mayChange ? ['uploaded', before.seq + 2] : [before.state, before.seq],
    );
  }

  private requestOf(type: EventName, before: Submission, tells: () => boolean): Request {
    const { clock } = this.world;
    const needsAssignee = type.endsWith('.assign');
    const hands = [this.cast.curator.id, this.cast.other.id, this.cast.owner.id];
    const isOfRun = type.startsWith('validator.') || type === 'clock.validation_timeout';
    return {
      type,
      ...(tells() && { reason: 'because' }),
      ...(tells() &&
        /release|hold/.test(type) && {
          until: this.oneOf([clock.in(-HOUR), clock.in(HOUR), clock.in(9_000 * 24 * HOUR), clock.in(HOUR)]),
        }),
      ...(needsAssignee && tells() && { assignee: this.oneOf(hands) }),
      ...(type === 'submitter.submit' && tells() && { policyAccepted: true }),
      ...(type === 'admin.tombstone' && tells() && { tombstone: this.oneOf(TOMBSTONE_REASONS) }),
      ...(type === 'system.publish_step_failed' && { triesLeft: this.oneOf([0, 1]) }),
      ...(isOfRun && { runId: tells() && before.runId ? before.runId : '00000000-0000-4000-8000-000000000000' }),
    };
  }

  private oneOf<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)] as T;
  }

  private told(answer?: Answer): string {
    return [...this.path.slice(-12), answer ? JSON.stringify(answer.body) : ''].join('\n');
  }
}

/** What the chart decides, but for the instants that it takes from the clock, and the names of new runs. */
function shown({ state, purpose, sealed, checked, approved, assignee, round, dueAt, pausedAt, ...rest }: Position) {
  const { holdUntil, releaseAt, reminders, retries, superseded, runId } = rest;
  const isSet = { runId: runId !== null, dueAt: dueAt !== null, pausedAt: pausedAt !== null };
  return {
    state,
    purpose,
    sealed,
    checked,
    approved,
    assignee,
    round,
    holdUntil,
    releaseAt,
    reminders,
    retries,
    superseded,
    isSet,
  };
}

const bodyOf = ({ type: event, reason: comment, tombstone: reason, until, assignee, policyAccepted }: Request) =>
  JSON.parse(JSON.stringify({ event, comment, reason, until, assignee, policyAccepted }));

/** Roles as the walk needs them: the owner is a curator too, and may have no hand in the review of their own. */
export async function castOf(world: World): Promise<Cast> {
  const somebody = async (name: string, ...roles: Role[]): Promise<Somebody> => {
    const caller = await world.person(roles[0] ?? 'submitter');
    await world.db.query('UPDATE person SET roles = $2 WHERE id = $1', [caller.id, roles]);
    return { ...caller, user: { id: caller.id, name, roles, scopes: null } };
  };
  return {
    owner: await somebody('the owner', 'submitter', 'curator'),
    curator: await somebody('a curator', 'curator'),
    other: await somebody('another curator', 'curator'),
    admin: await somebody('an admin', 'admin'),
    stranger: await somebody('a stranger', 'submitter'),
  };
}
