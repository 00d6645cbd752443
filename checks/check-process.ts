/** What happens in the process of a check? It takes jobs one by one, runs the check and sends what became of it; `watched-process.ts` watches. */
import { existsSync } from 'node:fs';
import type { Check, Options } from './check.js';
import type { Finding } from './finding.js';
import { type LocalFile, withLocalFile } from './local-file.js';
import { type CheckResult, runCheck } from './run-checks.js';

/** What is said before there is a job: nothing is answered. */
export interface Preparation {
  /** Address of the module that exports all checks; beside it, those that are named after their check. */
  readonly registry: string;
  readonly checkId: string;
}

export interface Job extends Preparation {
  readonly file: LocalFile;
  readonly options: Options;
}

export type Answer = { readonly result: CheckResult } | { readonly bug: string };
/** Told on the way to the answer. */
export interface Heard {
  readonly finding: Finding;
}

/** Jobs come while one is under way: each waits for the one before, and answers come in the order of the jobs. */
let turn = Promise.resolve();
process.on('message', (job: Job | Preparation) => {
  turn = turn.then(() => ('file' in job ? perform(job) : prepare(job)));
});

// Nobody is left to tell: the process that asked has ended, or wants no more.
process.once('disconnect', () => process.exit());

/** What is wrong with it is told to the first job. */
async function prepare({ registry, checkId }: Preparation): Promise<void> {
  await load(registry, checkId)
    .then((check) => check.prepare?.())
    .catch(() => undefined);
}

async function perform(job: Job): Promise<void> {
  const answer = await run(job).catch((error: unknown): Answer => ({ bug: told(error) }));
  try {
    process.send?.(answer);
  } catch (error) {
    // What cannot be cloned is a bug of the check, too.
    process.send?.({ bug: told(error) } satisfies Answer);
  }
}

async function run({ registry, checkId, file, options }: Job): Promise<Answer> {
  const check = await load(registry, checkId);
  // Whoever listens has it again in the answer: one that is lost is no loss.
  const hear = (finding: Finding) => void process.send?.({ finding } satisfies Heard, () => undefined);
  const { cause, ...result } = await withLocalFile(file, (source) => runCheck(check, source, options, hear));
  return result.outcome === 'errored' ? { bug: told(cause) } : { result };
}

/** A module that is named after its check spares the process all others: 0.1 s and 25 MB. */
async function load(registry: string, checkId: string): Promise<Check> {
  const own = new URL(`${checkId}.check.js`, registry);
  for (const module of existsSync(own) ? [own.href, registry] : [registry]) {
    const exported: unknown[] = Object.values(await import(module)).flat();
    const check = exported.find((one): one is Check => isCheck(one) && one.id === checkId);
    if (check) return check;
  }
  throw new Error(`There is no check "${checkId}".`);
}

const isCheck = (one: unknown): one is Check => typeof one === 'object' && one !== null && 'id' in one && 'run' in one;

const told = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
