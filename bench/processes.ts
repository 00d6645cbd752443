/** How is a process of ours begun from here, as `npm start` begins it? It says when it is ready; it ends with us. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Running {
  readonly address: string;
  /** Megabytes of memory that it has in use, as the system sees it. */
  residentMb(): number;
  /** Milliseconds of processor that it has used, as the system counts them. */
  processorMs(): number;
  end(): Promise<void>;
}

export type Env = Readonly<Record<string, string>>;

/** `file` is below `dist/`; what the process says goes to `log`. */
export async function begin(file: string, env: Env, log: string, args: readonly string[] = []): Promise<Running> {
  const child = run(file, env, args, log);
  const ended = once(child, 'exit');
  const ready = new Promise<{ address: string }>((settle) => {
    child.on('message', (message: { ready?: true; address: string }) => message.ready && settle(message));
  });
  const failed = ended.then(() => {
    throw failure(file, log);
  });
  const { address } = await Promise.race([ready, failed]);
  failed.catch(() => {});
  return {
    address,
    residentMb: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1_024,
    processorMs: () => processorMsOf(child.pid),
    end: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const TICK_MS = 10;

/** Linux says it, in ticks; what is in parentheses may hold spaces. */
function processorMsOf(pid: number | undefined): number {
  const [, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** A process that does one thing, as `question` says; resolves to what it sends before it ends. */
export async function ask<Answer>(file: string, log: string, question: object): Promise<Answer> {
  const child = run(file, {}, [], log);
  child.send(question);
  let answer: Answer | undefined;
  child.on('message', (message: Answer) => {
    answer = message;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw failure(file, log);
  return answer as Answer;
}

/** A process that does one thing and says nothing. */
export async function carryOut(file: string, env: Env, log: string, args: readonly string[]): Promise<void> {
  const [code] = await once(run(file, env, args, log), 'exit');
  if (code !== 0) throw failure(file, log);
}

const failure = (file: string, log: string) => new Error(`${file} failed.\n${readFileSync(log, 'utf8').slice(-2_000)}`);

function run(file: string, env: Env, args: readonly string[], log: string) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', path, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said = createWriteStream(log, { flags: 'a' });
  child.stdout?.pipe(said, { end: false });
  child.stderr?.pipe(said, { end: false });
  return child;
}
