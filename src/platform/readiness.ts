/** Can this process do its work now? It asks what it stands on; rooms add what they need. */
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DomainError } from './domain-error.js';

export interface Probe {
  readonly name: string;
  /** Without what is required nothing can be done; without the rest less is. */
  readonly required: boolean;
  /** Rejects when it is away; why is for the log and not for the answer. */
  readonly check: () => Promise<unknown>;
}

export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly checks: readonly { readonly name: string; readonly required: boolean; readonly ok: boolean }[];
}

class NotReady extends DomainError {
  readonly code = 'not-ready';
  readonly kind = 'unavailable';
  readonly retryAfter = 2;

  constructor(
    readonly failed: readonly string[],
    readonly checks: Health['checks'] = [],
  ) {
    super(`Not ready: ${failed.join(', ')}.`);
  }
}

const DEADLINE = 2_000;

@Injectable()
export class Readiness implements OnModuleDestroy {
  private readonly log = new Logger('readiness');
  private readonly probes: Probe[] = [];
  private readonly away = new Set<string>();
  private leaving = false;
  private asking: Promise<Health> | null = null;

  constructor(private readonly db: DataSource) {
    this.add({ name: 'database', required: true, check: () => this.db.query('SELECT 1') });
    this.add({ name: 'migrations', required: true, check: () => this.refuseOldTables() });
  }

  add(probe: Probe): void {
    this.probes.push(probe);
  }

  /** From here on nobody should send it anything new. */
  leave(): void {
    this.leaving = true;
  }

  onModuleDestroy(): void {
    this.leave();
  }

  /** Many who ask at once are one question. @throws NotReady */
  async health(): Promise<Health> {
    if (this.leaving) throw new NotReady(['shutting down']);
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(): Promise<Health> {
    const checks = await Promise.all(
      this.probes.map(async ({ name, required, check }) => ({ name, required, ok: await this.answers(name, check) })),
    );
    const failed = checks.filter(({ ok, required }) => required && !ok).map(({ name }) => name);
    if (failed.length > 0) throw new NotReady(failed, checks);
    return { status: checks.every(({ ok }) => ok) ? 'ok' : 'degraded', checks };
  }

  private async answers(name: string, check: Probe['check']): Promise<boolean> {
    try {
      await withinDeadline(check());
      if (this.away.delete(name)) this.log.log(`${name} is back`);
      return true;
    } catch (error) {
      if (!this.away.has(name)) this.log.warn(`${name} is away`, { cause: error });
      this.away.add(name);
      return false;
    }
  }

  private async refuseOldTables(): Promise<void> {
    const rows: { name: string }[] = await this.db.query('SELECT name FROM migrations');
    const run = new Set(rows.map(({ name }) => name));
    const waiting = this.db.migrations
      .map((migration) => migration.name ?? migration.constructor.name)
      .filter((name) => !run.has(name));
    if (waiting.length > 0) throw new Error(`These migrations have not run: ${waiting.join(', ')}`);
  }
}

async function withinDeadline(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
