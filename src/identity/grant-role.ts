/**
 * How does the first admin come to be? They sign up as everybody does, and who runs the service says so:
 * `DATABASE_URL=… node dist/src/identity/grant-role.js EMAIL admin`. From then on admins do it by `PATCH /users/{id}`.
 */
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { loadConfig } from '../config.js';
import { database } from '../database.js';
import { DomainError } from '../platform/domain-error.js';
import { PeopleService } from './people.service.js';
import { ROLES } from './user.js';

const Arguments = z.tuple([z.email(), z.enum(ROLES)]);

const given = Arguments.safeParse(process.argv.slice(2));
if (!given.success) {
  process.stderr.write(`usage: grant-role.js EMAIL ${ROLES.join('|')}\n`);
  process.exit(2);
}

const [email, role] = given.data;
const db = await new DataSource(database(loadConfig())).initialize();
try {
  const { name, roles } = await new PeopleService(db).grant(email, role);
  process.stdout.write(`${name} <${email}> is ${roles.join(', ')}.\n`);
} catch (error) {
  if (!(error instanceof DomainError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  await db.destroy();
}
