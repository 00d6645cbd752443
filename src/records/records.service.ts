/** What is public? Versions that were published, as anybody may read them, and what is left of those that were taken down. */
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG, type Config, publicUrl } from '../config.js';
import { DatasetsService } from '../datasets/datasets.service.js';
import { nameOf } from '../files/names.js';
import { instantKey } from '../platform/page.js';
import type { Tombstone } from '../submissions/submission.entity.js';
import { citationOf, datasetCitation, permanentUrl } from './citation.js';
import { fileKey } from './public-copy.js';
import { publicMetadata } from './public-metadata.js';
import { FilesOnTheirWay, RecordFileNotFound, RecordNotFound, Tombstoned } from './records.errors.js';
import type { RecordSummary, RecordVersion, RecordView } from './records.schema.js';

/** Whoever comes here unasked is shown this and nothing else. */
const WAS_PUBLIC = `(s.state LIKE 'published.%' OR s.state = 'tombstoned')`;

/** $1 the accession, $2 the version or null: the newest. */
const FIND = `
  SELECT s.id, s.accession, s.version, s.title, s.profile, s."profileVersion", s.metadata, s.sealed, s."publishedAt",
         s.policy ->> 'licence' AS licence,
         s.tombstone, s."lastRunId", p.goal = 'public' AND p."finishedAt" IS NOT NULL AS "filesThere",
         (SELECT count(*)::int FROM submission s WHERE s.accession = $1 AND ${WAS_PUBLIC}) AS versions,
         (SELECT max(s.version) FROM submission s WHERE s.accession = $1 AND ${WAS_PUBLIC}) AS newest
    FROM submission s LEFT JOIN publication p ON p."submissionId" = s.id
   WHERE s.accession = $1 AND ${WAS_PUBLIC} AND ($2::int IS NULL OR s.version = $2)
   ORDER BY s.version DESC LIMIT 1`;

/** $1 the submission, $2 its last run: what that has learnt about these bytes. */
const FILES = `
  SELECT f.path, f.size::float8 AS size, f.sha256,
         (SELECT coalesce(jsonb_object_agg(c."check", c.facts), '{}') FROM check_result c
           WHERE c."runId" = $2 AND c.file = f.path AND c.sha256 = f.sha256) AS facts
    FROM submission_file f WHERE f."submissionId" = $1 ORDER BY f.path COLLATE "C"`;

interface Found {
  readonly id: string;
  readonly accession: string;
  readonly version: number;
  readonly title: string;
  readonly profile: string;
  readonly profileVersion: string;
  readonly metadata: Record<string, unknown>;
  readonly licence: string | null;
  readonly sealed: string | null;
  readonly publishedAt: Date;
  readonly tombstone: Tombstone | null;
  readonly lastRunId: string | null;
  readonly filesThere: boolean | null;
  readonly versions: number;
  readonly newest: number;
}

export interface Filter {
  readonly q?: string | undefined;
  readonly profile?: string | undefined;
}

/** Where a page begins: behind this record. */
export interface After {
  readonly publishedAt: string;
  readonly id: string;
}

@Injectable()
export class RecordsService {
  private readonly base: string;

  constructor(
    private readonly db: DataSource,
    private readonly datasets: DatasetsService,
    @Inject(CONFIG) config: Config,
  ) {
    this.base = publicUrl(config);
  }

  /** The newest version of each record, the last published first. */
  async page(
    filter: Filter,
    limit: number,
    after: After | null,
  ): Promise<(RecordSummary & { id: string; publishedAtKey: string })[]> {
    const { where, params } = filtered(filter);
    if (after) {
      params.push(after.publishedAt, after.id);
      const [at, id] = [`$${params.length - 1}::timestamptz`, `$${params.length}::uuid`];
      where.push(`s."publishedAt" <= ${at} AND (s."publishedAt" < ${at} OR s.id > ${id})`);
    }
    params.push(limit);
    const rows = await this.db.query(
      `SELECT s.id, s.accession, s.version, s.title, s.profile, s."profileVersion", s."publishedAt", s."fileCount",
              s."fileBytes"::float8 AS "fileBytes", ${instantKey('s."publishedAt"')} AS "publishedAtKey"
         FROM submission s WHERE ${where.join(' AND ')}
        ORDER BY s."publishedAt" DESC, s.id LIMIT $${params.length}`,
      params,
    );
    return rows.map(
      ({ fileCount, fileBytes, publishedAt, ...row }: Found & { fileCount: number; fileBytes: number }) => ({
        ...row,
        files: { count: fileCount, bytes: fileBytes },
        publishedAt: publishedAt.toISOString(),
        permanentUrl: permanentUrl(this.base, row),
        links: linksOf(row.accession),
      }),
    );
  }

  async count(filter: Filter): Promise<number> {
    const { where, params } = filtered(filter);
    const [{ n }] = await this.db.query(
      `SELECT count(*)::int AS n FROM submission s WHERE ${where.join(' AND ')}`,
      params,
    );
    return n;
  }

  /** A version, or the newest. @throws RecordNotFound, Tombstoned */
  async read(accession: string, version: number | null): Promise<RecordView> {
    const found = await this.find(accession, version);
    const files: RecordView['files'] = await this.db.query(FILES, [found.id, found.lastRunId]);
    const address = permanentUrl(this.base, found);
    const datasets = await this.datasets.published(found.id);
    const { id, sealed, publishedAt, tombstone, lastRunId, filesThere, newest, ...shown } = found;
    return {
      ...shown,
      files: files.map((file) => ({ ...file, url: `${address}/files/${encoded(file.path)}` })),
      datasets: datasets.map((dataset) => {
        const url = `${address}/files/${encoded(dataset.path)}`;
        return { ...dataset, url, citation: datasetCitation(found, url, this.base) };
      }),
      revisionHash: sealed,
      publishedAt: publishedAt.toISOString(),
      supersededBy: newest > found.version ? { version: newest, url: versionLink(accession, newest) } : null,
      permanentUrl: address,
      citation: this.citation(found),
      links: { ...linksOf(accession), self: versionLink(accession, found.version) },
    };
  }

  /** Every version that was ever public, the newest first. @throws RecordNotFound */
  async versions(accession: string, limit: number, below: number | null): Promise<RecordVersion[]> {
    const rows: (Found & { state: string })[] = await this.db.query(
      `SELECT s.accession, s.version, s.state, s.title, s.sealed, s."publishedAt", s.tombstone
         FROM submission s WHERE s.accession = $1 AND ${WAS_PUBLIC} AND ($3::int IS NULL OR s.version < $3)
        ORDER BY s.version DESC LIMIT $2`,
      [accession, limit, below],
    );
    if (rows.length === 0 && below === null) throw new RecordNotFound(accession, null);
    return rows.map(({ accession, version, state, title, sealed, publishedAt, tombstone }) => ({
      version,
      state: state.replace('published.', '') as RecordVersion['state'], // WAS_PUBLIC knows no others
      title,
      revisionHash: sealed,
      publishedAt: publishedAt.toISOString(),
      tombstone: tombstone && {
        reason: tombstone.reason as NonNullable<RecordVersion['tombstone']>['reason'],
        note: tombstone.note,
        date: tombstone.at,
      },
      permanentUrl: permanentUrl(this.base, { accession, version }),
    }));
  }

  async countVersions(accession: string): Promise<number> {
    const [{ n }] = await this.db.query(
      `SELECT count(*)::int AS n FROM submission s WHERE s.accession = $1 AND ${WAS_PUBLIC}`,
      [accession],
    );
    return n;
  }

  /** The bytes of a file, and their permanent address. @throws RecordNotFound, Tombstoned, RecordFileNotFound, FilesOnTheirWay */
  async file(accession: string, version: number | null, written: string) {
    const found = await this.find(accession, version);
    const name = nameOf(written);
    if ('refusal' in name) throw new RecordFileNotFound(accession, found.version, written);
    const { path } = name;
    const [file]: { size: number; sha256: string }[] = await this.db.query(
      'SELECT size::float8 AS size, sha256 FROM submission_file WHERE "submissionId" = $1 AND path = $2',
      [found.id, path],
    );
    if (!file) throw new RecordFileNotFound(accession, found.version, path);
    if (!found.filesThere) throw new FilesOnTheirWay(accession, found.version);
    return {
      ...file,
      key: fileKey(found, path),
      name: path.split('/').at(-1) ?? path,
      location: `${versionLink(accession, found.version)}/files/${encoded(path)}`,
    };
  }

  private async find(accession: string, version: number | null): Promise<Found> {
    const [row]: Found[] = await this.db.query(FIND, [accession, version]);
    if (!row) throw new RecordNotFound(accession, version);
    const found = { ...row, metadata: publicMetadata(row.metadata) };
    const { tombstone, title } = found;
    if (!tombstone) return found;
    const { reason, note, at } = tombstone;
    const versions = `${recordLink(accession)}/versions`;
    throw new Tombstoned(accession, found.version, title, reason, note, at, this.citation(found), versions);
  }

  private citation(found: Found): string {
    return citationOf({ ...found, publishedAt: found.publishedAt.toISOString() }, this.base);
  }
}

const recordLink = (accession: string) => `/api/v1/records/${accession}`;
const versionLink = (accession: string, version: number) => `${recordLink(accession)}/versions/${version}`;
const linksOf = (accession: string) => ({
  self: recordLink(accession),
  latest: recordLink(accession),
  versions: `${recordLink(accession)}/versions`,
});
const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

function filtered({ q, profile }: Filter): { where: string[]; params: unknown[] } {
  const where = [`s.state = 'published.current'`];
  const params: unknown[] = [];
  if (profile) where.push(`s.profile = $${params.push(profile)}`);
  if (q) {
    const n = `$${params.push(q.replaceAll(/[\\%_]/g, '\\$&'))}`;
    where.push(
      `(s.title ILIKE '%' || ${n} || '%' OR s.metadata ->> 'description' ILIKE '%' || ${n} || '%' OR s.accession = upper(${n}))`,
    );
  }
  return { where, params };
}
