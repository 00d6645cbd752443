/** What do anchors point at, now? Its hash tells whether it is still what somebody spoke of, and a little of it is shown. */
import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { canonical } from '../platform/canonical-json.js';
import { InvalidRequest } from '../platform/invalid-request.js';
import type { Submission } from '../submissions/submission.entity.js';
import type { Anchor } from './anchors.schema.js';
import { type Place, valueAt } from './suggestions-patch.js';

/** What an anchor points at. Basis null: nothing is there. */
export interface Standing {
  readonly basis: string | null;
  readonly shown: Readonly<Record<string, unknown>> | null;
}
const NOTHING: Standing = { basis: null, shown: null };

type Subject = Pick<Submission, 'id' | 'title' | 'metadata' | 'lastRunId'>;
/** Of each anchor, under its text. */
type Standings = ReadonlyMap<string, Standing>;

/** Larger values are hashed and not repeated. */
const MAX_SHOWN = 4_000;

/** Of many at once: one statement for each kind that is among them. */
export async function standingsOf(
  tx: EntityManager,
  submission: Subject,
  anchors: readonly (Anchor | null)[],
): Promise<(anchor: Anchor | null) => Standing> {
  const all = anchors.filter((anchor) => anchor !== null);
  const found: Standings = new Map([
    ...all.flatMap((anchor) => ('field' in anchor ? [entry(anchor, fieldAt(submission, anchor.field))] : [])),
    ...(await filesOf(tx, submission, all)),
    ...(await findingsOf(tx, submission, all)),
    ...(await runsOf(tx, submission, all)),
  ]);
  return (anchor) => (anchor && found.get(canonical(anchor))) ?? NOTHING;
}

/** What is spoken of must be something of the submission; a field may be empty yet. @throws InvalidRequest */
export async function mustBeThere(tx: EntityManager, submission: Subject, anchor: Anchor | null): Promise<Standing> {
  if (anchor === null) return NOTHING;
  const standing = (await standingsOf(tx, submission, [anchor]))(anchor);
  if ('file' in anchor && standing.basis === null) throw unknown('file', anchor.file);
  if ('finding' in anchor && standing.shown === null) throw unknown('finding', anchor.finding);
  return standing;
}

const entry = (anchor: Anchor, standing: Standing): [string, Standing] => [canonical(anchor), standing];
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function fieldAt({ title, metadata }: Subject, pointer: string): Standing {
  const { there, value }: Place = valueAt({ title, metadata }, pointer);
  if (!there) return NOTHING;
  const text = canonical(value);
  return { basis: hashOf(text), shown: text.length > MAX_SHOWN ? { characters: text.length } : { value } };
}

/** A file, or a folder that is one thing. */
async function filesOf(tx: EntityManager, { id }: Subject, anchors: readonly Anchor[]) {
  const wanted = anchors.flatMap((anchor) => ('file' in anchor ? [anchor] : []));
  if (wanted.length === 0) return [];
  const rows: { path: string; sha256: string | null }[] = await tx.query(
    'SELECT path, content_of($1, path) AS sha256 FROM unnest($2::text[]) AS path',
    [id, [...new Set(wanted.map(({ file }) => file))]],
  );
  const digests = new Map(rows.map(({ path, sha256 }) => [path, sha256]));
  return wanted.map((anchor) => {
    const sha256 = digests.get(anchor.file) ?? null;
    return entry(anchor, { basis: sha256, shown: sha256 === null ? null : { sha256 } });
  });
}

/** As the newest run that has it tells it; it stands while the last run has it, and not as fixed. */
async function findingsOf(tx: EntityManager, { id, lastRunId }: Subject, anchors: readonly Anchor[]) {
  const wanted = anchors.flatMap((anchor) => ('finding' in anchor ? [anchor] : []));
  if (wanted.length === 0) return [];
  const rows: { fingerprint: string; isOpen: boolean; shown: Standing['shown'] }[] = await tx.query(
    `SELECT w.fingerprint, g."isOpen", g.shown
       FROM unnest($2::text[]) AS w (fingerprint)
      CROSS JOIN LATERAL (
        SELECT r.id = $3 AND f.status <> 'fixed' AS "isOpen",
               jsonb_build_object('rule', f.rule, 'severity', f.severity, 'message', left(f.message, 500), 'file', f.file) AS shown
          FROM validation_run r JOIN finding f ON f."runId" = r.id AND f.fingerprint = w.fingerprint
         WHERE r."submissionId" = $1
         ORDER BY r."startedAt" DESC, f.ordinal LIMIT 1) g`,
    [id, wanted.map(({ finding }) => finding), lastRunId],
  );
  const found = new Map(rows.map((row) => [row.fingerprint, row]));
  return wanted.map((anchor) => {
    const { isOpen = false, shown = null } = found.get(anchor.finding) ?? {};
    return entry(anchor, { basis: isOpen ? 'open' : null, shown });
  });
}

/** What is declared of a run in each data set that has one of this name, and the files in folders named after it. */
async function runsOf(tx: EntityManager, { id, metadata }: Subject, anchors: readonly Anchor[]) {
  const wanted = anchors.flatMap((anchor) => ('run' in anchor ? [anchor] : []));
  if (wanted.length === 0) return [];
  const rows: { run: string; files: string[] }[] = await tx.query(
    `SELECT w.run, array_agg(f.path || E'\\t' || f.sha256 ORDER BY f.path COLLATE "C") AS files
       FROM unnest($2::text[]) AS w (run)
       JOIN submission_file f ON f."submissionId" = $1 AND w.run = ANY (string_to_array(f.path, '/'))
      GROUP BY w.run`,
    [id, wanted.map(({ run }) => run)],
  );
  const files = new Map(rows.map((row) => [row.run, row.files]));
  return wanted.map((anchor) => {
    const declared = declaredOf(metadata, anchor.run);
    const brought = files.get(anchor.run) ?? [];
    const isThere = declared.length > 0 || brought.length > 0;
    return entry(
      anchor,
      isThere
        ? { basis: hashOf(canonical([declared, brought])), shown: { datasets: declared.length, files: brought.length } }
        : NOTHING,
    );
  });
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

function declaredOf({ datasets }: Subject['metadata'], run: string): unknown[] {
  return Object.values(membersOf(datasets)).flatMap((dataset) => {
    const runs = membersOf(membersOf(dataset).runs);
    return Object.hasOwn(runs, run) ? [runs[run]] : [];
  });
}

const unknown = (kind: 'file' | 'finding', found: string) =>
  new InvalidRequest([
    { pointer: `/anchor/${kind}`, code: 'unknown', detail: `The submission has no ${kind} "${found}".`, found },
  ]);
