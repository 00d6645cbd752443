/** How does a published record come to this machine? Its files, each checked by its digest, going on where it was cut off. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { argumentsOf } from './arguments.js';
import type { Command } from './command.js';
import { credentials } from './credentials.js';
import { EXIT, Stopped, UsageError } from './exit.js';
import { type Progress, progressOn } from './progress.js';
import { Server } from './server.js';

interface RecordFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

interface Published {
  readonly accession: string;
  readonly version: number;
  readonly files: readonly RecordFile[];
}

export const download: Command = {
  usage: 'download ACCESSION [--version N] [-o DIR] [--server URL] [--format pretty|json]',
  help: [
    'Bring the files of a published record here, and what is told about it as record.json. Nobody need be signed in.',
    '',
    '  --version N    an older version than the newest',
    '  -o DIR         into which folder; one named after the accession otherwise',
    '  --server URL   another server than that of the last login',
    '',
    'Exit status: 0 all files are here and whole, 2 usage or no such record, 4 some are not: run it again.',
    '',
  ].join('\n'),

  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, {
      version: { type: 'string' },
      output: { type: 'string', short: 'o' },
      server: { type: 'string' },
      format: { type: 'string' },
    });
    const [accession] = positionals;
    if (!accession) throw new UsageError('Which record? Name its accession, as in ACC-000001');
    const server = new Server(await addressOf(values.server), null, terminal.signal);
    const name = encodeURIComponent(accession);
    const { body: record } = await server.get<Published>(
      values.version ? `/records/${name}/versions/${encodeURIComponent(values.version)}` : `/records/${name}`,
    );

    const folder = resolve(values.output ?? record.accession);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'record.json'), `${JSON.stringify(record, null, 2)}\n`);
    const progress = progressOn(terminal);
    try {
      for (const file of record.files) await bring(server, record, file, folder, progress);
    } finally {
      progress.end();
    }
    if (values.format === 'json') terminal.out(`${JSON.stringify({ folder, ...record })}\n`);
    else terminal.err(`${record.accession} version ${record.version}: ${record.files.length} file(s) in ${folder}\n`);
    return EXIT.sound;
  },
};

async function addressOf(given: string | undefined): Promise<string> {
  const server = given ?? process.env.ACCESSION_SERVER;
  if (server && !URL.canParse(server)) throw new UsageError(`"${server}" is no address.`);
  return server ? new URL(server).origin : (await credentials()).server;
}

async function bring(
  server: Server,
  { accession, version }: Published,
  file: RecordFile,
  folder: string,
  progress: Progress,
) {
  const target = inside(folder, file.path);
  if ((await sizeOf(target)) === file.size && (await digestOf(target)) === file.sha256)
    return progress.done(file.path, 'there already');

  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const address = `/records/${encodeURIComponent(accession)}/versions/${version}/files/${path}`;
  await receive(server, address, part, file, progress);
  if ((await digestOf(part)) !== file.sha256) {
    await rm(part);
    throw new Stopped(EXIT.interrupted, `${file.path} has not come as it was sent, and was thrown away. Run it again.`);
  }
  await rename(part, target);
  progress.done(file.path, 'downloaded');
}

async function receive(server: Server, address: string, part: string, { path, size }: RecordFile, progress: Progress) {
  const have = await sizeOf(part);
  let received = have !== null && have < size ? have : 0;
  if (size === 0) return writeFile(part, '');
  const response = await server.open(address, received);
  if (!response.ok || !response.body)
    throw new Stopped(EXIT.interrupted, `${path}: the server answered ${response.status}. Run it again.`);
  if (response.status !== 206) received = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      received += chunk.length;
      progress.at(path, received, size);
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(response.body),
    counted,
    createWriteStream(part, { flags: received > 0 ? 'a' : 'w' }),
  ).catch((error) => {
    throw new Stopped(EXIT.interrupted, `${path} was cut off: ${error.message}. Run it again to go on.`);
  });
}

/** A server is not trusted with where files go. */
function inside(folder: string, path: string): string {
  const target = resolve(folder, path);
  if (!target.startsWith(`${folder}/`))
    throw new UsageError(`The record has a file "${path}", which would lie outside of ${folder}.`);
  return target;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const sizeOf = (file: string): Promise<number | null> =>
  stat(file).then(
    ({ size }) => size,
    () => null,
  );
