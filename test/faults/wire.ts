/** What stands between a process and a server? A wire that the test can cut, and on which it can hold back an answer. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Wire {
  /** The server's own address, through here. */
  readonly url: string;
  /** Nobody gets through, and who was through is cut off. */
  cut(): void;
  /** Resolves when somebody has tried to get through, and has not. */
  isTried(): Promise<void>;
  mend(): void;
  /** The next answer with these words is kept here, and with it all that follows on its connection; resolves once it has come. */
  holdAnswer(words: string): Promise<void>;
  end(): Promise<void>;
}

export async function beginWire(target: string): Promise<Wire> {
  const to = new URL(target);
  const open = new Set<Socket>();
  let isCut = false;
  let tried = () => {};
  let held: { readonly words: string; readonly come: () => void } | null = null;

  const server = createServer((near) => {
    if (isCut) {
      tried();
      return void near.destroy();
    }
    const far = connect(Number(to.port), to.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      if (!held || !bytes.includes(held.words)) return void near.write(bytes);
      far.pause();
      held.come();
      held = null;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    url: Object.assign(new URL(target), { host: `127.0.0.1:${(server.address() as AddressInfo).port}` }).href,
    cut,
    mend: () => {
      isCut = false;
    },
    isTried: () =>
      new Promise((settle) => {
        tried = settle;
      }),
    holdAnswer: (words) =>
      new Promise((come) => {
        held = { words, come };
      }),
    end: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
