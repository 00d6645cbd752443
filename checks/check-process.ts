/** What happens in the process of one check? It takes a job, runs the check and sends what became of it; `isolate.ts` watches. */
import type { Check, Options } from './check.js';
import type { Finding } from './finding.js';
import { type LocalFile, withLocalFile } from './local-file.js';
import { type CheckResult, runCheck } from './run-checks.js';

export interface Job {
  /** Address of the module that exports `CHECKS`. */
  readonly registry: string;
  readonly checkId: string;
  readonly file: LocalFile;
  readonly options: Options;
}

export type Answer = { readonly result: CheckResult } | { readonly bug: string };
/** Told on the way to the answer. */
export interface Heard {
  readonly finding: Finding;
}

process.once('message', async (job: Job) => {
  const answer = await run(job).catch((error: unknown): Answer => ({ bug: told(error) }));
  // What cannot be cloned is a bug of the check, too.
  const sent = (error: Error | null) => (error ? send({ bug: told(error) }) : process.disconnect());
  const send = (what: Answer) => process.send?.(what, sent);
  try {
    send(answer);
  } catch (error) {
    send({ bug: told(error) });
  }
});

// Nobody is left to tell: the process that asked has ended.
process.once('disconnect', () => process.exit());

async function run({ registry, checkId, file, options }: Job): Promise<Answer> {
  const { CHECKS }: { CHECKS: readonly Check[] } = await import(registry);
  const check = CHECKS.find(({ id }) => id === checkId);
  if (!check) throw new Error(`There is no check "${checkId}".`);

  // Whoever listens has it again in the answer: one that is lost is no loss.
  const hear = (finding: Finding) => void process.send?.({ finding } satisfies Heard, () => undefined);
  const { cause, ...result } = await withLocalFile(file, (source) => runCheck(check, source, options, hear));
  return result.outcome === 'errored' ? { bug: told(cause) } : { result };
}

const told = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
