/** What do other servers do when a file is fetched from them? A server on loopback whose pages misbehave in one way each. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RemoteServer {
  /** `http://host:port` */
  readonly url: string;
  /** As `OUTBOUND_ALLOW` has it. */
  readonly pair: string;
  /** What was asked, by path: the `Range` of each call. */
  readonly asked: Readonly<Record<string, (string | null)[]>>;
  close(): Promise<void>;
}

export type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** Pages by path; one that is not there answers 404. */
export async function startRemote(pages: Readonly<Record<string, Page>>): Promise<RemoteServer> {
  const asked: Record<string, (string | null)[]> = {};
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*/, '');
    asked[path] = [...(asked[path] ?? []), request.headers.range ?? null];
    const page = pages[path];
    if (page) page(request, response);
    else response.writeHead(404).end('nothing here');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const pair = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${pair}`,
    pair,
    asked,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** One page for each call, and the last for all that follow. */
export const inTurn = (...pages: Page[]): Page => {
  let calls = 0;
  return (request, response) => pages[Math.min(calls++, pages.length - 1)]?.(request, response);
};

/** As good servers do: with ranges, and a version that `If-Range` knows. */
export const whole =
  (bytes: Buffer, headers: Record<string, string> = {}): Page =>
  (request, response) => {
    const from = startOf(request, '"v1"');
    answerFrom(response, bytes, from, { etag: '"v1"', ...headers });
    response.end(bytes.subarray(from));
  };

/** Breaks the connection after `piece` bytes, every time; what `version` says changes the file's version. */
export const breaking = (
  bytes: Buffer,
  piece: number,
  version: (call: number) => string = () => '"v1"',
  ranges = true,
): Page => {
  let calls = 0;
  return (request, response) => {
    const etag = version(++calls);
    const from = ranges ? startOf(request, etag) : 0;
    answerFrom(response, bytes, from, { etag });
    const end = from + piece;
    if (end >= bytes.length) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, end), () => setTimeout(() => response.destroy(), 50));
  };
};

function startOf({ headers }: IncomingMessage, etag: string): number {
  const [, from = '0'] = headers.range?.match(/^bytes=(\d+)-$/) ?? [];
  return headers['if-range'] === undefined || headers['if-range'] === etag ? Number(from) : 0;
}

function answerFrom(response: ServerResponse, bytes: Buffer, from: number, headers: Record<string, string>): void {
  const length = { 'content-length': String(bytes.length - from) };
  const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  if (from === 0) response.writeHead(200, { ...length, ...headers });
  else response.writeHead(206, { ...length, ...range, ...headers });
}
