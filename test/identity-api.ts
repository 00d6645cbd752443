/** How is the room of people asked? With every header in the hands of the test: cookies, origins, tokens. */
import { randomUUID } from 'node:crypto';
import { PeopleService } from '../src/identity/people.service.js';
import type { Role } from '../src/identity/user.js';
import { answersAsDocumented } from './openapi-answers.js';
import { beginWorld } from './world.js';

export const ORIGIN = 'http://data.example.org';
export const PASSWORD = 'correct horse';

export type Headers = Record<string, string>;
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export type IdentityApi = Awaited<ReturnType<typeof beginIdentityApi>>;

export async function beginIdentityApi(settings: Record<string, string> = {}) {
  const { app, db, end } = await beginWorld({ PUBLIC_URL: ORIGIN, ...settings });
  const people = app.get(PeopleService, { strict: false });

  async function ask(method: Method, path: string, headers: Headers = {}, body?: object) {
    const asked = { method, url: `/api/v1${path}`, headers, ...(body && { payload: body }) };
    const { statusCode: status, headers: said, body: text } = await app.inject(asked);
    const answer = { status, headers: said, body: text ? JSON.parse(text) : null };
    answersAsDocumented(app, { method, path: asked.url, ...answer });
    return answer;
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

  return { ask, somebody, tokenOf, people, db, end };
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
