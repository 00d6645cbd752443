/**
 * How is a process of checks watched? It is given jobs, has one of them at a time, and is ended where that one takes too
 * long or too much memory. Jobs that it was given beside it are given back.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Answer, Heard, Job, Preparation } from './check-process.js';
import type { Finding } from './finding.js';
import { PROCESSES } from './processes.js';

/** What every process is begun with. */
export interface Settings {
  /** What the process may hold in MiB, of every kind: about 50 are Node itself. */
  readonly memoryMb: number;
  /** Where reference data lie; as the environment says where not given. */
  readonly referenceDir?: string;
}

/** How a job came out. */
export interface Ending {
  readonly answer: Answer | null;
  /** Why the process was ended by us. */
  readonly stopped: 'deadline' | 'memory' | null;
  /** What the process complained about, where it ended. */
  readonly complaint: string;
  readonly how: string;
}

export interface Assignment {
  readonly job: Job;
  readonly deadlineMs: number;
  readonly onFinding: (finding: Finding) => void;
  readonly conclude: (ending: Ending) => void;
}

const PROCESS = new URL('check-process.js', PROCESSES);

/** All that the process is given of the environment: what parses strangers' bytes needs no passwords. */
const ENVIRONMENT = ['PATH', 'HOME', 'TZ', 'LANG', 'DATA_DIR', 'NODE_ENV'];

const MIB = 1 << 20;
const LOOK_MS = 100;
/** What is kept of what the process complains about, from the end. */
const COMPLAINT_LENGTH = 4096;

export class WatchedProcess {
  private readonly child: ChildProcess;
  /** What it was given and has not answered, in order: the first is the one it has. */
  private readonly given: Assignment[] = [];
  /** What it writes aside lies here, and goes with it however it ends. */
  private readonly scratch = scratchFolder();
  private readonly unwatch: () => void;
  private deadline: NodeJS.Timeout | undefined;
  private stopped: Ending['stopped'] = null;
  private complaint = '';
  /** Settles when the process is gone; its value are the jobs that it never had. */
  readonly gone: Promise<Assignment[]>;

  constructor({ memoryMb, referenceDir = process.env.ACCESSION_REFERENCE_DIR }: Settings, onAnswer: () => void) {
    this.child = fork(PROCESS, {
      // Young objects in little room, and memory that threads gave back used again: 40 MB less for a file of a gigabyte.
      // Cores are for reading: threads that look for garbage would take a twentieth of the time.
      execArgv: [`--max-old-space-size=${memoryMb}`, '--max-semi-space-size=4', '--single-threaded-gc'],
      env: {
        MALLOC_ARENA_MAX: '2',
        TMPDIR: this.scratch ?? tmpdir(),
        ...Object.fromEntries(ENVIRONMENT.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
        ...(referenceDir && { ACCESSION_REFERENCE_DIR: referenceDir }),
      },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.on('data', (text: Buffer) => {
      this.complaint = (this.complaint + text).slice(-COMPLAINT_LENGTH);
    });
    this.child.on('message', (message) => {
      const told = message as Answer | Heard; // only `check-process.ts` sends
      if ('finding' in told) return this.given[0]?.onFinding(told.finding);
      this.conclude({ answer: told, stopped: null, complaint: '', how: '' });
      onAnswer();
    });
    this.unwatch = watchMemory(this.child, memoryMb * MIB, () => this.stop('memory'));
    this.gone = this.whenGone();
  }

  /** How many jobs it has or waits for. */
  get load(): number {
    return this.given.length;
  }

  /** Whoever were given to it now would not be heard. */
  get isEnding(): boolean {
    return this.child.killed || !this.child.connected;
  }

  prepare(preparation: Preparation): void {
    this.child.send(preparation, () => undefined);
  }

  give(assignment: Assignment): void {
    this.given.push(assignment);
    // A process that ends at once cannot be written to: its end says more.
    this.child.send(assignment.job, () => undefined);
    if (this.given.length === 1) this.expect(assignment);
  }

  /** End it, whatever it does. */
  stop(why: Ending['stopped'] = null): void {
    this.stopped ??= why;
    this.child.kill('SIGKILL');
  }

  private expect({ deadlineMs }: Assignment): void {
    this.deadline = setTimeout(() => this.stop('deadline'), deadlineMs);
  }

  private conclude(ending: Ending): void {
    clearTimeout(this.deadline);
    this.given.shift()?.conclude(ending);
    if (this.given[0]) this.expect(this.given[0]);
  }

  private async whenGone(): Promise<Assignment[]> {
    const how = await endOf(this.child);
    this.unwatch();
    if (this.scratch) rmSync(this.scratch, { recursive: true, force: true });
    this.conclude({ answer: null, stopped: this.stopped, complaint: this.complaint, how });
    clearTimeout(this.deadline);
    return this.given.splice(0);
  }
}

/** Null where none can be made, as on a full disk: a check that writes nothing needs none. */
function scratchFolder(): string | null {
  try {
    return mkdtempSync(join(tmpdir(), 'accession-check-'));
  } catch {
    return null;
  }
}

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit status ${code}`));
    child.once('error', (error) => resolve(String(error)));
  });

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
