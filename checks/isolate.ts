/**
 * How is a check kept from harming anything but itself? It runs in another process, with limits of memory and time.
 *
 * A thread would begin in 20 ms in place of 80, but cannot be limited: where V8 runs out of a thread's heap in the midst
 * of growing a Map or filling an array, it ends the whole process, and no limit of a thread counts ArrayBuffers or the
 * memory of WebAssembly. What a process holds is seen from outside, and ends with it.
 *
 * Checks that are plain JavaScript and keep nothing may have one process after the other: ten thousand files take 3 s so,
 * and a quarter of an hour in processes of their own.
 */
import type { Check, Options } from './check.js';
import type { Finding } from './finding.js';
import type { LocalFile } from './local-file.js';
import { PROCESSES } from './processes.js';
import type { CheckResult } from './run-checks.js';
import { type Assignment, type Ending, type Settings, WatchedProcess } from './watched-process.js';

/** What holds for one file. */
export interface FileLimits {
  /** From when the process has the file. */
  readonly deadlineMs: number;
  /** Is told each finding as it is made; the result has them all. */
  readonly onFinding?: (finding: Finding) => void;
}

export interface PoolSettings extends Settings {
  /** Ends all checks: their promises are then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The module whose `CHECKS` has the checks. */
  readonly registry?: URL;
}

export type Limits = PoolSettings & FileLimits;

/** Why there is no result: fault of ours or of the limits, and never the data's. */
export const ENDS = {
  deadline: 'The check "{check}" did not finish {file} within {limit}.',
  memory: 'The check "{check}" took more than {limit} of memory for {file}.',
  crash: 'The check "{check}" ended without a result on {file} ({how}).',
  bug: 'The check "{check}" broke on {file}: {how}',
} as const;

export type EndKind = keyof typeof ENDS;

export class CheckEnd extends Error {
  constructor(
    readonly kind: EndKind,
    told: Readonly<Record<string, string>>,
    options?: ErrorOptions,
  ) {
    super(
      ENDS[kind].replaceAll(/\{(\w+)\}/g, (_, name: string) => told[name] ?? ''),
      options,
    );
    this.name = 'CheckEnd';
  }
}

/** Run the check `checkId` on one file, in a process of its own. Whatever becomes of the process, there is a result. */
export async function isolate(
  checkId: string,
  file: LocalFile,
  options: Options,
  limits: Limits,
): Promise<CheckResult> {
  const pool = new CheckPool(1, limits);
  try {
    return await pool.run({ id: checkId, sharesProcess: false }, file, options, limits);
  } finally {
    await pool.end();
  }
}

const FORMATS = new URL('index.js', PROCESSES);

/** Files that a process is given ahead, so that it need not wait for the next: of each only the beginning is read. */
const AHEAD = 8;

interface Waiting {
  readonly assignment: Assignment;
  readonly isAlone: boolean;
}

/** Of a job that is not wanted any more. */
const UNANSWERED: Ending = { answer: null, stopped: null, complaint: '', how: 'it was not begun' };

/** Some processes, and the checks that wait for them. */
export class CheckPool {
  private readonly waiting: Waiting[] = [];
  /** Those that may have another file, and those that end with the one they have. */
  private readonly shared = new Set<WatchedProcess>();
  private readonly alone = new Set<WatchedProcess>();
  /** One of `alone` that has nothing to do yet. */
  private prepared: WatchedProcess | null = null;
  private isOver = false;

  constructor(
    private readonly atOnce: number,
    private readonly settings: PoolSettings,
  ) {
    settings.signal?.addEventListener('abort', this.stop);
  }

  /** Begin a process for a check that is not shared, before its file is known: one surely comes. */
  prepare(checkId: string): void {
    const { registry = FORMATS } = this.settings;
    this.prepared ??= this.begun(this.alone);
    this.prepared?.prepare({ registry: registry.href, checkId });
  }

  /** As `isolate`, but that a check which shares its process may find one that runs already. */
  async run(
    check: Pick<Check, 'id' | 'sharesProcess'>,
    file: LocalFile,
    options: Options,
    { deadlineMs, onFinding = () => undefined }: FileLimits,
  ): Promise<CheckResult> {
    const { registry = FORMATS, memoryMb, signal } = this.settings;
    signal?.throwIfAborted();
    const job = { registry: registry.href, checkId: check.id, file, options };
    const ending = await new Promise<Ending>((conclude) => {
      this.waiting.push({ assignment: { job, deadlineMs, onFinding, conclude }, isAlone: !check.sharesProcess });
      this.assign();
    });
    signal?.throwIfAborted();
    return resultOf(ending, check.id, file.path, { deadlineMs, memoryMb });
  }

  /** End all processes; nobody may wait for a check any more. */
  async end(): Promise<void> {
    this.settings.signal?.removeEventListener('abort', this.stop);
    this.stop();
    await Promise.all([...this.shared, ...this.alone].map(({ gone }) => gone));
  }

  private readonly stop = (): void => {
    this.isOver = true;
    for (const process of [...this.shared, ...this.alone]) process.stop();
    this.assign();
  };

  /** Give what waits to whoever may have it, in order. */
  private assign(): void {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const { assignment, isAlone } = next;
      if (this.isOver) assignment.conclude(UNANSWERED);
      else {
        const process = isAlone ? (this.takePrepared() ?? this.begun(this.alone)) : this.sharedFor(assignment);
        if (!process) return;
        process.give(assignment);
      }
      this.waiting.shift();
    }
  }

  private takePrepared(): WatchedProcess | null {
    const { prepared } = this;
    this.prepared = null;
    return prepared?.isEnding ? null : prepared;
  }

  /**
   * The one that has least to do; null where all have enough. Files that are read whole are given one by one to whoever is
   * free; of others, one process reads beginnings as fast as they are asked for and answered.
   */
  private sharedFor({ job }: Assignment): WatchedProcess | null {
    const [least] = [...this.shared].filter(({ isEnding }) => !isEnding).sort((a, b) => a.load - b.load);
    if (least && least.load < (job.options.full ? 1 : AHEAD)) return least;
    return least && !job.options.full ? null : this.begun(this.shared);
  }

  /** A new process; null where as many run as may: then one that is idle makes room, and what waits is given when it is gone. */
  private begun(among: Set<WatchedProcess>): WatchedProcess | null {
    if (this.shared.size + this.alone.size >= this.atOnce) {
      if (among === this.alone) [...this.shared].find(({ load }) => load === 0)?.stop();
      return null;
    }
    const process = new WatchedProcess(this.settings, () => {
      if (among === this.alone) process.stop();
      this.assign();
    });
    among.add(process);
    void process.gone.then((left) => {
      among.delete(process);
      this.waiting.unshift(...left.map((assignment) => ({ assignment, isAlone: false })));
      this.assign();
    });
    return process;
  }
}

function resultOf(
  { answer, stopped, complaint, how }: Ending,
  check: string,
  file: string,
  { deadlineMs, memoryMb }: { deadlineMs: number; memoryMb: number },
): CheckResult {
  if (answer && 'result' in answer) return answer.result;

  const limit = stopped === 'deadline' ? `${deadlineMs / 1000} s` : `${memoryMb} MB`;
  const bug = answer?.bug ?? '';
  const [first = ''] = bug.replace(/^\w*(?:Error|Fault): /, '').split('\n');
  const kind = stopped ?? (/heap out of memory/.test(complaint) ? 'memory' : answer ? 'bug' : 'crash');
  const cause = new CheckEnd(kind, { check, file, limit, how: first || how }, { cause: bug || complaint });
  return { check, file, outcome: 'errored', findings: [], undecided: [], facts: {}, cause };
}
