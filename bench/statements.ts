/** Which statements does a piece of work send to the database? Listened to, so that nobody has to write them down again. */
import type { DataSource, Logger } from 'typeorm';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Among the values of a statement: what each request brings along. */
export const SECRET = '$secret';
export const ID = '$id';

/** What the bare server runs. */
export interface BareRoutes {
  /** Whether its statements are planned once a connection, as ours are. */
  readonly prepares: boolean;
  /** Finds the caller. */
  readonly caller: Statement;
  readonly read: readonly Statement[];
  readonly page: readonly Statement[];
}

export async function statementsOf(db: DataSource, work: () => Promise<unknown>): Promise<Statement[]> {
  const heard: Statement[] = [];
  const { logger } = db;
  db.logger = new Listener((statement) => heard.push(statement));
  try {
    await work();
  } finally {
    db.logger = logger;
  }
  return heard;
}

class Listener implements Logger {
  constructor(private readonly hear: (statement: Statement) => void) {}

  logQuery(text: string, values: readonly unknown[] = []): void {
    this.hear({ text, values });
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
