/** What do the rows say about how the service is doing? For whoever watches it: ages, waiting messages, durations. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Collector, Metrics, type Sample } from './platform/metrics.js';

interface Measure extends Omit<Collector, 'read'> {
  /** Rows of `value` and the labels. */
  readonly sql: string;
}

const MEASURES: readonly Measure[] = [
  {
    name: 'accession_outbox_age_seconds',
    help: 'The age of the oldest message that waits for the relay.',
    sql: `SELECT coalesce(extract(epoch FROM now() - min("createdAt")), 0)::float8 AS value
            FROM outbox_message WHERE "relayedAt" IS NULL`,
  },
  {
    name: 'accession_outbox_waiting_messages',
    help: 'Messages that wait for the relay.',
    sql: `SELECT count(*)::float8 AS value FROM outbox_message WHERE "relayedAt" IS NULL`,
  },
  {
    name: 'accession_oldest_in_state_seconds',
    help: 'How long the oldest submission has been in each state that somebody or something should end.',
    labels: ['state'],
    sql: `SELECT leaf AS state, extract(epoch FROM now() - s.since)::float8 AS value
            FROM unnest(ARRAY['validating.running', 'validating.broken', 'curator_review.unassigned',
                              'curator_review.claimed', 'private.publishing', 'private.publish_failed']) AS leaf
           CROSS JOIN LATERAL (SELECT since FROM submission WHERE state = leaf ORDER BY since, id LIMIT 1) s`,
  },
  {
    name: 'accession_timer_late_seconds',
    help: 'How late the most overdue timer is.',
    sql: `SELECT greatest(coalesce(extract(epoch FROM now() - min("dueAt")), 0), 0)::float8 AS value FROM timer`,
  },
  {
    name: 'accession_open_incidents',
    help: 'Faults of ours that wait for somebody.',
    labels: ['kind'],
    sql: `SELECT kind, count(*)::float8 AS value FROM incident WHERE state = 'open' GROUP BY kind`,
  },
  {
    name: 'accession_run_duration_seconds',
    help: 'How long the runs of the last hour took, by quantile.',
    labels: ['quantile'],
    sql: `SELECT q::text AS quantile, coalesce(percentile_cont(q) WITHIN GROUP (ORDER BY seconds), 0)::float8 AS value
            FROM unnest(ARRAY[0.5, 0.9, 0.99]) AS q
            LEFT JOIN (SELECT extract(epoch FROM "finishedAt" - "startedAt") AS seconds FROM validation_run
                        WHERE state = 'done' AND "startedAt" > now() - interval '1 hour') r ON true
           GROUP BY q`,
  },
];

@Injectable()
export class Measures implements OnModuleInit {
  constructor(
    private readonly db: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    for (const { sql, ...measure } of MEASURES)
      this.metrics.registerCollector({ ...measure, read: async () => (await this.db.query(sql)).map(sampleOf) });
  }
}

const sampleOf = ({ value, ...labels }: { value: number } & Record<string, string>): Sample => ({ labels, value });
