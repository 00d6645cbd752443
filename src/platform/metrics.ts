/** What can be measured of this process? Prometheus asks; rooms add what only they know. */
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { routeOf } from './request-log.js';

/** Something that is looked up when somebody asks, such as the depth of a queue. */
export interface Collector {
  /** Begins with `accession_`, ends with its unit. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: () => Promise<readonly Sample[]>;
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

@Injectable()
export class Metrics implements OnModuleDestroy {
  /** For counters and histograms of a room's own: `new Histogram({ …, registers: [metrics.registry] })`. */
  readonly registry = new Registry();
  private readonly log = new Logger('metrics');
  private readonly failures = new Counter({
    name: 'accession_collector_failures_total',
    help: 'How often something could not be looked up.',
    labelNames: ['collector'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** One that fails is left out of this answer, counted and logged; the others are told. */
  registerCollector({ name, help, labels = [], read }: Collector): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect: async () => {
        gauge.reset();
        try {
          for (const sample of await read()) gauge.set({ ...sample.labels }, sample.value);
        } catch (error) {
          this.failures.inc({ collector: name });
          this.log.warn(error);
        }
      },
    });
  }

  measureRequests(fastify: FastifyInstance): void {
    const durations = new Histogram({
      name: 'accession_http_request_duration_seconds',
      help: 'How long requests take, by route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers: [this.registry],
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      const labels = { method: request.method, route: routeOf(request), status: reply.statusCode };
      durations.observe(labels, reply.elapsedTime / 1_000);
      done();
    });
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }
}
