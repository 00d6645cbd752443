/** How is the room of notifications used, alone? Its workers and its API, on a database of its own, with one submission a step. */
import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';
import { CONFIG, loadConfig } from '../src/config.js';
import { FoundationModule } from '../src/foundation.module.js';
import { AccessTokensService } from '../src/identity/access-tokens.service.js';
import { AuthGuard } from '../src/identity/auth.guard.js';
import { IdentityModule } from '../src/identity/identity.module.js';
import type { Role } from '../src/identity/user.js';
import { DeliveriesService } from '../src/notifications/deliveries.service.js';
import { NotificationsController } from '../src/notifications/notifications.controller.js';
import { NotificationsModule } from '../src/notifications/notifications.module.js';
import { PreferencesController } from '../src/notifications/preferences.controller.js';
import { type Message, post } from '../src/outbox/outbox.js';
import { HttpModule } from '../src/platform/http.module.js';
import { JOBS, ROUTES } from '../src/queues.js';
import { applyConventions, httpAdapter } from '../src/start-http.js';
import type { EventName } from '../src/submissions/events.js';
import type { State } from '../src/submissions/lifecycle.js';
import { SubmissionsModule } from '../src/submissions/submissions.module.js';
import { SubmissionsService } from '../src/submissions/submissions.service.js';
import { EmailChannel } from '../workers/notifications/email.channel.js';
import { EmailWorker } from '../workers/notifications/email.worker.js';
import { NotificationWorker } from '../workers/notifications/notification.worker.js';
import { answersAsDocumented } from './openapi-answers.js';
import { TEMPLATE } from './template-database.js';

export const PUBLIC_URL = 'https://data.example.org';

export interface Somebody {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

/** A step that has been taken: the state it led to, and what else the row holds by then. */
export interface Step {
  readonly event: EventName;
  readonly by: Somebody | null;
  readonly to: State;
  readonly assignee?: Somebody;
  readonly comment?: string;
  readonly details?: object;
  readonly row?: Readonly<Record<string, unknown>>;
}

export type NotificationRoom = Awaited<ReturnType<typeof beginNotificationRoom>>;

export async function beginNotificationRoom(settings: Record<string, string> = {}) {
  const { url, drop } = await database();
  const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: url, PUBLIC_URL, LEASE: '300ms', ...settings });

  @Module({
    imports: [FoundationModule, HttpModule, IdentityModule, SubmissionsModule, NotificationsModule],
    controllers: [NotificationsController, PreferencesController],
    providers: [{ provide: APP_GUARD, useClass: AuthGuard }, NotificationWorker, EmailWorker, EmailChannel],
  })
  class Room {}

  const built = await Test.createTestingModule({ imports: [Room] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .compile();
  // Its hooks would start the workers: here each job is handed to them by the test.
  for (const Worker of [NotificationWorker, EmailWorker]) built.get(Worker).onApplicationBootstrap = () => {};
  const app = built.createNestApplication<NestFastifyApplication>(httpAdapter(config));
  applyConventions(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();

  const db = app.get(DataSource);
  const submissions = app.get(SubmissionsService);
  const notifier = app.get(NotificationWorker);
  const mailer = app.get(EmailWorker);

  async function somebody(name: string, ...roles: Role[]): Promise<Somebody> {
    const [id, email] = [randomUUID(), `${randomUUID()}@example.org`];
    await db.query('INSERT INTO person (id, email, name, roles) VALUES ($1, $2, $3, $4)', [id, email, name, roles]);
    return { id, name, email, roles };
  }

  /** A submission that has taken one step. */
  async function submission(owner: Somebody, step: Step, title = 'Ribosomes in situ'): Promise<string> {
    const draft = { profile: 'single-cell', title, metadata: {} };
    const { id } = await submissions.create(draft, { ...owner, scopes: null });
    await takeStep(id, step);
    return id;
  }

  async function takeStep(id: string, { event, by, to, assignee, comment, details = {}, row = {} }: Step) {
    const columns = { state: to, assignee: assignee?.id ?? null, ...row };
    const set = Object.keys(columns).map((column, i) => `"${column}" = $${i + 2}`);
    await db.query(`UPDATE submission SET seq = seq + 1, ${set.join(', ')} WHERE id = $1`, [
      id,
      ...Object.values(columns),
    ]);
    await db.query(
      `INSERT INTO submission_transition ("submissionId", seq, event, "fromState", "toState", "actorId", comment, details)
       SELECT id, seq, $2, 'draft.editing', $3, $4, $5, $6 FROM submission WHERE id = $1`,
      [id, event, to, by?.id ?? null, comment ?? null, JSON.stringify(details)],
    );
  }

  /** Promise a message. */
  async function message(content: Message): Promise<string> {
    await db.transaction((tx) => post(tx, content));
    const [{ id }] = await db.query('SELECT id FROM outbox_message ORDER BY seq DESC LIMIT 1');
    return id;
  }

  /** Do what the outbox asks for, until it asks for nothing more. */
  async function carry(): Promise<void> {
    for (;;) {
      const [waiting] = await db.query(
        'SELECT id, topic, payload FROM outbox_message WHERE "relayedAt" IS NULL ORDER BY seq LIMIT 1',
      );
      if (!waiting) return;
      await db.query('UPDATE outbox_message SET "relayedAt" = now() WHERE id = $1', [waiting.id]);
      for (const queue of ROUTES[waiting.topic as keyof typeof ROUTES]) {
        if (queue === 'notification') await notifier.handle({ messageId: waiting.id });
        if (queue === 'email') await mailer.handle(JOBS.email.parse(waiting.payload));
      }
    }
  }

  async function tokenOf({ id, name, roles }: Somebody): Promise<string> {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const user = { id, name, roles, scopes: null };
    return (await app.get(AccessTokensService).make(user, { name: 'test', scopes: ['account'], expiresAt })).token;
  }

  async function ask(
    method: 'GET' | 'PATCH' | 'POST',
    as: Somebody,
    path: string,
    payload?: object,
    more: Record<string, string> = {},
  ) {
    const headers = { ...more, authorization: `Bearer ${await tokenOf(as)}` };
    const answer = await app.inject({ method, url: `/api/v1${path}`, headers, ...(payload && { payload }) });
    const seen = { status: answer.statusCode, headers: answer.headers, body: answer.json() };
    answersAsDocumented(app, { method, path: `/api/v1${path}`, ...seen });
    return seen;
  }

  return {
    ...{ db, config, notifier, mailer, somebody, submission, takeStep, message, carry, ask },
    deliveries: app.get(DeliveriesService),
    /** Ask again for the mails whose time has come, from a queue that has lost everything. */
    requeue: () => app.get(DeliveriesService).requeueDue(async () => false),
    end: () => app.close().then(drop),
  };
}

async function database() {
  const postgres = inject('postgresUrl');
  const name = `notifications_${randomUUID().replaceAll('-', '')}`;
  const server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const drop = async () => {
    await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await server.destroy();
  };
  return { url: new URL(`/${name}`, postgres).href, drop };
}
