import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(settings: Record<string, string> = {}): ChildProcess {
  const env = {
    DATABASE_URL: 'postgres://localhost/none',
    PORT: '0',
    HOST: '127.0.0.1',
    NODE_ENV: 'test',
    ...settings,
  };
  const child = fork(resolve('test/stoppable-process.mjs'), { env: { ...process.env, ...env }, silent: true });
  children.push(child);
  return child;
}

async function told(child: ChildProcess, what: 'address' | 'begun'): Promise<string> {
  for (;;) {
    const [message] = await once(child, 'message');
    if (message[what]) return message[what];
  }
}

/** A request that is under way. */
async function begun(
  child: ChildProcess,
  ms: number,
): Promise<{ readonly answer: Promise<Response>; readonly address: string }> {
  const address = await told(child, 'address');
  const answer = fetch(`${address}/slow/${ms}`);
  answer.catch(() => {}); // some are cut short
  await told(child, 'begun');
  return { answer, address };
}

const ended = async (child: ChildProcess): Promise<{ readonly code: number | null; readonly ms: number }> => {
  const since = Date.now();
  const [code] = await once(child, 'exit');
  return { code, ms: Date.now() - since };
};

describe('a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what it has begun on %s, takes nothing new, and ends',
    async (signal) => {
      const child = start();
      const { answer, address } = await begun(child, 800);
      const end = ended(child);

      child.kill(signal);
      await sleep(200);
      await expect(fetch(`${address}/health/live`)).rejects.toThrow();

      expect((await answer).status).toBe(200);
      expect(await (await answer).json()).toEqual({ done: true });
      expect((await end).code).toBe(0);
    },
  );

  it('ends when its launcher is gone', async () => {
    const child = start();
    await told(child, 'address');
    const end = ended(child);

    child.disconnect();

    expect((await end).code).toBe(0);
  });

  it('does not wait for who has connected and asks for nothing', async () => {
    const child = start();
    const { hostname, port } = new URL(await told(child, 'address'));
    const silent = connect(Number(port), hostname).on('error', () => {});
    await once(silent, 'connect');
    const end = ended(child);

    child.kill('SIGTERM');

    expect((await end).code).toBe(0);
  });

  it('ends within five seconds, whatever is under way', async () => {
    const child = start();
    await begun(child, 60_000);
    const end = ended(child);

    child.kill('SIGTERM');

    const { code, ms } = await end;
    expect(code).toBe(1);
    expect(ms).toBeLessThan(5_000);
  });

  it('ends at once on a second signal, unless it is the echo of the first', async () => {
    const child = start();
    await begun(child, 60_000);
    const end = ended(child);

    child.kill('SIGINT');
    child.kill('SIGTERM');
    await sleep(700);
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');

    const { code, ms } = await end;
    expect(code).toBe(1);
    expect(ms).toBeLessThan(3_000);
  });

  it('says which port is taken, and what to set', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const child = start({ PORT: String(port) });
    const chunks: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));

    const { code } = await ended(child);
    other.close();

    expect(code).toBe(1);
    expect(Buffer.concat(chunks).toString()).toContain(`Port ${port} is already in use`);
    expect(Buffer.concat(chunks).toString()).toContain('Set PORT');
  });
});
