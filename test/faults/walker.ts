/**
 * Does the service do what the chart says? Somebody wanders: sends events by the right hands and by wrong ones, over
 * REST where people send them, and holds what came of each against what `step` had foretold.
 */
import type { EntityManager } from 'typeorm';
import { expect } from 'vitest';
import { mrcBytes } from '../../checks/samples/mrc.js';
import type { User } from '../../src/identity/user.js';
import { maySend, relationTo } from '../../src/permissions.js';
import { decisionFacts, type Request } from '../../src/submissions/decision.js';
import { EVENT_NAMES, type EventName, isPersonal } from '../../src/submissions/events.js';
import type { State } from '../../src/submissions/lifecycle.js';
import { eventsFrom, type Position, step } from '../../src/submissions/step.js';
import type { Submission } from '../../src/submissions/submission.entity.js';
import { TransitionRefused } from '../../src/submissions/submission.errors.js';
import { Move } from '../../src/submissions/submissions.schema.js';
import { SubmissionsService } from '../../src/submissions/submissions.service.js';
import { edgesBetween } from '../chart.js';
import { draft, upload } from '../story.js';
import type { Answer, Caller, World } from '../world.js';
import { bodyOf, type Cast, ONWARD, requestOf, rightHand, type Somebody } from './cast.js';

/** What should come of it. */
type Foretold = { readonly status: 200; readonly to: Position } | { readonly status: 403 | 404 | 409 };

interface Sending {
  readonly type: EventName;
  /** Null: the system itself. */
  readonly actor: Somebody | null;
}

const SENT_BY_REST: ReadonlySet<string> = new Set(Move.shape.event.options);
/** What no hand of the walker sends: files bring them about, or another version. */
const SENT_BY_NOBODY: ReadonlySet<EventName> = new Set([
  'system.files_complete',
  'submitter.change_files',
  'system.supersede',
]);

export class Walker {
  private readonly submissions: SubmissionsService;
  private id = '';
  private readonly known: string[] = [];
  /** What was done, for whoever reads of a difference. */
  private readonly path: string[] = [];
  /** How often each event has led out of each state. */
  private readonly taken = new Map<string, number>();
  readonly seen = new Set<State>();

  constructor(
    private readonly world: World,
    private readonly cast: Cast,
    private readonly random: () => number,
  ) {
    this.submissions = world.app.get(SubmissionsService, { strict: false });
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
      if (whim < 0.4) await this.goOn(before);
      else if (whim < 0.5) await this.prepare(before);
      else await this.send(this.next(before), before);
      if (this.random() < 0.03) this.id = this.oneOf(this.known);
    }
  }

  private async begin(): Promise<void> {
    this.id = (await draft(this.world, this.cast.owner)).id;
    this.known.push(this.id);
    this.path.push('begin');
  }

  /** Where it is for the first time, it sends what the chart does not draw from there. */
  private async look(): Promise<Submission> {
    const here = await this.submissions.get(this.id);
    if (!this.seen.has(here.state)) await this.sendWhatIsNotDrawn(here);
    this.seen.add(here.state);
    return here;
  }

  private async goOn(before: Submission): Promise<void> {
    const type = ONWARD[before.state];
    for (const help of this.helpFor(before)) await help();
    const actor = isPersonal(type) ? rightHand(this.cast, type, before.assignee) : null;
    await this.send({ type, actor }, await this.submissions.get(this.id), () => true);
  }

  /** By those whose it is, and by whoever comes along: each is refused, and nothing changes. */
  private async sendWhatIsNotDrawn(before: Submission): Promise<void> {
    const drawn = new Set(eventsFrom(before));
    for (const type of EVENT_NAMES.filter((name) => !drawn.has(name) && SENT_BY_REST.has(name)))
      for (const actor of [rightHand(this.cast, type, before.assignee), this.oneOf(Object.values(this.cast))])
        await this.send({ type, actor }, before, () => true);
  }

  /**
   * Mostly what the chart draws from here, to where it has not been yet or what was taken least, by the right hand;
   * sometimes anything by anybody.
   */
  private next({ state, assignee, ...rest }: Submission): Sending {
    const whim = this.random();
    const drawn = eventsFrom({ state, assignee, ...rest });
    const all = (whim < 0.15 ? EVENT_NAMES : drawn).filter((name) => !SENT_BY_NOBODY.has(name));
    const unseen = all.filter((type) => edgesBetween(state, type).some((to) => !this.seen.has(to)));
    const times = all.map((type) => this.taken.get(`${state} ${type}`) ?? 0);
    const rare = all.filter((_, i) => times[i] === Math.min(...times));
    const type = this.oneOf(whim < 0.4 ? all : unseen.length > 0 ? unseen : rare);
    if (!isPersonal(type)) return { type, actor: null };
    const isAnybody = this.random() < 0.15;
    return {
      type,
      actor: isAnybody ? this.oneOf(Object.values(this.cast)) : rightHand(this.cast, type, assignee),
    };
  }

  private async send({ type, actor }: Sending, before: Submission, tells = () => this.random() < 0.8): Promise<void> {
    const request = requestOf(type, before, { world: this.world, cast: this.cast, oneOf: this.oneOf, tells });
    const isFinished = type === 'system.publish_done' && tells();
    const foretold = await this.foretell(before, request, actor?.user ?? null, isFinished);
    this.path.push(`${before.state}: ${actor?.user.name ?? 'the system'} ${JSON.stringify(request)}`);

    if (actor) await this.ask(before, request, actor, foretold);
    else await this.move(request, foretold, isFinished);
    await this.compare(before, foretold);
    const edge = `${before.state} ${type}`;
    if (foretold.status === 200) this.taken.set(edge, (this.taken.get(edge) ?? 0) + 1);
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

  /** What the system sends, it sends within. The end of a publication is a row of the same transaction. */
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

  private async compare(before: Submission, foretold: Foretold): Promise<void> {
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
        this.world.clock.aheadMs += 7_200_000;
      },
    ];
    const act = this.oneOf(acts);
    this.path.push(`${before.state}: preparation ${acts.indexOf(act)} of ${acts.length}`);
    await act();
  }

  private helpFor(before: Submission): (() => Promise<unknown>)[] {
    if (/^draft/.test(before.state)) return [() => this.bring(), () => this.settleRequests(before)];
    if (before.state === 'curator_review.claimed') return [() => this.tick(before), () => this.settleRequests(before)];
    return [];
  }

  private async tick({ assignee }: Submission): Promise<void> {
    const hand = rightHand(this.cast, 'curator.approve', assignee);
    const { body } = await hand.get(`/submissions/${this.id}/checklist`);
    for (const { id, auto } of body.items)
      if (!auto) await hand.put(`/submissions/${this.id}/checklist/${id}`, { done: true });
  }

  /** Those that are open are answered, and then resolved. */
  private async settleRequests({ assignee }: Submission): Promise<void> {
    const path = `/submissions/${this.id}/change-requests`;
    const curator = rightHand(this.cast, 'curator.approve', assignee);
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

  /** Two events: the files change while one comes, and are complete when it has. */
  private async bring(): Promise<void> {
    const before = await this.submissions.get(this.id);
    const mayChange = eventsFrom(before).includes('submitter.change_files');
    const bytes = Buffer.from(mrcBytes({ value: (i) => (i % 19) + Math.floor(this.random() * 100) }));
    const status = await upload(this.world, this.cast.owner, this.id, 'tomo_001.mrc', bytes);

    expect(status, this.told()).toBe(mayChange ? 201 : 409);
    const { state, seq } = await this.submissions.get(this.id);
    const foretold = mayChange ? ['uploaded', before.seq + 2] : [before.state, before.seq];
    expect([state, seq], this.told()).toEqual(foretold);
  }

  private readonly oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(this.random() * choices.length)] as T;

  private told(answer?: Answer): string {
    return [...this.path.slice(-12), answer ? JSON.stringify(answer.body) : ''].join('\n');
  }
}

/** What the chart decides, but for the instants that it takes from the clock, and the names of new runs. */
function shown(position: Position) {
  const { state, purpose, sealed, checked, approved, assignee, round, holdUntil, releaseAt } = position;
  const { reminders, retries, superseded, runId, dueAt, pausedAt } = position;
  const isSet = { runId: runId !== null, dueAt: dueAt !== null, pausedAt: pausedAt !== null };
  return {
    ...{ state, purpose, sealed, checked, approved, assignee, round, holdUntil, releaseAt },
    ...{ reminders, retries, superseded, isSet },
  };
}
