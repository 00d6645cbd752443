/**
 * How is a check kept from harming anything but itself? It runs in a process of its own, with limits of memory and time.
 *
 * A thread would begin in 20 ms in place of 80, but cannot be limited: where V8 runs out of a thread's heap in the midst
 * of growing a Map or filling an array, it ends the whole process, and no limit of a thread counts ArrayBuffers or the
 * memory of WebAssembly. What a process holds is seen from outside, and ends with it.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Options } from './check.js';
import type { Answer, Heard, Job } from './check-process.js';
import type { Finding } from './finding.js';
import type { LocalFile } from './local-file.js';
import type { CheckResult } from './run-checks.js';

export interface Limits {
  /** What the process may hold in MiB, of every kind: about 50 are Node itself. */
  readonly memoryMb: number;
  readonly deadlineMs: number;
  /** Ends the check: the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Is told each finding as it is made; the result has them all. */
  readonly onFinding?: (finding: Finding) => void;
  /** The module whose `CHECKS` has the check. */
  readonly registry?: URL;
  /** Where reference data lie; as the environment says where not given. */
  readonly referenceDir?: string;
}

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

// The process runs what is built: Node cannot load the TypeScript that a test runs.
const BUILT = new URL(import.meta.url.endsWith('.ts') ? '../dist/checks/' : './', import.meta.url);
const FORMATS = new URL('formats/index.js', BUILT);
const PROCESS = new URL('check-process.js', BUILT);

/** All that the process is given of the environment: what parses strangers' bytes needs no passwords. */
const ENVIRONMENT = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'DATA_DIR', 'NODE_ENV'];

const MIB = 1 << 20;
const LOOK_MS = 100;
/** What is kept of what the process complains about, from the end. */
const COMPLAINT_LENGTH = 4096;

/** Run the check `checkId` on one file. Whatever becomes of the process, there is a result. */
export async function isolate(
  checkId: string,
  file: LocalFile,
  options: Options,
  limits: Limits,
): Promise<CheckResult> {
  const { memoryMb, deadlineMs, signal, onFinding = () => undefined } = limits;
  const { registry = FORMATS, referenceDir = process.env.ACCESSION_REFERENCE_DIR } = limits;
  signal?.throwIfAborted();
  const child = fork(PROCESS, {
    // Young objects in little room, and memory that threads gave back used again: 40 MB less for a file of a gigabyte.
    execArgv: [`--max-old-space-size=${memoryMb}`, '--max-semi-space-size=4'],
    env: {
      MALLOC_ARENA_MAX: '2',
      ...Object.fromEntries(ENVIRONMENT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
      ...(referenceDir && { ACCESSION_REFERENCE_DIR: referenceDir }),
    },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });

  let end: EndKind | null = null;
  const stop = (kind: EndKind) => {
    end ??= kind;
    child.kill('SIGKILL');
  };
  const deadline = setTimeout(() => stop('deadline'), deadlineMs);
  const unwatch = watchMemory(child, memoryMb * MIB, () => stop('memory'));
  const abort = () => stop('crash');
  signal?.addEventListener('abort', abort);

  try {
    const { answer, complaint, how } = await lifeOf(
      child,
      { registry: registry.href, checkId, file, options },
      onFinding,
    );
    signal?.throwIfAborted();
    if (answer && 'result' in answer && !end) return answer.result;

    const limit = end === 'deadline' ? `${deadlineMs / 1000} s` : `${memoryMb} MB`;
    const [first = ''] = (answer && 'bug' in answer ? answer.bug : '').replace(/^\w*(?:Error|Fault): /, '').split('\n');
    const kind = end ?? (/heap out of memory/.test(complaint) ? 'memory' : answer ? 'bug' : 'crash');
    const told = { check: checkId, file: file.path, limit, how: first || how };
    const cause = new CheckEnd(kind, told, { cause: answer && 'bug' in answer ? answer.bug : complaint });
    return { check: checkId, file: file.path, outcome: 'errored', findings: [], undecided: [], facts: {}, cause };
  } finally {
    clearTimeout(deadline);
    unwatch();
    signal?.removeEventListener('abort', abort);
  }
}

/** From the job to the end of the process: what it answered, what it complained about and how it ended. */
async function lifeOf(
  child: ChildProcess,
  job: Job,
  onFinding: (finding: Finding) => void,
): Promise<{ answer: Answer | null; complaint: string; how: string }> {
  let answer: Answer | null = null;
  let complaint = '';
  child.on('message', (message) => {
    const told = message as Answer | Heard; // only `check-process.ts` sends
    if ('finding' in told) onFinding(told.finding);
    else answer = told;
  });
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text).slice(-COMPLAINT_LENGTH);
  });
  const ended = once(child, 'close');
  // A process that ends at once cannot be written to: its end says more.
  child.send(job, () => undefined);

  try {
    const [code, signal] = await ended;
    return { answer, complaint, how: signal ? `signal ${signal}` : `exit status ${code}` };
  } catch (error) {
    return { answer: null, complaint, how: String(error) };
  }
}

/** Look again and again at what the process holds. */
function watchMemory({ pid }: ChildProcess, most: number, onExcess: () => void): () => void {
  if (pid === undefined) return () => undefined;
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    if ((await residentBytes(pid)) > most) onExcess();
    isLooking = false;
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => clearInterval(timer);
}

/** 0 where it cannot be told, as after the end of the process: V8's own limit holds even so. */
async function residentBytes(pid: number): Promise<number> {
  try {
    if (process.platform === 'linux') {
      const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(kib ?? 0) * 1024;
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Number(stdout) * 1024;
  } catch {
    return 0;
  }
}
