/** How does a submission look from outside? One query a page, whoever asks. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import { DOI_COLUMN, doiView } from '../dois/doi-rows.js';
import type { User } from '../identity/user.js';
import { isStaff } from '../identity/user.js';
import { maySend, relationTo } from '../permissions.js';
import { decisionFacts } from './decision.js';
import { EVENTS, type EventName, isPersonal } from './events.js';
import { FACTS, type FactsRow, FILE_RULES, knownOf } from './facts.js';
import type { GuardName } from './guards.js';
import { STATE_WORDS, STATES, type State } from './lifecycle.js';
import { type Offer, offersFrom } from './step.js';
import { instant, type Submission, submissionColumns, submissionOf } from './submission.entity.js';
import { SubmissionNotFound } from './submission.errors.js';
import type { SORTS, SubmissionSummary, SubmissionView, TransitionView } from './submissions.schema.js';

/** Where one sees what stands in the way, below the submission. */
const LINKS: Partial<Record<GuardName, string>> = {
  hasFiles: '/files',
  requestsAnswered: '/change-requests',
  requestsResolved: '/change-requests',
  checklistDone: '/checklist',
  findingsWaived: '/runs',
  isComplete: '',
  doiKnown: '',
  identifiersKnown: '/lookups',
  datasetsLearnt: '/datasets',
  sameRules: '/datasets',
};

interface Row {
  readonly id: string;
  readonly state: State;
  readonly ownerName: string;
  readonly assigneeName: string | null;
  readonly runOutcome: NonNullable<SubmissionSummary['lastRun']>['outcome'] | null;
  readonly runErrors: number;
  readonly runWarnings: number;
  readonly since: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly dueAt: Date | null;
  readonly releaseAt: Date | null;
  readonly fileBytes: string;
  // biome-ignore lint/suspicious/noExplicitAny: the other columns go out as they are, through the schema of the answer
  readonly [column: string]: any;
}

/** Of a submission's own columns. */
const SUMMARY = (
  'id accession version ownerId profile profileVersion title state since assignee round ' +
  'dueAt releaseAt sealed fileCount fileBytes lastRunId createdAt updatedAt'
).split(' ');
const columnsOf = (table: string) => SUMMARY.map((name) => `${table}."${name}"`).join(', ');
/** Names are looked up and not joined: for a page, PostgreSQL would read all the people there are. */
const NEIGHBOURS = `
  (SELECT name FROM person WHERE id = s."ownerId") AS "ownerName",
  (SELECT name FROM person WHERE id = s.assignee) AS "assigneeName",
  run.outcome AS "runOutcome", run.errors AS "runErrors", run.warnings AS "runWarnings"`;
const JOINED = `LEFT JOIN validation_run run ON run.id = s."lastRunId"`;

const WHOLE = `
  SELECT ${submissionColumns('s')}, ${NEIGHBOURS}, ${DOI_COLUMN}, ${FACTS.column}
    FROM submission s ${JOINED} ${FACTS.joins} WHERE s.id = $1`;

export interface ListQuery {
  readonly state?: readonly State[] | undefined;
  readonly profile?: string | undefined;
  readonly owner?: string | undefined;
  readonly assignee?: string | undefined;
  readonly q?: string | undefined;
  readonly age?: string | undefined;
  readonly severity?: 'error' | 'warning' | undefined;
  readonly updatedAfter?: string | undefined;
  readonly sort: (typeof SORTS)[number];
}
/** Where a page begins: behind this row. */
export interface After {
  readonly key: string;
  readonly id: string;
}

@Injectable()
export class SubmissionViews {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The whole of it, with what `user` may do next.
   * @throws SubmissionNotFound where `user` may not know of it either
   */
  async whole(id: string, user: User): Promise<{ submission: Submission; view: SubmissionView }> {
    const [row]: (Row & FactsRow)[] = await this.db.query(WHOLE, [id, FILE_RULES]);
    if (!row) throw new SubmissionNotFound(id);
    const submission = submissionOf(row);
    if (relationTo(user, submission) === null) throw new SubmissionNotFound(id);
    return { submission, view: { ...summary(row), ...this.next(submission, row, user), doi: doiView(row.doi) } };
  }

  private next(
    submission: Submission,
    row: FactsRow,
    user: User,
  ): Omit<SubmissionView, keyof SubmissionSummary | 'doi'> {
    const known = knownOf(submission, row);
    const facts = decisionFacts(submission, { type: 'submitter.edit' }, known, user, this.clock, this.config);
    const mine = (event: EventName) => isPersonal(event) && maySend(user, event, submission);
    const self = linkTo(submission.id);
    return {
      metadata: submission.metadata,
      policy: submission.policy,
      missing: [...known.faults],
      events: offersFrom(submission, { ...facts, assignee: user.id }, mine)
        .map(forWhomever)
        .map((offer) => ({
          ...offer,
          label: EVENTS[offer.event],
          allowed: offer.blockedBy.length === 0,
          blockedBy: offer.blockedBy.map(({ code, message }) => ({ code, message, link: linkFor(self, code) })),
          requires: [...(offer.event.endsWith('.assign') ? (['assignee'] as const) : []), ...offer.requires],
        })),
    };
  }

  /**
   * A page of what `user` may see. Each state is read in its own order from its own index, and the few
   * first of each are merged: the cost does not grow with the number of submissions. The limit is written out:
   * a plan for any limit is one for a good part of the table.
   */
  async page(query: ListQuery, user: User, limit: number, after: After | null): Promise<SubmissionSummary[]> {
    const { where, params } = this.filter(query, user);
    const descending = query.sort.startsWith('-');
    const column = `"${query.sort.replace('-', '')}"`;
    const order = descending ? 'DESC' : 'ASC';
    if (after) {
      params.push(after.key, after.id);
      where.push(
        `(${column}, id) ${descending ? '<' : '>'} ($${params.length - 1}::timestamptz, $${params.length}::uuid)`,
      );
    }
    params.push(query.state ?? STATES);
    const rows: Row[] = await this.db.query(
      `SELECT ${columnsOf('s')}, ${NEIGHBOURS}
         FROM (SELECT ${columnsOf('p')} FROM unnest($${params.length}::text[]) AS leaf
               CROSS JOIN LATERAL (
                 SELECT ${columnsOf('x')} FROM submission x WHERE x.state = leaf ${where.map((test) => `AND ${test}`).join(' ')}
                  ORDER BY ${column} ${order}, id ${order} LIMIT ${limit}) p
                ORDER BY ${column} ${order}, id ${order} LIMIT ${limit}) s
         ${JOINED}
        ORDER BY s.${column} ${order}, s.id ${order}`,
      params,
    );
    return rows.map(summary);
  }

  async count(query: ListQuery, user: User): Promise<number> {
    const { where, params } = this.filter(query, user);
    params.push(query.state ?? STATES);
    const [{ n }] = await this.db.query(
      `SELECT count(*)::int AS n FROM submission x WHERE x.state = ANY ($${params.length}::text[])
       ${where.map((test) => `AND ${test}`).join(' ')}`,
      params,
    );
    return n;
  }

  /** What has happened, from the first step on. */
  async trail(id: string, limit: number, afterSeq: number): Promise<TransitionView[]> {
    const rows = await this.db.query(
      `SELECT t.seq, t.event, t."fromState", t."toState", t."actorId", t.comment, t.details, t."createdAt", p.name AS "actorName"
         FROM submission_transition t LEFT JOIN person p ON p.id = t."actorId"
        WHERE t."submissionId" = $1 AND t.seq > $2 ORDER BY t.seq LIMIT $3`,
      [id, afterSeq, limit],
    );
    return rows.map((row: Row & { seq: number }) => ({
      seq: row.seq,
      event: row.event,
      from: row.fromState,
      to: row.toState,
      actor: row.actorId && { id: row.actorId, name: row.actorName },
      comment: row.comment,
      details: row.details,
      at: row.createdAt.toISOString(),
    }));
  }

  private filter(query: ListQuery, user: User): { where: string[]; params: unknown[] } {
    const where: string[] = [];
    const params: unknown[] = [];
    const add = (test: (n: string) => string, value: unknown) => {
      params.push(value);
      where.push(test(`$${params.length}`));
    };
    const person = (column: string, who: string) =>
      who === 'none'
        ? where.push(`x.${column} IS NULL`)
        : add((n) => `x.${column} = ${n}::uuid`, who === 'me' ? user.id : who);

    if (!isStaff(user)) add((n) => `x."ownerId" = ${n}::uuid`, user.id);
    if (query.owner) person('"ownerId"', query.owner);
    if (query.assignee) person('assignee', query.assignee);
    if (query.profile) add((n) => `x.profile = ${n}`, query.profile);
    if (query.q)
      add(
        (n) => `(x.title ILIKE '%' || ${n} || '%' OR x.accession = upper(${n}))`,
        query.q.replaceAll(/[\\%_]/g, '\\$&'),
      );
    if (query.age) add((n) => `x.since <= ${n}::timestamptz`, this.clock.in(-ageInMs(query.age)));
    if (query.updatedAfter) add((n) => `x."updatedAt" > ${n}::timestamptz`, query.updatedAfter);
    if (query.severity)
      where.push(`EXISTS (SELECT FROM validation_run v WHERE v.id = x."lastRunId" AND v.${query.severity}s > 0)`);
    return { where, params };
  }
}

const ageInMs = (age: string) => Number.parseInt(age, 10) * (age.endsWith('d') ? 86_400_000 : 3_600_000);
/** Whom it will be assigned to is still to be said: that the asker has a part in it is in nobody's way. */
const forWhomever = (offer: Offer): Offer => ({
  ...offer,
  blockedBy: offer.event.endsWith('.assign')
    ? offer.blockedBy.filter(({ code }) => !code.startsWith('isImpartial'))
    : offer.blockedBy,
});

const linkTo = (id: string) => `/api/v1/submissions/${id}`;
const linkFor = (self: string, code: GuardName) => {
  const below = LINKS[code];
  return below === undefined ? null : `${self}${below}`;
};

function summary(row: Row): SubmissionSummary {
  const self = linkTo(row.id);
  return {
    id: row.id,
    accession: row.accession,
    version: row.version,
    profile: row.profile,
    profileVersion: row.profileVersion,
    title: row.title,
    state: row.state,
    waitingOn: STATE_WORDS[row.state].waitingOn,
    since: row.since.toISOString(),
    owner: { id: row.ownerId, name: row.ownerName },
    assignee: row.assignee && { id: row.assignee, name: row.assigneeName },
    round: row.round,
    dueAt: instant.from(row.dueAt),
    releaseAt: instant.from(row.releaseAt),
    revisionHash: row.sealed,
    files: { count: row.fileCount, bytes: Number(row.fileBytes) },
    lastRun: row.runOutcome && {
      id: row.lastRunId,
      outcome: row.runOutcome,
      errors: row.runErrors,
      warnings: row.runWarnings,
    },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    links: {
      self,
      transitions: `${self}/transitions`,
      files: `${self}/files`,
      datasets: `${self}/datasets`,
      runs: `${self}/runs`,
      changeRequests: `${self}/change-requests`,
      lookups: `${self}/lookups`,
      checklist: `${self}/checklist`,
      record: `/api/v1/records/${row.accession}`,
    },
  };
}

/** What a change would overwrite; `updatedAt` changes with everything that decides what can be done. */
export const tagged = ({ state, title, metadata, updatedAt }: Submission) => ({ state, title, metadata, updatedAt });
