/** How many threads are open? An expression for a statement about submissions: one look into an index of the open ones alone. */

export const openThreads = (submission: string): string =>
  `(SELECT count(*)::int FROM thread h WHERE h."submissionId" = ${submission}.id AND h.state = 'open')`;
