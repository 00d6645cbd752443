/** What does a folder on this machine have to do with a submission? `accession.json` says it, and what people write there is sent. */
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { isHidden } from '../checks/whole-things.js';
import { credentials } from './credentials.js';
import { EXIT, Stopped, UsageError } from './exit.js';
import { Server } from './server.js';

export const DESCRIPTION = 'accession.json';

const Description = z.object({
  server: z.url(),
  submission: z.uuid(),
  accession: z.string(),
  profile: z.string(),
  title: z.string(),
  metadata: z.record(z.string(), z.unknown()),
});
export type Description = z.infer<typeof Description>;

export interface Workspace {
  readonly folder: string;
  readonly description: Description;
  readonly server: Server;
  /** Path of the submission below `/api/v1`. */
  readonly path: string;
}

/** What a submission's view tells that the commands use. */
export interface Submission {
  readonly id: string;
  readonly accession: string;
  readonly title: string;
  readonly state: string;
  readonly waitingOn: string;
  readonly since: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly missing: readonly { readonly pointer: string; readonly detail: string }[];
  readonly files: { readonly count: number; readonly bytes: number };
  readonly lastRun: {
    readonly id: string;
    readonly outcome: string;
    readonly errors: number;
    readonly warnings: number;
  } | null;
  readonly links: Readonly<Record<string, string>>;
}

export async function openWorkspace(folder: string, signal: AbortSignal): Promise<Workspace> {
  const description = await readDescription(resolve(folder));
  const { server, token } = await credentials(description.server);
  return {
    folder: resolve(folder),
    description,
    server: new Server(server, token, signal),
    path: `/submissions/${description.submission}`,
  };
}

async function readDescription(folder: string): Promise<Description> {
  const file = join(folder, DESCRIPTION);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${folder} has no ${DESCRIPTION}: begin with accession init ${folder} --profile ID`);
  });
  const parsed = Description.safeParse(json(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${file} is not usable: ${issue?.path.join('.') || 'it is no JSON'}: ${issue?.message}`);
}

export async function writeDescription(folder: string, description: Description): Promise<void> {
  await writeFile(join(folder, DESCRIPTION), `${JSON.stringify(description, null, 2)}\n`);
}

export const hasDescription = (folder: string): Promise<boolean> =>
  access(join(folder, DESCRIPTION)).then(
    () => true,
    () => false,
  );

/** Title and metadata as the folder has them become those of the submission. */
export async function sendDescription({ server, path, description }: Workspace): Promise<Submission> {
  const { body, etag } = await server.get<Submission>(path);
  const { title, metadata } = description;
  const same = title === body.title && isDeepStrictEqual(metadata, body.metadata);
  if (same) return body;
  if (!etag) throw new Stopped(EXIT.interrupted, 'The server has not said which version it has. Run it again.');
  const patch = { title, metadata: patchBetween(body.metadata, metadata) };
  return (await server.patch<Submission>(path, patch, etag)).body;
}

/** The merge patch (RFC 7396) by which one becomes the other: what is gone is null, however deep it stands. */
function patchBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const kept = Object.entries(after).map(([name, value]) => {
    const held = Object.hasOwn(before, name) ? before[name] : undefined;
    return [name, isObject(held) && isObject(value) ? patchBetween(held, value) : value] as const;
  });
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...kept]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The files of the folder that belong to the submission, `/`-separated: all but hidden ones and the description. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    )
    .filter((path) => path !== DESCRIPTION && !isHidden(path))
    .sort();
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
