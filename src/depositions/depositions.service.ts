/** How do the files and the metadata of a deposition agree? By what is known of the files now: none is read for it. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  type BroughtFile,
  depositionKindOf,
  type Judged,
  judgeDeposition,
} from '../../checks/deposition/judge-deposition.js';
import type { Cell } from '../../checks/deposition/matrix.js';
import { wholeThings } from '../../checks/whole-things.js';
import { FilesService } from '../files/files.service.js';
import type { Submission } from '../submissions/submission.entity.js';
import { NoDeposition } from './depositions.errors.js';
import type { CellHistory, CellHistoryQuery, CellsFilter, CellView } from './depositions.schema.js';
import { KnownTomograms } from './known-tomograms.js';

/** Of these bytes under this path: what a run has learnt, or else what was seen before anything was submitted. */
const FACTS = `
  SELECT t.file, x.facts
    FROM unnest($1::text[], $2::text[]) AS t (file, sha256)
   CROSS JOIN LATERAL (
     (SELECT c.facts, 1 AS rank, c."finishedAt" FROM check_result c
       WHERE c.sha256 = t.sha256 AND c.file = t.file AND c.outcome <> 'errored' AND c.facts ? 'format'
       ORDER BY c."finishedAt" DESC LIMIT 1)
     UNION ALL
     (SELECT e.facts, 0, e."finishedAt" FROM examined e
       WHERE e.sha256 = t.sha256 AND e.file = t.file AND e.facts ? 'format' LIMIT 1)
     ORDER BY rank DESC LIMIT 1) x`;

const CELLS = `
  SELECT m.ordinal, m.dataset, m.run, m.rule, m.status, m.reason, m.expected, m.found, m.findings
    FROM matrix_cell m JOIN validation_run r ON r.id = m."runId"
   WHERE r.id = $1 AND r."submissionId" = $2
     AND ($3::text IS NULL OR m.status = $3) AND ($4::text IS NULL OR m.rule = $4)
     AND ($5::text IS NULL OR m.dataset = $5) AND ($6::text IS NULL OR m.run = $6)
     AND m.ordinal > $7 ORDER BY m.ordinal LIMIT $8`;

export type Waivers = ReadonlyMap<string, string>;

@Injectable()
export class DepositionsService {
  constructor(
    private readonly db: DataSource,
    private readonly files: FilesService,
    private readonly tomograms: KnownTomograms,
  ) {}

  /** As things stand: files, what is known of them, and the metadata. @throws NoDeposition */
  async judged(submission: Submission): Promise<Judged & { readonly unread: number }> {
    const kind = depositionKindOf({ id: submission.profile, version: submission.profileVersion });
    if (kind === null) throw new NoDeposition(submission.profile);
    const things = wholeThings(await this.files.manifest(submission.id));
    const rows: { file: string; facts: BroughtFile['facts'] }[] = await this.db.query(FACTS, [
      things.map(({ path }) => path),
      things.map(({ sha256 }) => sha256),
    ]);
    const facts = new Map(rows.map((row) => [row.file, row.facts]));
    const stored = await this.files.stored(things.map(({ sha256 }) => sha256));
    const files = things.map(({ path, sha256, size, parts }) => ({
      ...{ path, sha256, bytes: size, facts: facts.get(path) ?? null },
      ...(parts === null && { stored: stored.get(sha256) ?? null }),
    }));
    const targets = await this.tomograms.of(submission);
    const judged = judgeDeposition({ kind, metadata: submission.metadata, files, ...targets });
    return { ...judged, unread: files.filter((file) => file.facts === null).length };
  }

  /** Cells of a run of checks, as they were judged then. */
  async cells(
    submission: Submission,
    runId: string,
    { status, rule, dataset, run }: CellsFilter,
    limit: number | null,
    afterOrdinal: number,
  ): Promise<(CellView & { ordinal: number })[]> {
    const filter = [status ?? null, rule ?? null, dataset ?? null, run ?? null];
    const rows: (Cell & { ordinal: number })[] = await this.db.query(CELLS, [
      ...[runId, submission.id, ...filter],
      ...[afterOrdinal, limit],
    ]);
    const waivers = await this.waivers(submission.id);
    return rows.map((row) => ({ ...viewOf(row, waivers), ordinal: row.ordinal }));
  }

  async countCells(submissionId: string, runId: string, { status, rule, dataset, run }: CellsFilter): Promise<number> {
    const [{ n }] = await this.db.query(
      `SELECT count(*)::int AS n FROM matrix_cell m JOIN validation_run r ON r.id = m."runId"
        WHERE r.id = $1 AND r."submissionId" = $2
          AND ($3::text IS NULL OR m.status = $3) AND ($4::text IS NULL OR m.rule = $4)
          AND ($5::text IS NULL OR m.dataset = $5) AND ($6::text IS NULL OR m.run = $6)`,
      [runId, submissionId, status ?? null, rule ?? null, dataset ?? null, run ?? null],
    );
    return n;
  }

  /** What the runs of checks said of these cells, the newest first. */
  async history(submissionId: string, { dataset, run, rule }: CellHistoryQuery): Promise<CellHistory['items']> {
    const rows: (Omit<CellHistory['items'][number], 'startedAt'> & { startedAt: Date })[] = await this.db.query(
      `SELECT r.id AS "runId", r."startedAt", m.dataset, m.run, m.rule, m.status, m.expected, m.found
         FROM validation_run r JOIN matrix_cell m ON m."runId" = r.id
        WHERE r."submissionId" = $1 AND ($2::text IS NULL OR m.dataset = $2) AND ($3::text IS NULL OR m.run = $3)
          AND ($4::text IS NULL OR m.rule = $4)
        ORDER BY r."startedAt" DESC, m.ordinal LIMIT 200`,
      [submissionId, dataset ?? null, run ?? null, rule ?? null],
    );
    return rows.map((row) => ({ ...row, startedAt: row.startedAt.toISOString() }));
  }

  /** Reasons of those that hold for the files as they are, by fingerprint. */
  async waivers(submissionId: string): Promise<Waivers> {
    const rows: { fingerprint: string; reason: string }[] = await this.db.query(
      'SELECT fingerprint, reason FROM waiver WHERE "submissionId" = $1 AND basis = content_of($1, file)',
      [submissionId],
    );
    return new Map(rows.map(({ fingerprint, reason }) => [fingerprint, reason]));
  }
}

export const viewOf = ({ findings, ...cell }: Cell, waivers: Waivers): CellView => ({
  ...cell,
  findings: findings.map(({ check, rule, samples, ...finding }) => {
    const reason = waivers.get(finding.fingerprint);
    return {
      ...finding,
      samples: [...samples],
      waiver: reason === undefined ? null : { reason },
    } as CellView['findings'][number];
  }),
});

export const fits = (cell: Cell, { status, rule, dataset, run }: CellsFilter): boolean =>
  (status === undefined || cell.status === status) &&
  (rule === undefined || cell.rule === rule) &&
  (dataset === undefined || cell.dataset === dataset) &&
  (run === undefined || cell.run === run);
