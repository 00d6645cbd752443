/**
 * What would an S3 server answer? A stand-in on loopback that speaks the wire protocol and keeps everything in memory:
 * objects with ranges, listings, copies, multipart uploads, aws-chunked bodies, presigned links, errors as XML.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const BUCKET = 'accession';
export const ACCESS_KEY = 'stand-in';

/** S3 refuses smaller parts, but for the last. */
const SMALLEST_PART = 5 * 1024 * 1024;

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAt: Date;
}
interface Multipart {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  readonly parts: Map<number, Stored>;
}

interface Call {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: Buffer | string };

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}
const NO_KEY = () => new Refusal(404, 'NoSuchKey');
const NO_UPLOAD = () => new Refusal(404, 'NoSuchUpload');

export interface S3Server {
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly objects: ReadonlyMap<string, Stored>;
  readonly multiparts: ReadonlyMap<string, Multipart>;
  /** A link that reads one object without credentials, and does nothing else. */
  presigned(key: string, seconds?: number): string;
  /** The next `count` calls are answered with 503. */
  fail(count: number): void;
  close(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const objects = new Map<string, Stored>();
  const multiparts = new Map<string, Multipart>();
  let failures = 0;

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const raw = await bytesOf(request);
    const call = {
      method: request.method ?? '',
      key: rest.join('/'),
      query: url.searchParams,
      headers,
      body: unchunk(raw, headers),
    };
    let said: Answer;
    try {
      if (failures > 0) {
        failures--;
        throw new Refusal(503, 'SlowDown');
      }
      admit(call);
      if (bucket !== BUCKET) throw new Refusal(404, 'NoSuchBucket');
      said = operationOf(call)(call, { objects, multiparts });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const body = xml('Error', `<Code>${error.code}</Code><Message>${error.code}</Message>`);
      said = { status: error.status, headers: { 'content-type': 'application/xml' }, body };
    }
    const body = Buffer.from(said.body ?? '');
    response.writeHead(said.status ?? 200, { 'content-length': String(body.length), ...said.headers });
    response.end(call.method === 'HEAD' ? undefined : body);
  };

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    settings: { S3_BUCKET: BUCKET, S3_ENDPOINT: url, S3_ACCESS_KEY_ID: ACCESS_KEY, S3_SECRET_ACCESS_KEY: 'secret' },
    objects,
    multiparts,
    presigned: (key, seconds = 60) =>
      `${url}/${BUCKET}/${key.split('/').map(encodeURIComponent).join('/')}?X-Amz-Credential=${ACCESS_KEY}&X-Amz-Expires=${seconds}&X-Amz-Date=${Date.now()}&X-Amz-Signature=s`,
    fail: (count) => {
      failures = count;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** By a signature in the header, or by a link that was signed for reading; the signature itself is believed. */
function admit({ method, query, headers }: Call): void {
  if (query.has('X-Amz-Signature')) {
    if (method !== 'GET') throw new Refusal(403, 'SignatureDoesNotMatch');
    const ends = Number(query.get('X-Amz-Date')) + Number(query.get('X-Amz-Expires')) * 1000;
    if (ends < Date.now()) throw new Refusal(403, 'AccessDenied');
  } else if (!headers.authorization?.includes(`Credential=${ACCESS_KEY}/`)) throw new Refusal(403, 'AccessDenied');
}

type Kept = { readonly objects: Map<string, Stored>; readonly multiparts: Map<string, Multipart> };
type Operation = (call: Call, kept: Kept) => Answer;

/** Which operation a call asks for: the first row that it fits. */
const OPERATIONS: readonly (readonly [fits: (call: Call) => unknown, Operation])[] = [
  [({ method, key }) => method === 'HEAD' && !key, () => ({})],
  [({ method, key, query }) => method === 'GET' && !key && query.has('uploads'), listUploads],
  [({ method, key }) => method === 'GET' && !key, listObjects],
  [({ method, key, query }) => method === 'POST' && !key && query.has('delete'), deleteMany],
  [({ method, query }) => method === 'POST' && query.has('uploads'), beginParts],
  [({ method, query }) => method === 'POST' && query.has('uploadId'), endParts],
  [({ method, query }) => method === 'PUT' && query.has('uploadId'), putPart],
  [({ method, query }) => method === 'GET' && query.has('uploadId'), listParts],
  [({ method, query }) => method === 'DELETE' && query.has('uploadId'), dropParts],
  [({ method, headers }) => method === 'PUT' && headers['x-amz-copy-source'], copyObject],
  [({ method }) => method === 'PUT', putObject],
  [({ method }) => method === 'GET' || method === 'HEAD', getObject],
  [({ method }) => method === 'DELETE', deleteObject],
];
const operationOf = (call: Call): Operation => {
  const found = OPERATIONS.find(([fits]) => fits(call));
  if (!found) throw new Refusal(405, 'MethodNotAllowed');
  return found[1];
};

const stored = (bytes: Buffer, metadata: Readonly<Record<string, string>> = {}): Stored => ({
  bytes,
  metadata,
  etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
  modifiedAt: new Date(Math.floor(Date.now() / 1000) * 1000),
});
const metadataOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-')));

function putObject({ key, body, headers }: Call, { objects }: Kept): Answer {
  const object = stored(body, metadataOf(headers));
  objects.set(key, object);
  return { headers: { etag: object.etag } };
}

function getObject({ key, headers }: Call, { objects }: Kept): Answer {
  const object = objects.get(key);
  if (!object) throw NO_KEY();
  const { bytes, etag, metadata, modifiedAt } = object;
  const shown = { etag, 'last-modified': modifiedAt.toUTCString(), 'accept-ranges': 'bytes', ...metadata };
  const [, from = '', to = ''] = headers.range?.match(/^bytes=(\d*)-(\d*)$/) ?? [];
  if (!headers.range || (headers['if-range'] && headers['if-range'] !== etag)) {
    return { headers: { ...shown, 'content-length': String(bytes.length) }, body: bytes };
  }
  const start = from === '' ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
  if (start > end) throw new Refusal(416, 'InvalidRange');
  const body = bytes.subarray(start, end + 1);
  const range = { 'content-range': `bytes ${start}-${end}/${bytes.length}`, 'content-length': String(body.length) };
  return { status: 206, headers: { ...shown, ...range }, body };
}

function copyObject({ key, headers }: Call, { objects }: Kept): Answer {
  const object = stored(copied(headers, objects));
  objects.set(key, object);
  return { body: xml('CopyObjectResult', `<ETag>${object.etag}</ETag>`) };
}

/** The bytes that a copy names, with their range if it names one. */
function copied(headers: Readonly<Record<string, string>>, objects: Kept['objects']): Buffer {
  const source = decodeURIComponent(headers['x-amz-copy-source'] ?? '').replace(new RegExp(`^/?${BUCKET}/`), '');
  const object = objects.get(source);
  if (!object) throw NO_KEY();
  const [, start, end] = headers['x-amz-copy-source-range']?.match(/^bytes=(\d+)-(\d+)$/) ?? [];
  return start === undefined ? object.bytes : object.bytes.subarray(Number(start), Number(end) + 1);
}

function deleteObject({ key }: Call, { objects }: Kept): Answer {
  objects.delete(key);
  return { status: 204 };
}

function deleteMany({ body }: Call, { objects }: Kept): Answer {
  const keys = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => unescaped(key));
  for (const key of keys) objects.delete(key);
  return { body: xml('DeleteResult', keys.map((key) => `<Deleted><Key>${escaped(key)}</Key></Deleted>`).join('')) };
}

function listObjects({ query }: Call, { objects }: Kept): Answer {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
  const page = keys.slice(0, Math.min(Number(query.get('max-keys') ?? 1000), 1000));
  const more = page.length < keys.length;
  const rows = page.map((key) => {
    const object = objects.get(key) ?? stored(Buffer.alloc(0));
    return `<Contents><Key>${escaped(key)}</Key><Size>${object.bytes.length}</Size><LastModified>${object.modifiedAt.toISOString()}</LastModified></Contents>`;
  });
  const next = more ? `<NextContinuationToken>${escaped(page.at(-1) ?? '')}</NextContinuationToken>` : '';
  const head = `<IsTruncated>${more}</IsTruncated><KeyCount>${page.length}</KeyCount>${next}`;
  return { body: xml('ListBucketResult', head + rows.join('')) };
}

function beginParts({ key, headers }: Call, { multiparts }: Kept): Answer {
  const id = randomUUID();
  multiparts.set(id, { key, metadata: metadataOf(headers), startedAt: new Date(), parts: new Map() });
  const body = `<Bucket>${BUCKET}</Bucket><Key>${escaped(key)}</Key><UploadId>${id}</UploadId>`;
  return { body: xml('InitiateMultipartUploadResult', body) };
}

const uploadOf = ({ query, key }: Call, { multiparts }: Kept): Multipart => {
  const upload = multiparts.get(query.get('uploadId') ?? '');
  if (!upload || upload.key !== key) throw NO_UPLOAD();
  return upload;
};

function putPart(call: Call, kept: Kept): Answer {
  const { headers, body } = call;
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  const part = stored(isCopy ? copied(headers, kept.objects) : body);
  uploadOf(call, kept).parts.set(Number(call.query.get('partNumber')), part);
  return isCopy ? { body: xml('CopyPartResult', `<ETag>${part.etag}</ETag>`) } : { headers: { etag: part.etag } };
}

function listParts(call: Call, kept: Kept): Answer {
  const after = Number(call.query.get('part-number-marker') ?? 0);
  const parts = [...uploadOf(call, kept).parts].toSorted(([a], [b]) => a - b).filter(([number]) => number > after);
  const page = parts.slice(0, Math.min(Number(call.query.get('max-parts') ?? 1000), 1000));
  const rows = page.map(
    ([number, { bytes, etag }]) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><Size>${bytes.length}</Size></Part>`,
  );
  const more = page.length < parts.length;
  const head = `<IsTruncated>${more}</IsTruncated><NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>`;
  return { body: xml('ListPartsResult', head + rows.join('')) };
}

function endParts(call: Call, kept: Kept): Answer {
  const { key, metadata, parts } = uploadOf(call, kept);
  const named = [...call.body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) =>
    Number(number),
  );
  const chosen = named.map((number) => parts.get(number));
  if (chosen.length === 0 || chosen.includes(undefined)) throw new Refusal(400, 'InvalidPart');
  const whole = chosen.filter((part) => part !== undefined);
  if (whole.slice(0, -1).some(({ bytes }) => bytes.length < SMALLEST_PART)) throw new Refusal(400, 'EntityTooSmall');
  kept.objects.set(key, stored(Buffer.concat(whole.map(({ bytes }) => bytes)), metadata));
  kept.multiparts.delete(call.query.get('uploadId') ?? '');
  return { body: xml('CompleteMultipartUploadResult', `<Key>${escaped(key)}</Key>`) };
}

function dropParts(call: Call, kept: Kept): Answer {
  uploadOf(call, kept);
  kept.multiparts.delete(call.query.get('uploadId') ?? '');
  return { status: 204 };
}

function listUploads(_: Call, { multiparts }: Kept): Answer {
  const rows = [...multiparts].map(
    ([id, { key, startedAt }]) =>
      `<Upload><Key>${escaped(key)}</Key><UploadId>${id}</UploadId><Initiated>${startedAt.toISOString()}</Initiated></Upload>`,
  );
  return { body: xml('ListMultipartUploadsResult', `<IsTruncated>false</IsTruncated>${rows.join('')}`) };
}

/** `aws-chunked`: each piece behind its length in hexadecimal, and perhaps a signature; trailers after the last. */
function unchunk(body: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  const chunked =
    headers['content-encoding']?.includes('aws-chunked') || headers['x-amz-content-sha256']?.startsWith('STREAMING-');
  if (!chunked) return body;
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, line), 16);
    if (line < 0 || !(length > 0)) return Buffer.concat(pieces);
    pieces.push(body.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const xml = (root: string, inner: string) => `<?xml version="1.0" encoding="UTF-8"?><${root}>${inner}</${root}>`;
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
