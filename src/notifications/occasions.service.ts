/** What has happened, as far as people are told of it? One look at the submission and the step, and at what its topic is about. */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { getNextTransitions } from 'xstate';
import { z } from 'zod';
import { CONFIG, type Config, publicUrl } from '../config.js';
import type { Collaborator } from '../permissions.js';
import { redactText } from '../platform/redaction.js';
import { targetOf } from '../queue/targets.js';
import { type Reviewed, reviewed } from '../review/batched-reviews-letter.js';
import type { EventName } from '../submissions/events.js';
import { lifecycle, type State } from '../submissions/lifecycle.js';
import type { NotifiedTopic } from './audience.js';

/** What the message of a topic that notifies carries. */
export const Payload = z.object({
  submissionId: z.uuid(),
  /** The step that it is about; without it, the newest that leads to its topic. */
  seq: z.int().optional(),
  /** Of a reminder: the state in which it is one. */
  state: z.string().optional(),
  uploadId: z.uuid().optional(),
  kind: z.string().optional(),
});
export type Payload = z.infer<typeof Payload>;

export interface Finding {
  readonly severity: string;
  readonly rule: string;
  readonly message: string;
  readonly file: string;
  readonly location: string | null;
  readonly fix: string;
  readonly count: number;
}

interface Subject {
  readonly id: string;
  readonly accession: string;
  readonly version: number;
  readonly title: string;
  readonly ownerId: string;
  readonly collaborators: readonly Collaborator[];
  readonly assignee: string | null;
  readonly assigneeName: string | null;
  /** Who had it until the step. */
  readonly formerAssignee: string | null;
  /** When the state began in which it is now. */
  readonly since: Date;
  readonly round: number;
  readonly fileCount: number;
  readonly fileBytes: number;
  readonly sealed: string | null;
  readonly dueAt: Date | null;
  readonly releaseAt: Date | null;
  readonly touchedAt: Date;
  readonly tombstone: { readonly reason: string } | null;
}

/** The step that led here; a topic that is about no step has none. */
interface Step {
  /** What was sent with it, where it was decided by a review. */
  readonly reviewed: Reviewed | null;
  readonly event: EventName | null;
  readonly actorId: string | null;
  readonly actor: string | null;
  readonly comment: string | null;
  readonly details: {
    readonly runId?: string;
    readonly changed?: readonly string[];
    readonly assignee?: string | null;
  };
  /** Where it led. */
  readonly state: State;
}

/** What only some topics are about. */
interface About {
  readonly report: { readonly errors: number; readonly warnings: number; readonly findings: readonly Finding[] } | null;
  readonly requests: readonly { readonly text: string; readonly severity: string }[];
  readonly file: { readonly path: string; readonly problem: string | null } | null;
  readonly incident: { readonly kind: string; readonly message: string; readonly problem: string | null } | null;
  readonly expiresAt: Date | null;
  readonly claimEndsAt: Date | null;
  /** When it has waited in its state for as long as it may. */
  readonly targetAt: Date | null;
}

export interface Occasion extends Subject, Step, About {
  readonly page: string;
  /** The permanent address of this version. */
  readonly record: string;
}

/** More are in the report, and nobody reads them in a mail. */
const TOP_FINDINGS = 10;

const NOTHING: About = {
  report: null,
  requests: [],
  file: null,
  incident: null,
  expiresAt: null,
  claimEndsAt: null,
  targetAt: null,
};

/** $1 the submission, $2 the step or null, $3 the events that lead to the topic. */
const LOOK = `
  SELECT s.id, s.accession, s.version, s.title, s."ownerId", s.round, s."fileCount", s."fileBytes"::float8 AS "fileBytes",
         s.sealed, s."dueAt", s."releaseAt", s."touchedAt", s.tombstone, s.since, s.state AS "stateNow",
         coalesce((t.details ->> 'assignee')::uuid, s.assignee) AS assignee,
         (SELECT name FROM person WHERE id = coalesce((t.details ->> 'assignee')::uuid, s.assignee)) AS "assigneeName",
         (t.details ->> 'formerAssignee')::uuid AS "formerAssignee",
         (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', c."personId", 'role', c.role)), '[]')
            FROM collaborator c WHERE c.accession = s.accession) AS collaborators,
         t.event, t."actorId", p.name AS actor, t.comment, coalesce(t.details, '{}') AS details,
         coalesce(t."toState", s.state) AS state,
         (SELECT ${reviewed('v')} FROM review v WHERE v."submissionId" = s.id AND v.seq = t.seq) AS reviewed
    FROM submission s
    LEFT JOIN LATERAL (
      SELECT * FROM submission_transition
       WHERE "submissionId" = s.id AND CASE WHEN $2::int IS NULL THEN event = ANY ($3::text[]) ELSE seq = $2::int END
       ORDER BY seq DESC LIMIT 1) t ON true
    LEFT JOIN person p ON p.id = t."actorId"
   WHERE s.id = $1`;

type Look = (tx: EntityManager, row: Subject & Step, payload: Payload) => Promise<Partial<About>>;

const MORE: Partial<Record<NotifiedTopic, Look>> = {
  'checks.failed': async (tx, { details: { runId } }) => {
    const [report = null] = await tx.query('SELECT errors, warnings FROM validation_run WHERE id = $1', [runId]);
    const findings = await tx.query(
      `SELECT severity, rule, message, file, location, fix, count::float8 AS count FROM finding
        WHERE "runId" = $1 AND status <> 'fixed'
        ORDER BY array_position(ARRAY['error', 'warning', 'info'], severity), ordinal LIMIT ${TOP_FINDINGS}`,
      [runId],
    );
    return { report: report && { ...report, findings } };
  },
  'changes.requested': async (tx, { id }) => ({ requests: await openRequests(tx, id) }),
  'response.awaited': async (tx, { id }) => ({
    requests: await openRequests(tx, id),
    expiresAt: await dueOf(tx, id, 'expire'),
  }),
  'claim.idle': async (tx, { id }) => ({ claimEndsAt: await dueOf(tx, id, 'claim_idle') }),
  'file.refused': async (tx, _, { uploadId }) => {
    const [file = null] = await tx.query('SELECT path, problem FROM upload WHERE id = $1', [uploadId]);
    return { file };
  },
  'incident.opened': async (tx, { id, details: { runId } }, { kind }) => {
    const [incident = null] = await tx.query(
      `SELECT i.kind, i.message, r.problem FROM incident i LEFT JOIN validation_run r ON r.id = $3
        WHERE i."submissionId" = $1 AND i.kind = $2 ORDER BY i."openedAt" DESC LIMIT 1`,
      [id, kind, runId],
    );
    return { incident: incident && { ...incident, problem: incident.problem && redactText(incident.problem) } };
  },
  'submission.reminded': async (tx, { id }) => ({ expiresAt: await dueOf(tx, id, 'expire') }),
};

const openRequests = (tx: EntityManager, id: string): Promise<About['requests']> =>
  tx.query(
    `SELECT text, severity FROM change_request WHERE "submissionId" = $1 AND state = 'open' ORDER BY severity, "createdAt", id`,
    [id],
  );

async function dueOf(tx: EntityManager, id: string, kind: string): Promise<Date | null> {
  const [timer] = await tx.query(`SELECT "dueAt" FROM timer WHERE "submissionId" = $1 AND kind = $2`, [id, kind]);
  return timer?.dueAt ?? null;
}

@Injectable()
export class OccasionsService {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Null: the submission was deleted meanwhile, or is no longer where somebody is reminded of it: nobody need hear. */
  async of(tx: EntityManager, topic: NotifiedTopic, payload: Payload): Promise<Occasion | null> {
    const { submissionId, seq = null } = payload;
    const [row]: (Subject & Step & { stateNow: State })[] = await tx.query(LOOK, [submissionId, seq, eventsTo(topic)]);
    if (!row || (payload.state !== undefined && payload.state !== row.stateNow)) return null;
    const about = await MORE[topic]?.(tx, row, payload);
    const base = publicUrl(this.config);
    const since = row.since.toISOString();
    const target = targetOf(row.stateNow, since, since, this.config);
    return {
      ...NOTHING,
      targetAt: target && new Date(target.dueAt),
      ...row,
      ...about,
      page: `${base}/s/${row.id}`,
      record: `${base}/api/v1/records/${row.accession}/versions/${row.version}`,
    };
  }
}

/** The events that the chart draws with a topic among their effects. */
const LEADING_TO = new Map<string, Set<EventName>>();
for (const { eventType, actions } of edgesFrom(lifecycle.root)) {
  for (const action of actions) {
    const topic = (action as { params?: { topic?: string } }).params?.topic;
    if (topic) LEADING_TO.set(topic, (LEADING_TO.get(topic) ?? new Set()).add(eventType as EventName));
  }
}

const eventsTo = (topic: NotifiedTopic): EventName[] => [...(LEADING_TO.get(topic) ?? [])];

type Edge = ReturnType<typeof getNextTransitions>[number];

function edgesFrom(node: typeof lifecycle.root): Edge[] {
  const below = Object.values(node.states) as (typeof lifecycle.root)[];
  return [...node.transitions.values(), ...below.map(edgesFrom)].flat();
}
