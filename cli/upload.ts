/** How do a folder's files get to the server? Those that are not there yet, a few at a time, each from where it was cut off. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Upload } from 'tus-js-client';
import { argumentsOf } from './arguments.js';
import type { Command, Terminal } from './command.js';
import { EXIT, Stopped, UsageError } from './exit.js';
import { type Progress, progressOn } from './progress.js';
import { filesOf, openWorkspace, sendDescription, type Workspace } from './workspace.js';

const CHUNK_BYTES = 64 * 1024 * 1024;
/** How long to wait before each further try, when the network is away. */
const RETRY_MS = [0, 500, 2_000, 5_000, 10_000];

/** A file that the server has, or has begun to receive. */
interface Remote {
  readonly id: string;
  readonly path: string;
  readonly size: number | null;
  readonly sha256: string | null;
  readonly state: 'ready' | 'receiving' | 'verifying' | 'failed';
}

interface Local {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

type Fate = 'uploaded' | 'there already' | 'failed';

export const upload: Command = {
  usage: 'upload [DIR] [--jobs 4] [--format pretty|json]',
  help: [
    'Send the files of a folder to its submission. What is there already is not sent again; what was cut off goes on',
    'where it ended, on another machine too. Hidden files and accession.json stay here; the description is sent along.',
    '',
    '  --jobs N   how many files at once (1 to 16)',
    '',
    'Exit status: 0 all are there, 2 usage, 3 not signed in, 4 some are not: run it again, 5 refused.',
    '',
  ].join('\n'),

  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, { jobs: { type: 'string' }, format: { type: 'string' } });
    const jobs = Number(values.jobs ?? 4);
    if (!Number.isInteger(jobs) || jobs < 1 || jobs > 16) throw new UsageError('--jobs is a number from 1 to 16.');
    const workspace = await openWorkspace(positionals[0] ?? '.', terminal.signal);
    const paths = await filesOf(workspace.folder);
    if (paths.length === 0) throw new UsageError(`There are no files in ${workspace.folder}.`);

    await sendDescription(workspace);
    const results = await sendAll(workspace, paths, jobs, terminal);
    const failed = results.filter(({ fate }) => fate === 'failed');
    if (values.format === 'json') terminal.out(`${JSON.stringify({ files: results })}\n`);
    if (failed.length === 0) return EXIT.sound;
    for (const { path, why } of failed) terminal.err(`${path}: ${why}\n`);
    throw new Stopped(
      EXIT.interrupted,
      `${failed.length} of ${results.length} files are not there. Run it again to go on.`,
    );
  },
};

interface Result {
  readonly path: string;
  readonly fate: Fate;
  readonly why?: string;
}

async function sendAll(
  workspace: Workspace,
  paths: readonly string[],
  jobs: number,
  terminal: Terminal,
): Promise<Result[]> {
  const remote = new Map<string, Remote[]>();
  for await (const file of workspace.server.all<Remote>(`${workspace.path}/files`))
    remote.set(file.path, [...(remote.get(file.path) ?? []), file]);

  const progress = progressOn(terminal);
  const waiting = [...paths];
  const results: Result[] = [];
  const work = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      terminal.signal.throwIfAborted();
      results.push(await send(workspace, path, remote.get(path.normalize('NFC')) ?? [], progress));
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, paths.length) }, work)).finally(() => progress.end());
  return results.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function send(workspace: Workspace, path: string, there: readonly Remote[], progress: Progress): Promise<Result> {
  try {
    const local = await look(workspace.folder, path);
    if (there.some(({ state, sha256 }) => state === 'ready' && sha256 === local.sha256)) {
      progress.done(path, 'there already');
      return { path, fate: 'there already' };
    }
    const begun = there.find(
      ({ state, size, sha256 }) => state === 'receiving' && size === local.size && sha256 === local.sha256,
    );
    await transfer(workspace, local, begun ? `/api/v1/uploads/${begun.id}` : null, progress);
    progress.done(path, 'uploaded');
    return { path, fate: 'uploaded' };
  } catch (error) {
    const why = reasonOf(error);
    progress.done(path, 'failed');
    return { path, fate: 'failed', why };
  }
}

async function look(folder: string, path: string): Promise<Local> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, path)), hash);
  return { path, size: (await stat(join(folder, path))).size, sha256: hash.digest('hex') };
}

function transfer(
  { folder, server, description }: Workspace,
  file: Local,
  resume: string | null,
  progress: Progress,
): Promise<void> {
  const { path, size, sha256 } = file;
  return new Promise((settle, fail) => {
    const upload = new Upload(createReadStream(join(folder, path)), {
      endpoint: new URL('/api/v1/uploads', server.url).href,
      ...(resume && { uploadUrl: new URL(resume, server.url).href }),
      uploadSize: size,
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_MS,
      headers: server.headers(),
      metadata: { submission: description.submission, path, sha256 },
      onProgress: (sent) => progress.at(path, sent, size),
      onSuccess: () => settle(),
      onError: fail,
    });
    upload.start();
  });
}

/** What the server said, where it said something. */
function reasonOf(error: unknown): string {
  const response = (error as { originalResponse?: { getBody(): string } | null }).originalResponse;
  const text = response?.getBody();
  if (!text) return error instanceof Error ? error.message : String(error);
  try {
    return (JSON.parse(text) as { detail?: string }).detail ?? text;
  } catch {
    return text;
  }
}
