/** How does a test get somebody who is signed in? As a row and a session: passwords cost what they must, and are tried where they are the matter. */
import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hashPassword } from '../src/identity/password.js';
import { SessionsService } from '../src/identity/sessions.service.js';
import type { Role } from '../src/identity/user.js';

export const PASSWORD = 'a long password';
const kept = hashPassword(PASSWORD);

/** Their password is `PASSWORD`. */
export async function signedIn(
  app: INestApplicationContext,
  { name, email, roles }: { name: string; email: string; roles: readonly Role[] },
): Promise<{ readonly id: string; readonly token: string }> {
  const id = randomUUID();
  const { manager } = app.get(DataSource);
  await manager.query('INSERT INTO person (id, name, email, "passwordHash", roles) VALUES ($1, $2, $3, $4, $5)', [
    ...[id, name, email, await kept, roles],
  ]);
  const { token } = await app
    .get(SessionsService, { strict: false })
    .open(manager, id, { userAgent: null, address: null });
  return { id, token };
}
