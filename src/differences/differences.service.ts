/** What is different between two revisions of a record? Of metadata, files, their content and what the checks found. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { User } from '../identity/user.js';
import type { Submission } from '../submissions/submission.entity.js';
import { contentDifference, type KnownFacts } from './content-difference.js';
import type { DifferenceQuery, DifferenceView } from './differences.schema.js';
import { fileDifferences } from './file-difference.js';
import { labelOf } from './labels.js';
import { type Pair, pairedContents } from './paired-contents.js';
import { runDifferences } from './run-difference.js';
import { type Side, Sides } from './sides.service.js';
import { type Change, differences } from './value-difference.js';

/** As JSON: a value that is longer is not told. */
const LONGEST_VALUE = 4_000;
const NO_CONTENT = { values: [], lists: [], counts: [] };

/** What is known of these bytes under this path, from whichever run: of one that ended early, less. */
const FACTS = `
  SELECT t.file, t.sha256, x.facts
    FROM unnest($1::text[], $2::text[]) AS t (file, sha256)
   CROSS JOIN LATERAL (
     SELECT c.facts FROM check_result c
      WHERE c.sha256 = t.sha256 AND c.file = t.file AND c.outcome <> 'errored' AND c.facts <> '{}'
      ORDER BY c.facts ?| ARRAY['cellCount', 'format'] DESC, c."finishedAt" DESC LIMIT 1) x`;

/** What run $1 and run $2 have left open, each fault once, and what became of it. */
const TOLD = `
  WITH was AS (SELECT DISTINCT ON (fingerprint) * FROM finding
                WHERE "runId" = $1 AND status <> 'fixed' ORDER BY fingerprint, ordinal),
       now AS (SELECT DISTINCT ON (fingerprint) * FROM finding
                WHERE "runId" = $2 AND status <> 'fixed' ORDER BY fingerprint, ordinal),
       told AS (SELECT CASE WHEN n.fingerprint IS NULL THEN 'fixed' WHEN w.fingerprint IS NULL THEN 'new' ELSE 'open' END AS became,
                       coalesce(n.fingerprint, w.fingerprint) AS fingerprint, coalesce(n."check", w."check") AS "check",
                       coalesce(n.rule, w.rule) AS rule, coalesce(n.severity, w.severity) AS severity,
                       coalesce(n.file, w.file) AS file, coalesce(n.location, w.location) AS location,
                       coalesce(n.message, w.message) AS message
                  FROM was w FULL JOIN now n ON n.fingerprint = w.fingerprint)`;
const COUNTED = `${TOLD} SELECT became AS status, count(*)::int AS n FROM told GROUP BY became`;
const LISTED = `${TOLD}
  SELECT became AS status, fingerprint, "check", rule, severity, file, location, message FROM told
   ORDER BY array_position(ARRAY['new', 'open', 'fixed'], became),
            array_position(ARRAY['error', 'warning', 'info'], severity), file, rule, fingerprint LIMIT $3`;

type Findings = Pick<DifferenceView, 'findings'> & { readonly counts: DifferenceView['summary']['findings'] };

@Injectable()
export class DifferencesService {
  constructor(
    private readonly db: DataSource,
    private readonly sides: Sides,
  ) {}

  /** @throws RevisionNotFound */
  async between(submission: Submission, { from, to, limit }: DifferenceQuery, user: User): Promise<DifferenceView> {
    const after = await this.sides.find(submission, to ?? 'draft', user);
    const { side: before, chosen } =
      from === undefined
        ? await this.sides.reviewed(submission, user)
        : { side: await this.sides.find(submission, from, user), chosen: 'asked' as const };
    const was = before ?? EMPTY;

    const fields = differences(was.document, after.document);
    const files = fileDifferences(was.files, after.files);
    const pairs = pairedContents(was, after);
    const runs = runDifferences(was.document.metadata ?? {}, after.document.metadata);
    const { findings, counts } = await this.findings(before, after, limit);
    const self = `/api/v1/submissions/${submission.id}`;
    return {
      from: before?.shown ?? null,
      to: after.shown,
      comparedWith: chosen,
      summary: {
        metadata: countsOf(fields, ['added', 'removed', 'changed', 'moved']),
        files: {
          ...countsOf(files, ['added', 'removed', 'changed', 'renamed']),
          unchanged: after.files.length - files.filter((change) => change.kind !== 'removed').length,
          bytes: { before: bytesOf(was.files), after: bytesOf(after.files) },
        },
        runs: { added: total(runs, 'added'), removed: total(runs, 'removed') },
        findings: counts,
      },
      metadata: bounded(fields, limit, (field) => fieldView(field, after)),
      files: bounded(files, limit, (file) => file),
      contents: await this.contents(pairs, limit),
      runs: bounded(runs, limit, ({ dataset, added, removed }) => ({
        ...{ dataset, added: added.slice(0, limit), removed: removed.slice(0, limit) },
        more: Math.max(0, added.length - limit) + Math.max(0, removed.length - limit),
      })),
      findings,
      links: { submission: self, revisions: `${self}/revisions` },
    };
  }

  /** Those about which there is nothing to tell are left out. */
  private async contents(pairs: readonly Pair[], limit: number): Promise<DifferenceView['contents']> {
    const looked = pairs.slice(0, limit);
    const facts = await this.facts(
      looked.flatMap(({ before, after }) => [before, after].filter((one) => one !== null)),
    );
    const items = looked.flatMap(({ before, after, ...pair }) => {
      const told =
        before?.sha256 === after?.sha256
          ? null
          : contentDifference({ before: facts.of(before), after: facts.of(after) });
      if (told === null && pair.title === null && pair.position === null) return [];
      const kind = before === null ? 'added' : after === null ? 'removed' : told ? 'changed' : 'same';
      return [{ ...pair, ...(told ?? NO_CONTENT), kind } as DifferenceView['contents']['items'][number]];
    });
    return { items, more: pairs.length - looked.length };
  }

  private async facts(things: readonly { readonly path: string; readonly sha256: string }[]) {
    const rows: { file: string; sha256: string; facts: KnownFacts }[] =
      things.length === 0
        ? []
        : await this.db.query(FACTS, [things.map(({ path }) => path), things.map(({ sha256 }) => sha256)]);
    const known = new Map(rows.map(({ file, sha256, facts }) => [`${sha256} ${file}`, facts]));
    return {
      of: (thing: { readonly path: string; readonly sha256: string } | null): KnownFacts | null =>
        thing === null ? null : (known.get(`${thing.sha256} ${thing.path}`) ?? null),
    };
  }

  /** Null where the checks have not judged both as they are. */
  private async findings(before: Side | null, after: Side, limit: number): Promise<Findings> {
    const [was, now] = [before?.shown.run?.id, after.shown.run?.id];
    if (was === undefined || now === undefined) return { findings: null, counts: null };
    type Row = NonNullable<DifferenceView['findings']>['items'][number];
    const counted: { status: Row['status']; n: number }[] = await this.db.query(COUNTED, [was, now]);
    const items: Row[] = await this.db.query(LISTED, [was, now, limit]);
    const of = (status: Row['status']) => counted.find((one) => one.status === status)?.n ?? 0;
    const counts = { fixed: of('fixed'), new: of('new'), open: of('open') };
    return { findings: { items, more: counts.fixed + counts.new + counts.open - items.length }, counts };
  }
}

/** What is compared with, where there is nothing yet. */
const EMPTY: Pick<Side, 'datasets' | 'files'> & { readonly document: Partial<Side['document']> } = {
  document: {},
  datasets: [],
  files: [],
};

const bounded = <Item, View>(all: readonly Item[], limit: number, view: (item: Item) => View) => ({
  items: all.slice(0, limit).map(view),
  more: Math.max(0, all.length - limit),
});

function countsOf<Kind extends string>(
  changes: readonly { readonly kind: string }[],
  kinds: readonly Kind[],
): Record<Kind, number> {
  const counts = kinds.map((kind) => [kind, changes.filter((change) => change.kind === kind).length]);
  return Object.fromEntries(counts) as Record<Kind, number>; // each of `kinds` is there
}

const bytesOf = (files: Side['files']): number => files.reduce((sum, [, size]) => sum + size, 0);
const total = (runs: ReturnType<typeof runDifferences>, which: 'added' | 'removed'): number =>
  runs.reduce((sum, change) => sum + change[which].length, 0);

function fieldView(change: Change, { profile }: Side): DifferenceView['metadata']['items'][number] {
  const { kind, pointer, from, item, ...values } = change;
  const cut = Object.values(values).some((value) => (JSON.stringify(value) ?? '').length > LONGEST_VALUE);
  return { kind, pointer, from, item, label: labelOf(profile, pointer), cut, ...(!cut && values) };
}
