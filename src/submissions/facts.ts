/** What must be known to decide on a step? One look at the database, within the step's transaction. */
import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { ALL, profileOf } from '../../checks/profiles/index.js';
import { faultsOf, type MetadataFault, missingFiles, type Profile, patternOf } from '../../checks/profiles/profile.js';
import { UNKNOWN_IDENTIFIERS, type UnknownIdentifier, unknownFaults } from '../lookups/lookup-rows.js';
import type { Facts } from './events.js';
import { notAtCrossref } from './guards.js';
import type { Submission } from './submission.entity.js';

/** What the database knows of the facts, and from what they were made. */
export interface Known
  extends Pick<
    Facts,
    | 'revision'
    | 'lacking'
    | 'fileCount'
    | 'underWay'
    | 'unanswered'
    | 'unansweredTexts'
    | 'openRequests'
    | 'blockingRequests'
    | 'blockingThreads'
    | 'openSuggestions'
    | 'unticked'
    | 'unwaived'
    | 'stepsDone'
    | 'openVersion'
    | 'unlearnt'
    | 'editions'
    | 'unknownDoi'
    | 'unknownIdentifiers'
    | 'authors'
    | 'excused'
  > {
  readonly faults: readonly MetadataFault[];
  /** The hashes on which ticks stand. */
  readonly bases: Bases;
  readonly fileBytes: number;
}

export type Bases = Readonly<Record<'metadata' | 'files' | 'all', string>>;

/** For events whose guards ask for none of it. */
export const UNKNOWN: Known = {
  revision: '',
  lacking: [],
  fileCount: 0,
  underWay: 0,
  unanswered: 0,
  unansweredTexts: [],
  openRequests: 0,
  blockingRequests: 0,
  blockingThreads: 0,
  openSuggestions: 0,
  unticked: 0,
  unwaived: 0,
  stepsDone: false,
  openVersion: false,
  unlearnt: 0,
  editions: 0,
  unknownDoi: null,
  unknownIdentifiers: [],
  authors: [],
  excused: null,
  faults: [],
  bases: { metadata: '', files: '', all: '' },
  fileBytes: 0,
};

/** What a statement with `FACTS` finds. */
export interface FactsRow {
  readonly metadata: unknown;
  readonly facts: Omit<Known, 'lacking' | 'unticked' | 'faults' | 'bases' | 'revision' | 'unknownIdentifiers'> & {
    readonly metadataHash: string;
    readonly filesHash: string;
    readonly counts: readonly number[];
    readonly unknown: readonly UnknownIdentifier[];
    readonly ticks: readonly { readonly item: string; readonly basis: string }[];
  };
}

/**
 * What was said of data sets: only what somebody has said, so that the hash of a submission without it is as it always was.
 * Beside it: how many of them the last run has learnt nothing of, and by how many editions of the rules a check has judged them.
 */
const DATASETS = `
   CROSS JOIN LATERAL (
     SELECT coalesce(jsonb_agg(jsonb_build_array(d.path, d.title, d.ordinal) ORDER BY d.path COLLATE "C")
                       FILTER (WHERE d.title IS NOT NULL OR d.ordinal IS NOT NULL), '[]') AS said,
            count(*) FILTER (WHERE NOT EXISTS (
              SELECT FROM check_result r WHERE r."runId" = s."lastRunId" AND r.file = x.path AND r.sha256 = x.sha256
                 AND r.facts ->> 'cellCount' IS NOT NULL)) AS unlearnt
       FROM dataset d JOIN submission_file x ON x."submissionId" = d."submissionId" AND x.path = d.path
      WHERE d."submissionId" = s.id) d
   CROSS JOIN LATERAL (
     SELECT coalesce(max(n), 0) AS editions FROM (
       SELECT count(DISTINCT r.edition) AS n
         FROM dataset d
         JOIN submission_file x ON x."submissionId" = d."submissionId" AND x.path = d.path
         JOIN check_result r ON r."runId" = s."lastRunId" AND r.file = x.path AND r.sha256 = x.sha256
        WHERE d."submissionId" = s.id GROUP BY r."check") by_check) e`;

/** People of ours whose ORCID iD the metadata name. */
const AUTHORS = `
  (SELECT coalesce(jsonb_agg(DISTINCT p.id), '[]') FROM lookup_use u JOIN person p ON p.orcid = u.value
    WHERE u."submissionId" = s.id AND u.kind = 'ORCID')`;

/** An assignment to somebody else ends what an admin has allowed. */
const EXCUSED = `
  (SELECT t.details -> 'override' FROM submission_transition t
    WHERE t."submissionId" = s.id AND t.details ?| ARRAY['override', 'assignee'] ORDER BY t.seq DESC LIMIT 1)`;

/**
 * What a statement about a submission `s` selects, besides its metadata, and joins to know the facts; its $2 is FILE_RULES.
 * `jsonb` writes an object in one order whatever order it came in, so that equal metadata have equal hashes.
 */
export const FACTS = {
  column: `jsonb_build_object(
     'metadataHash', m.hash, 'filesHash', f.hash, 'fileCount', f.count, 'fileBytes', f.bytes, 'counts', c.counts,
     'underWay', u.count, 'unanswered', r.unanswered, 'unansweredTexts', r.texts, 'openRequests', r.open, 'blockingRequests', r.blocking,
     'blockingThreads', (SELECT count(*) FROM thread h WHERE h."submissionId" = s.id AND h.state = 'open' AND h.blocking),
     'openSuggestions', (SELECT count(*) FROM suggestion g WHERE g."submissionId" = s.id AND g.state = 'open'),
     'unwaived', w.count, 'stepsDone', p.done, 'ticks', t.ticks, 'openVersion', o.there,
     'unlearnt', d.unlearnt, 'editions', e.editions, 'authors', ${AUTHORS}, 'excused', ${EXCUSED},
     'unknownDoi', (SELECT doi FROM doi_lookup WHERE "submissionId" = s.id AND state = 'not_found'),
     'unknown', ${UNKNOWN_IDENTIFIERS}) AS facts`,
  joins: `${DATASETS}
   CROSS JOIN LATERAL (
     SELECT encode(sha256(convert_to(
       (jsonb_build_array(s.profile, s."profileVersion", s.title, s.metadata) || d.said)::text, 'UTF8')), 'hex') AS hash) m
   CROSS JOIN LATERAL (
     SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes,
            encode(sha256(convert_to(
              coalesce(string_agg(path || E'\\t' || sha256, E'\\n' ORDER BY path COLLATE "C"), ''), 'UTF8')), 'hex') AS hash
       FROM submission_file WHERE "submissionId" = s.id) f
   CROSS JOIN LATERAL (
     SELECT coalesce(array_agg((SELECT count(*) FROM submission_file
                                 WHERE "submissionId" = s.id AND lower(path) ~ rule.pattern) ORDER BY rule.i), '{}') AS counts
       FROM jsonb_array_elements_text($2::jsonb -> (s.profile || ' ' || s."profileVersion"))
              WITH ORDINALITY AS rule (pattern, i)) c
   CROSS JOIN LATERAL (
     SELECT count(*) AS count FROM upload WHERE "submissionId" = s.id AND state IN ('receiving', 'verifying')) u
   CROSS JOIN LATERAL (
     SELECT count(*) FILTER (WHERE state = 'open' AND severity = 'must') AS unanswered,
            coalesce(jsonb_agg(left(regexp_replace(text, '\\s+', ' ', 'g'), 80) ORDER BY "createdAt", id)
                       FILTER (WHERE state = 'open' AND severity = 'must'), '[]') AS texts,
            count(*) FILTER (WHERE state = 'open') AS open,
            count(*) FILTER (WHERE state IN ('open', 'answered') AND severity = 'must') AS blocking
       FROM change_request WHERE "submissionId" = s.id) r
   CROSS JOIN LATERAL (
     SELECT count(DISTINCT g.fingerprint) AS count
       FROM finding g
      WHERE g."runId" = s."lastRunId" AND g.severity = 'error' AND g.status <> 'fixed'
        AND NOT EXISTS (SELECT FROM waiver x
                         WHERE x."submissionId" = s.id AND x.fingerprint = g.fingerprint
                            AND x.basis = content_of(s.id, g.file))) w
   CROSS JOIN LATERAL (
     SELECT coalesce(bool_and(q.goal = 'public' AND q."finishedAt" IS NOT NULL), false) AS done
       FROM publication q WHERE q."submissionId" = s.id) p
   CROSS JOIN LATERAL (
     SELECT coalesce(jsonb_agg(jsonb_build_object('item', item, 'basis', basis)), '[]') AS ticks
       FROM checklist_tick WHERE "submissionId" = s.id AND done) t
   CROSS JOIN LATERAL (
     SELECT EXISTS (SELECT FROM submission n WHERE n.accession = s.accession AND n.id <> s.id
        AND n.state NOT IN ('withdrawn', 'rejected')
        AND (n.version > s.version OR (n.state NOT LIKE 'published.%' AND n.state <> 'tombstoned'))) AS there) o`,
} as const;

/** By profile and version, a regular expression for each of its file rules. */
export const FILE_RULES = JSON.stringify(
  Object.fromEntries(ALL.map((profile) => [`${profile.id} ${profile.version}`, profile.files.map(patternOf)])),
);

const LOOK = `SELECT s.metadata, ${FACTS.column} FROM submission s ${FACTS.joins} WHERE s.id = $1`;

/** `tx` sees what the step itself has written; `submission` is needed for what never changes. */
export async function factsOf(tx: EntityManager, submission: Submission): Promise<Known> {
  const [row]: [FactsRow] = await tx.query(LOOK, [submission.id, FILE_RULES]);
  return knownOf(submission, row);
}

export function knownOf(submission: Submission, { metadata, facts }: FactsRow): Known {
  const { metadataHash, filesHash, counts, ticks, unknown, ...known } = facts;
  const profile = profileOf(submission);
  const faults = faultsOf(profile, metadata);
  const doi = known.unknownDoi === null ? [] : [{ pointer: '/doi', detail: notAtCrossref(known.unknownDoi) }];
  const identifiers = unknownFaults(unknown);
  const bases = basesOf(metadataHash, filesHash);
  return {
    ...known,
    unknownIdentifiers: identifiers.map(({ pointer, detail }) => `/metadata${pointer}: ${detail}`),
    faults: [...faults, ...doi, ...identifiers],
    bases,
    revision: bases.all,
    lacking: [...faults.map(({ pointer, detail }) => `${pointer}: ${detail}`), ...missingFiles(profile, counts)],
    unticked: untickedItems(profile, bases, ticks).length,
  };
}

const basesOf = (metadata: string, files: string): Bases => ({
  metadata,
  files,
  all: createHash('sha256').update(`${metadata} ${files}`).digest('hex'),
});

/** The items that a person must tick and has not, for what is here now. */
function untickedItems({ checklist }: Profile, bases: Bases, ticks: FactsRow['facts']['ticks']) {
  const ticked = new Set(ticks.map(({ item, basis }) => `${item} ${basis}`));
  return checklist.filter(({ id, auto, of }) => !auto && !ticked.has(`${id} ${bases[of]}`));
}
