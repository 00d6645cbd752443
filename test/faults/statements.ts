/** What if the database is lost in the midst of a command? Its connection is ended at one statement of the transaction. */
import type { DataSource, QueryRunner } from 'typeorm';

/**
 * Within `act`, the connection of each transaction that begins is ended before its statement number `cutAt`;
 * the last one is COMMIT. Resolves to how many statements the longest transaction sent.
 */
export async function withCut(db: DataSource, cutAt: number, act: () => Promise<unknown>): Promise<number> {
  const make = db.createQueryRunner.bind(db);
  let longest = 0;
  db.createQueryRunner = (mode) => {
    const runner = make(mode);
    const query = runner.query.bind(runner);
    let sent = 0;
    const counted = async (...statement: Parameters<QueryRunner['query']>) => {
      if (statement[0].startsWith('START TRANSACTION')) sent = 1;
      else if (sent > 0) sent++;
      longest = Math.max(longest, sent);
      // The role of the service may end nobody's connection, not even its own.
      if (sent === cutAt) await query('SET ROLE NONE; SELECT pg_terminate_backend(pg_backend_pid())').catch(() => {});
      return query(...statement);
    };
    return Object.assign(runner, { query: counted });
  };
  try {
    await act();
    return longest;
  } finally {
    db.createQueryRunner = make;
  }
}
