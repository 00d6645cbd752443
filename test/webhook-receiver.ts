/** Who receives events? A server on loopback that keeps what it was posted, and answers each path in its own manner. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTcp, type Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders & Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
  readonly body: any;
}
export type Manner = (response: ServerResponse, received: Received) => void;

export interface Receiver {
  /** `http://host:port` */
  readonly url: string;
  /** As `OUTBOUND_ALLOW` has it. */
  readonly pair: string;
  /** In the order in which it came. */
  readonly got: readonly Received[];
  at(path: string): readonly Received[];
  /** How a path answers from now on. */
  behaves(path: string, manner: Manner): void;
  end(): Promise<void>;
}

export const answers =
  (status: number, headers: Record<string, string> = {}, body = ''): Manner =>
  (response) =>
    void response.writeHead(status, headers).end(body);

/** One manner for each call, and the last for all that follow. */
export const inTurn = (...manners: Manner[]): Manner => {
  let calls = 0;
  return (response, received) => manners[Math.min(calls++, manners.length - 1)]?.(response, received);
};

export async function beginReceiver(): Promise<Receiver> {
  const got: Received[] = [];
  const manners = new Map<string, Manner>();
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const text = Buffer.concat(pieces).toString('utf8');
    const path = request.url ?? '/';
    const received = { path, headers: request.headers as Received['headers'], text, body: JSON.parse(text) };
    got.push(received);
    (manners.get(path) ?? answers(204))(response, received);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const pair = pairOf(server.address());
  return {
    ...{ url: `http://${pair}`, pair, got },
    at: (path) => got.filter((each) => each.path === path),
    behaves: (path, manner) => void manners.set(path, manner),
    end: () =>
      new Promise((ended) => {
        server.close(() => ended());
        server.closeAllConnections();
      }),
  };
}

/** What is no HTTP at all: `speak` has the bare connection. */
export async function beginRubbish(speak: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', () => speak(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const pair = pairOf(server.address());
  return {
    ...{ url: `http://${pair}`, pair },
    end: () =>
      new Promise<void>((ended) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => ended());
      }),
  };
}

/** As its receiver verifies it. @throws where it is not signed with this secret */
export const verified = (secret: string, { text, headers }: Received): unknown =>
  new Webhook(secret).verify(text, headers);

const pairOf = (address: ReturnType<ReturnType<typeof createTcp>['address']>): string =>
  `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
