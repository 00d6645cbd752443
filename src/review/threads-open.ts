/** How many threads are open, and how many of those block? An expression for a statement about submissions: one look into an index of the open ones alone. */

export const openThreads = (submission: string): string =>
  `(SELECT jsonb_build_object('open', count(*), 'blocking', count(*) FILTER (WHERE h.blocking))
     FROM thread h WHERE h."submissionId" = ${submission}.id AND h.state = 'open')`;
