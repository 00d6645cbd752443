/**
 * Which figures are there, and what does each count? A row for each: its words, its columns, and the statement that makes
 * it of `stay`, `review_round` and the findings (`keep-figures.ts`). A week begins on Monday, 00:00 UTC; one in which
 * nothing happened is there with 0.
 *
 * - An **arrival** is the first time that a submission is sent in; a **resubmission** is every other time.
 * - A **decision** is an approval, a rejection, or a request for changes; it counts in the week in which it was made.
 * - A **stay** is the time from the step that led into a state to the one that led out of it. It counts when it ends, and
 *   in the round of review that the submission was in, or had behind it: 0 before the first.
 * - A **round of review** begins when a submission has passed the checks and comes into the queue, or is reopened.
 * - The **first response** to a round is the first step of a curator that the submitter is told of: a request for changes,
 *   an approval, a rejection, an amendment of the metadata, or a hold. A claim is none, and neither is a comment.
 * - A round **came back** when its changes were requested and the next one has begun since.
 * - A rule **fails** once for each fault that a run of checks finds and the run before it had not found.
 */

/** $1 and $2: from when, to when (not included); $3: the profiles, or null: all. */
const PROFILE = (column: string) => `($3::text[] IS NULL OR ${column} = ANY ($3))`;
const WEEK = (column: string) => `date_trunc('week', ${column} AT TIME ZONE 'UTC')`;
const WEEKS = `
  weeks AS (SELECT generate_series(${WEEK('$1::timestamptz')}, ($2::timestamptz - interval '1 microsecond') AT TIME ZONE 'UTC',
                                   interval '1 week') AS week)`;
/** As a float: `extract` would reckon with numerics, which takes several times as long. */
const SECONDS = (from: string, to: string) => `date_part('epoch', ${to} - ${from})`;
const PERCENTILES = (value: string) => `percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY ${value})`;

export type Unit = 'week' | 'seconds' | 'share' | 'count' | 'text' | 'submissions';
export interface Figure {
  readonly title: string;
  readonly definition: string;
  readonly columns: Readonly<Record<string, { readonly title: string; readonly unit: Unit }>>;
  readonly sql: string;
}

const count = (title: string) => ({ title, unit: 'count' }) as const;
const seconds = (title: string) => ({ title, unit: 'seconds' }) as const;
const week = { title: 'Week', unit: 'week' } as const;

export const FIGURES = {
  weekly: {
    title: 'Arrivals and decisions',
    definition:
      'By week: submissions that were sent in for the first time, those sent in again, and what was decided and published.',
    columns: {
      week,
      arrivals: count('Arrivals'),
      resubmissions: count('Resubmissions'),
      approved: count('Approved'),
      changesRequested: count('Changes requested'),
      rejected: count('Rejected'),
      published: count('Published'),
    },
    sql: `
      WITH ${WEEKS}, counted AS (
        SELECT ${WEEK('"leftAt"')} AS week, event, "isFirst", count(*)::int AS n FROM stay
         WHERE "leftAt" >= $1 AND "leftAt" < $2 AND ${PROFILE('profile')}
           AND event IN ('submitter.submit', 'curator.approve', 'curator.request_changes', 'curator.reject', 'system.publish_done')
         GROUP BY 1, 2, 3)
      SELECT to_char(w.week, 'YYYY-MM-DD') AS week,
             coalesce(sum(n) FILTER (WHERE event = 'submitter.submit' AND "isFirst"), 0)::int AS arrivals,
             coalesce(sum(n) FILTER (WHERE event = 'submitter.submit' AND NOT "isFirst"), 0)::int AS resubmissions,
             coalesce(sum(n) FILTER (WHERE event = 'curator.approve'), 0)::int AS approved,
             coalesce(sum(n) FILTER (WHERE event = 'curator.request_changes'), 0)::int AS "changesRequested",
             coalesce(sum(n) FILTER (WHERE event = 'curator.reject'), 0)::int AS rejected,
             coalesce(sum(n) FILTER (WHERE event = 'system.publish_done'), 0)::int AS published
        FROM weeks w LEFT JOIN counted c USING (week) GROUP BY w.week ORDER BY w.week`,
  },

  'time-in-state': {
    title: 'Time in each state',
    definition:
      'By state and round of review: how many stays ended in the time asked for, and how long half of them, and nine in ten, took at most.',
    columns: {
      state: { title: 'State', unit: 'text' },
      round: count('Round'),
      stays: count('Stays'),
      p50: seconds('Half took at most'),
      p90: seconds('Nine in ten took at most'),
    },
    sql: `
      SELECT state, round, n AS stays, p[1] AS p50, p[2] AS p90
        FROM (SELECT state, round, count(*)::int AS n, ${PERCENTILES(SECONDS('"enteredAt"', '"leftAt"'))} AS p
                FROM stay WHERE "leftAt" >= $1 AND "leftAt" < $2 AND ${PROFILE('profile')} GROUP BY state, round) x
       ORDER BY state, round`,
  },

  'first-response': {
    title: 'First response',
    definition:
      'By the week in which a round of review began: how long it took until a curator requested changes, approved, rejected, amended the metadata or put it on hold. A claim or a comment is no response.',
    columns: {
      week,
      rounds: count('Rounds'),
      answered: count('Answered'),
      p50: seconds('Half took at most'),
      p90: seconds('Nine in ten took at most'),
    },
    sql: `
      WITH ${WEEKS}, told AS (
        SELECT ${WEEK('"openedAt"')} AS week, count(*)::int AS rounds, count("respondedAt")::int AS answered,
               ${PERCENTILES(SECONDS('"openedAt"', '"respondedAt"'))} AS p
          FROM review_round WHERE "openedAt" >= $1 AND "openedAt" < $2 AND ${PROFILE('profile')} GROUP BY 1)
      SELECT to_char(w.week, 'YYYY-MM-DD') AS week, coalesce(rounds, 0) AS rounds, coalesce(answered, 0) AS answered,
             p[1] AS p50, p[2] AS p90
        FROM weeks w LEFT JOIN told USING (week) ORDER BY w.week`,
  },

  resubmission: {
    title: 'Resubmissions',
    definition:
      'By the week of the decision: of the rounds of review that were decided, the share that asked for changes; and of these, the share that has come back into review since.',
    columns: {
      week,
      decided: count('Decided'),
      changesRequested: count('Changes requested'),
      cameBack: count('Came back'),
      requestRate: { title: 'Share that asked for changes', unit: 'share' },
      returnRate: { title: 'Share of these that came back', unit: 'share' },
    },
    sql: `
      WITH ${WEEKS}, told AS (
        SELECT ${WEEK('r."decidedAt"')} AS week, count(*)::int AS decided,
               count(*) FILTER (WHERE r.decision = 'curator.request_changes')::int AS requested, count(n.round)::int AS back
          FROM review_round r
          LEFT JOIN review_round n ON r.decision = 'curator.request_changes'
                AND n."submissionId" = r."submissionId" AND n.round = r.round + 1
         WHERE r."decidedAt" >= $1 AND r."decidedAt" < $2 AND ${PROFILE('r.profile')} GROUP BY 1)
      SELECT to_char(w.week, 'YYYY-MM-DD') AS week, coalesce(decided, 0) AS decided,
             coalesce(requested, 0) AS "changesRequested", coalesce(back, 0) AS "cameBack",
             requested::float8 / nullif(decided, 0) AS "requestRate", back::float8 / nullif(requested, 0) AS "returnRate"
        FROM weeks w LEFT JOIN told USING (week) ORDER BY w.week`,
  },

  'failing-rules': {
    title: 'Rules that fail most',
    definition:
      'The fifty rules that most submissions broke in the runs of checks that ended in the time asked for: each fault once, in the run that first found it. With a few of the submissions, so that the words of the rule can be held against what people did.',
    columns: {
      check: { title: 'Check', unit: 'text' },
      rule: { title: 'Rule', unit: 'text' },
      severity: { title: 'Severity', unit: 'text' },
      submissions: count('Submissions'),
      findings: count('Findings'),
      affected: { title: 'For example', unit: 'submissions' },
    },
    sql: `
      WITH failed AS (
        SELECT f."check" COLLATE "C" AS "check", f.rule COLLATE "C" AS rule, f.severity COLLATE "C" AS severity,
               r."submissionId", count(*) AS n
          FROM validation_run r JOIN finding f ON f."runId" = r.id AND f.status = 'new'
         WHERE r.state = 'done' AND r."finishedAt" >= $1 AND r."finishedAt" < $2
           AND ($3::text[] IS NULL OR r."submissionId" IN (SELECT id FROM submission WHERE profile = ANY ($3)))
         GROUP BY 1, 2, 3, 4),
      told AS (
        SELECT "check", rule, severity, count(*)::int AS submissions, sum(n)::int AS findings,
               (array_agg("submissionId"))[1:5] AS few
          FROM failed GROUP BY 1, 2, 3 ORDER BY submissions DESC, findings DESC, rule LIMIT 50)
      SELECT t."check", t.rule, t.severity, t.submissions, t.findings,
             (SELECT jsonb_agg(jsonb_build_object('id', s.id, 'title', s.title, 'link', '/api/v1/submissions/' || s.id)
                               ORDER BY s."updatedAt" DESC)
                FROM submission s WHERE s.id = ANY (t.few)) AS affected
        FROM told t ORDER BY t.submissions DESC, t.findings DESC, t.rule`,
  },
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as [FigureName, ...FigureName[]];
