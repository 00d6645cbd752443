/** How is the room of people asked, alone? One API without the other rooms, on a database of its own. */
import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';
import { CONFIG, loadConfig } from '../src/config.js';
import { FoundationModule } from '../src/foundation.module.js';
import { AccessTokensController } from '../src/identity/access-tokens.controller.js';
import { AuthGuard } from '../src/identity/auth.guard.js';
import { IdentityModule } from '../src/identity/identity.module.js';
import { MeController } from '../src/identity/me.controller.js';
import { PeopleService } from '../src/identity/people.service.js';
import { SessionsController } from '../src/identity/sessions.controller.js';
import type { Role } from '../src/identity/user.js';
import { UsersController } from '../src/identity/users.controller.js';
import { HttpModule } from '../src/platform/http.module.js';
import { configure, httpAdapter } from '../src/start-http.js';
import { TEMPLATE } from './template-database.js';

export const ORIGIN = 'http://data.example.org';
export const PASSWORD = 'correct horse';

export type Headers = Record<string, string>;
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export type IdentityApi = Awaited<ReturnType<typeof beginIdentityApi>>;

export async function beginIdentityApi(settings: Record<string, string> = {}) {
  const { url, drop } = await database();
  const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: url, PUBLIC_URL: ORIGIN, ...settings });

  @Module({
    imports: [FoundationModule, HttpModule, IdentityModule],
    controllers: [UsersController, SessionsController, MeController, AccessTokensController],
    providers: [{ provide: APP_GUARD, useClass: AuthGuard }],
  })
  class Api {}

  const built = await Test.createTestingModule({ imports: [Api] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .compile();
  const app = built.createNestApplication<NestFastifyApplication>(httpAdapter(config));
  configure(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();

  const people = app.get(PeopleService);

  async function ask(method: Method, path: string, headers: Headers = {}, body?: object) {
    const answer = await app.inject({ method, url: `/api/v1${path}`, headers, ...(body && { payload: body }) });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body ? answer.json() : null };
  }

  /** Somebody with an account, who has signed in. */
  async function somebody({ roles = ['submitter'] as Role[] } = {}) {
    const email = `${randomUUID()}@example.org`;
    const { id } = await people.signUp({ name: 'Some Body', email, password: PASSWORD }, roles);
    const { body } = await ask('POST', '/sessions', {}, { email, password: PASSWORD });
    return { id, email, ...shown(body.token) };
  }

  async function tokenOf({ bearer }: { bearer: Headers }, scopes = ['account'], expiresAt = inDays(30)) {
    const { body } = await ask('POST', '/me/tokens', bearer, { name: 'my script', scopes, expiresAt });
    return { id: body.id as string, ...shown(body.token) };
  }

  return { ask, somebody, tokenOf, people, db: app.get(DataSource), end: () => app.close().then(drop) };
}

/** The two ways to show a secret. */
const shown = (secret: string) => ({
  secret,
  bearer: { authorization: `Bearer ${secret}` },
  cookie: { cookie: `theme=dark; accession_session=${secret}` },
});

export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** What a refusal points at. */
export const pointersOf = (body: { errors: { pointer: string }[] }): string[] =>
  body.errors.map(({ pointer }) => pointer);

async function database() {
  const postgres = inject('postgresUrl');
  const name = `identity_${randomUUID().replaceAll('-', '')}`;
  const server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const drop = async () => {
    await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await server.destroy();
  };
  return { url: new URL(`/${name}`, postgres).href, drop };
}
