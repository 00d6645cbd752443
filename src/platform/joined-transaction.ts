/** How does everything that a handler does become one transaction? What its services do with the data source joins it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, QueryRunner } from 'typeorm';

const joined = new AsyncLocalStorage<QueryRunner>();

/**
 * `manager`, `query` and `transaction` of `db` use the transaction that they are called within; one of their own is then
 * a savepoint of it. Outside, all is as before. Entity managers and repositories that somebody keeps do not join.
 */
export function makeJoinable(db: DataSource): void {
  const { manager } = db;
  const query = db.query.bind(db);
  Object.defineProperty(db, 'manager', { get: () => current()?.manager ?? manager });
  db.query = (sql: string, parameters?: unknown[], runner?: QueryRunner) => query(sql, parameters, runner ?? current());
}

/** Work that nobody waited for may outlive its transaction. */
function current(): QueryRunner | undefined {
  const runner = joined.getStore();
  return runner?.isReleased ? undefined : runner;
}

export const joinedTo = <T>(runner: QueryRunner, work: () => T): T => joined.run(runner, work);

const CONTROL = /^(?:START TRANSACTION|SET TRANSACTION|SAVEPOINT|RELEASE SAVEPOINT|COMMIT|ROLLBACK)/;

/**
 * A runner for work that believes itself alone on its connection: statements wait for each other, and
 * one that fails outside of an inner transaction takes nothing else with it.
 */
export function patientRunner(db: DataSource): QueryRunner {
  const runner = db.createQueryRunner();
  const query = runner.query.bind(runner);
  let depth = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function alone(...statement: Parameters<typeof query>): Promise<unknown> {
    const [sql] = statement;
    if (sql.startsWith('SAVEPOINT')) depth++;
    if (sql.startsWith('RELEASE SAVEPOINT') || sql.startsWith('ROLLBACK TO')) depth--;
    if (CONTROL.test(sql) || depth > 0 || !runner.isTransactionActive) return query(...statement);

    await query('SAVEPOINT statement');
    try {
      const result = await query(...statement);
      await query('RELEASE SAVEPOINT statement');
      return result;
    } catch (error) {
      await query('ROLLBACK TO SAVEPOINT statement').catch(() => {}); // the connection is gone: `error` says so
      throw error;
    }
  }

  function inTurn(...statement: Parameters<typeof query>): Promise<unknown> {
    const mine = last.then(() => alone(...statement));
    last = mine.catch(() => {});
    return mine;
  }

  return Object.assign(runner, { query: inTurn });
}
