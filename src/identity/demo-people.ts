/** Who can be signed in as on a machine where one only looks around? Never where `DATABASE_URL` is given. */
import { EmailTaken } from './identity.errors.js';
import type { PeopleService } from './people.service.js';
import { ROLES } from './user.js';

const PASSWORD = 'accession';

/** One for each role, as often as one likes. */
export async function addDemoPeople(people: PeopleService): Promise<void> {
  await Promise.all(
    ROLES.map(async (role) => {
      const person = { name: `Demo ${role}`, email: `${role}@example.org`, password: PASSWORD };
      await people.signUp(person, [role]).catch((error: unknown) => {
        if (!(error instanceof EmailTaken)) throw error;
      });
    }),
  );
}
