/** How does a published file come here? By parts that are kept, so that it goes on where it was cut off, and judged by its digest. */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sha256Of } from './packed-file.js';
import { ReferenceFault } from './reference-fault.js';
import type { Source } from './source.js';

export interface Way {
  /** An address in place of the host of each source: `https://mirror.example/reference`. */
  readonly mirror: string | null;
  readonly signal: AbortSignal | undefined;
  onReceived(received: number): void;
}

/** Waits before another try, where the last one was cut off. */
const AGAIN_AFTER_MS = [500, 2_000];
/** Of one try: the largest file has two megabytes. */
const DEADLINE_MS = 120_000;

/** The bytes of `source`, left at `path`. @throws ReferenceFault where they do not come, or others do */
export async function downloadSource(source: Source, path: string, way: Way): Promise<Buffer> {
  const have = await readFile(path).catch(() => null);
  if (have && faultOf(have, source) === null) return have;

  const part = `${path}.part`;
  const url = addressOf(source.url, way.mirror);
  await mkdir(dirname(path), { recursive: true });
  await receive(source, url, part, way);
  const bytes = await readFile(part);
  const fault = faultOf(bytes, source);
  if (fault) {
    await rm(part, { force: true });
    const again =
      'It was thrown away. Run it again; where it stays so, the address serves another file: use another mirror.';
    throw new ReferenceFault('interrupted', `${source.file} from ${url} ${fault}. ${again}`);
  }
  await rename(part, path);
  return bytes;
}

/** What is wrong with them; null where they are as they were published. */
export function faultOf(bytes: Uint8Array, source: Source): string | null {
  if (bytes.length !== source.bytes) return `has ${bytes.length} bytes; expected ${source.bytes}`;
  const sha256 = sha256Of(bytes);
  return sha256 === source.sha256 ? null : `has the SHA-256 ${sha256}; expected ${source.sha256}`;
}

/** A mirror has the files under the paths of their own host. */
function addressOf(url: string, mirror: string | null): string {
  return mirror === null ? url : `${mirror.replace(/\/+$/, '')}${new URL(url).pathname}`;
}

async function receive(source: Source, url: string, part: string, way: Way): Promise<void> {
  for (let tries = 0; ; tries++) {
    const end = await receiveOnce(source, url, part, way);
    if (end.isThere) return;
    way.signal?.throwIfAborted();
    const pause = AGAIN_AFTER_MS[tries];
    if (!end.isWorthAgain || pause === undefined) {
      const why = `${source.file} does not come from ${url}: ${end.why}. `;
      throw new ReferenceFault('interrupted', `${why}Run it again to go on, or use --mirror URL or --from DIR.`);
    }
    await wait(pause, undefined, { signal: way.signal });
  }
}

type End =
  | { readonly isThere: true }
  | { readonly isThere: false; readonly why: string; readonly isWorthAgain: boolean };

async function receiveOnce(source: Source, url: string, part: string, way: Way): Promise<End> {
  const left = await sizeOf(part);
  const from = left < source.bytes ? left : 0;
  const timeout = AbortSignal.timeout(DEADLINE_MS);
  const signal = way.signal ? AbortSignal.any([way.signal, timeout]) : timeout;
  try {
    // Of what is compressed on the way, no range would be one of the file.
    const headers = { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) };
    const response = await fetch(url, { headers, signal });
    const { status, body } = response;
    if (!response.ok || !body) {
      if (status === 416) await rm(part, { force: true });
      return { isThere: false, why: `the server answered ${status}`, isWorthAgain: status >= 500 || status === 416 };
    }
    const isPart = status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;
    return await keep(body, part, isPart ? from : 0, source, way);
  } catch (error) {
    return { isThere: false, why: timeout.aborted ? 'it takes too long' : reasonOf(error), isWorthAgain: true };
  }
}

async function keep(
  body: AsyncIterable<Uint8Array>,
  part: string,
  from: number,
  source: Source,
  way: Way,
): Promise<End> {
  const file = await open(part, from > 0 ? 'a' : 'w');
  let received = from;
  try {
    for await (const piece of body) {
      received += piece.length;
      if (received > source.bytes) break;
      await file.write(piece);
      way.onReceived(received);
    }
  } finally {
    await file.close();
  }
  if (received > source.bytes) {
    await rm(part, { force: true });
    return { isThere: false, why: `it has more than the ${source.bytes} bytes it should`, isWorthAgain: false };
  }
  if (received < source.bytes) {
    return { isThere: false, why: `it ended after ${received} of ${source.bytes} bytes`, isWorthAgain: true };
  }
  return { isThere: true };
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Of a connection that failed, fetch tells the reason beneath. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
