/** Who may not have a part in a record? Whoever reviews it, or has: nobody judges their own. */
import type { EntityManager } from 'typeorm';

export async function isReviewerOf(tx: EntityManager, accession: string, personId: string): Promise<boolean> {
  const [found] = await tx.query(
    `SELECT FROM submission s WHERE s.accession = $1
        AND (s.assignee = $2 OR EXISTS (
          SELECT FROM submission_transition t
           WHERE t."submissionId" = s.id AND t."actorId" = $2 AND t.event LIKE 'curator.%')) LIMIT 1`,
    [accession, personId],
  );
  return found !== undefined;
}

/** What changes who has a part in a record stands in a row; nobody else changes its people meanwhile. */
export async function holdRecord(tx: EntityManager, accession: string): Promise<void> {
  await tx.query('SELECT FROM record WHERE accession = $1 FOR UPDATE', [accession]);
}

export async function personBy(tx: EntityManager, email: string): Promise<{ id: string; name: string } | null> {
  const [person = null] = await tx.query('SELECT id, name FROM person WHERE lower(email) = lower($1)', [email]);
  return person;
}
