/** How fast do bytes come in? A file of 1 GiB by tus, beside a bare server of node:http: on one disk, both with SHA-256. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, createReadStream, openSync, rmSync, writeSync } from 'node:fs';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Upload } from 'tus-js-client';
import type { House, Person } from './house.js';
import { ask } from './http.js';
import { byTurns, secondsOf } from './rounds.js';
import type { Row } from './row.js';

const MIB = 1_048_576;
const SIZE = 1_024 * MIB;
const CHUNK = 64 * MIB;
const ROUNDS = 3;
const GOAL = { atLeast: 0.6 };
const PATH = 'volume.mrc';

interface Sample {
  readonly file: string;
  readonly sha256: string;
}

/** Where to, on whose behalf, and for which submission. */
interface Target {
  readonly url: string;
  readonly person: Person;
  readonly submission: string;
}

type Send = (target: Target, sample: Sample) => Promise<void>;

export async function uploading(house: House): Promise<Row[]> {
  const person = await house.person('submitter');
  const { address: url } = await house.process('api');
  const { address: bare } = await house.process('bareUpload');
  const sample = write(join(house.folder, 'sample'));
  const ours = (send: Send) => () => throughput(house, { url, person }, sample, send);
  const figures = await byTurns(
    { bare: () => bareThroughput(house, bare, sample), whole: ours(inOneRequest), chunks: ours(inChunks) },
    ROUNDS,
  );
  rmSync(sample.file);
  const against = { what: 'node:http to a file', value: figures.bare };
  const row = (what: string, value: number): Row => ({ what, unit: 'MB a second', ours: value, against, goal: GOAL });
  return [
    row('upload of 1 GiB by tus, one PATCH', figures.whole),
    row('and in chunks of 64 MiB, by tus-js-client', figures.chunks),
  ];
}

async function throughput(
  house: House,
  { url, person }: Omit<Target, 'submission'>,
  sample: Sample,
  send: Send,
): Promise<number> {
  const submissions = `${url}/api/v1/submissions`;
  const draft = { profile: 'cryoet-dataset', title: 'A large volume' };
  const { id: submission } = await ask<{ id: string }>(submissions, person, 'POST', draft);
  execFileSync('sync');
  const seconds = await secondsOf(() => send({ url, person, submission }, sample));

  const files = `${submissions}/${submission}/files`;
  const { items } = await ask<{ items: { sha256: string; state: string }[] }>(files, person, 'GET');
  if (items[0]?.sha256 !== sample.sha256) throw new Error(`The file is not what was sent: ${JSON.stringify(items)}`);
  rmSync(join(house.config.DATA_DIR, 'objects'), { recursive: true });
  return SIZE / 1e6 / seconds;
}

async function bareThroughput(house: House, url: string, { file, sha256 }: Sample): Promise<number> {
  execFileSync('sync');
  let digest = '';
  const seconds = await secondsOf(async () => {
    digest = await text(await stream('POST', url, { 'content-length': SIZE }, file));
  });
  if (digest !== sha256) throw new Error('The bare server has another digest.');
  rmSync(join(house.config.DATA_DIR, 'bare'));
  return SIZE / 1e6 / seconds;
}

const inOneRequest: Send = async ({ url, person, submission }, { file, sha256 }) => {
  const headers = { authorization: `Bearer ${person.token}`, 'tus-resumable': '1.0.0' };
  const metadata = Object.entries({ submission, path: PATH, sha256 });
  const created = await fetch(`${url}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      ...headers,
      'upload-length': String(SIZE),
      'upload-metadata': metadata.map(([name, value]) => `${name} ${btoa(value)}`).join(','),
    },
  });
  const location = new URL(created.headers.get('location') ?? '', created.url);
  const body = { 'content-type': 'application/offset+octet-stream', 'content-length': SIZE };
  const { statusCode } = await stream('PATCH', location, { ...headers, ...body, 'upload-offset': 0 }, file);
  if (statusCode !== 204) throw new Error(`PATCH ${location}: ${statusCode}`);
};

const inChunks: Send = ({ url, person, submission }, { file, sha256 }) =>
  new Promise((onSuccess, onError) => {
    const upload = new Upload(createReadStream(file, { highWaterMark: MIB }) as never, {
      endpoint: `${url}/api/v1/uploads`,
      headers: { authorization: `Bearer ${person.token}` },
      metadata: { submission, path: PATH, sha256 },
      uploadSize: SIZE,
      chunkSize: CHUNK,
      onSuccess: () => onSuccess(),
      onError,
    });
    upload.start();
  });

async function stream(
  method: string,
  url: string | URL,
  headers: OutgoingHttpHeaders,
  file: string,
): Promise<IncomingMessage> {
  const asked = request(url, { method, headers });
  const answered = once(asked, 'response');
  await pipeline(createReadStream(file, { highWaterMark: MIB }), asked);
  const [response] = await answered;
  return response;
}

function write(file: string): Sample {
  const hash = createHash('sha256');
  const to = openSync(file, 'w');
  for (let at = 0; at < SIZE; at += 16 * MIB) {
    const block = randomBytes(16 * MIB);
    hash.update(block);
    writeSync(to, block);
  }
  closeSync(to);
  return { file, sha256: hash.digest('hex') };
}
