/** When does a review link end by itself? With what it shows: withdrawn, rejected or published, in the same transaction. */
import type { EntityManager } from 'typeorm';

const ENDED_BY: Readonly<Record<string, 'withdrawn' | 'rejected' | 'published'>> = {
  withdrawn: 'withdrawn',
  rejected: 'rejected',
  'published.current': 'published',
};

/** Those of this version, and those that follow. What ended stays so, whatever the submission becomes after. */
export async function endLinksOf(tx: EntityManager, submissionId: string, from: string, to: string): Promise<void> {
  const endedBy = ENDED_BY[to];
  if (!endedBy || from === to) return;
  await tx.query(
    `UPDATE share_link l SET "endedAt" = now(), "endedBy" = $2, epoch = epoch + 1 FROM submission s
      WHERE s.id = $1 AND l.accession = s.accession
        AND (l.version IS NULL OR l.version = s.version) AND l."endedAt" IS NULL`,
    [submissionId, endedBy],
  );
}
