/** How long do listeners wait? So many streams, as a process of its own: `heardBy` starts this file, and it sends what each heard. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { ask } from './processes.js';

export interface Hearing {
  readonly urls: readonly { readonly url: string; readonly token: string }[];
  readonly listeners: number;
  /** How many events each is to hear. */
  readonly events: number;
  /** Resolves the file that says all are listening. */
  readonly ready: string;
}

/** Milliseconds from what the event says of its commit to each of those who heard it. */
export const heardBy = (hearing: Hearing, log: string): Promise<number[]> =>
  ask<number[]>('bench/events-heard.js', log, hearing);

const PATIENCE_MS = 60_000;
const AT_ONCE = 50;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', async (hearing: Hearing) => {
    const { writeFileSync } = await import('node:fs');
    const waits: number[] = [];
    const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
    for (let n = 0; n < hearing.listeners; n += AT_ONCE) {
      const batch = Math.min(AT_ONCE, hearing.listeners - n);
      await Promise.all(Array.from({ length: batch }, (_, i) => listen(hearing, n + i, agent, waits)));
    }
    writeFileSync(hearing.ready, 'ready');
    const until = performance.now() + PATIENCE_MS;
    const all = hearing.listeners * hearing.events;
    while (waits.length < all && performance.now() < until) await new Promise((settle) => setTimeout(settle, 20));
    process.send?.(waits, () => process.exit(waits.length === all ? 0 : 1));
  });
}

async function listen({ urls }: Hearing, n: number, agent: Agent, waits: number[]): Promise<void> {
  const { url = '', token = '' } = urls[n % urls.length] ?? {};
  const asked = request(url, { agent, headers: { authorization: `Bearer ${token}` } });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`);
  answer.setEncoding('utf8');
  await new Promise<void>((settle) => {
    let text = '';
    answer.on('data', (part: string) => {
      const now = performance.timeOrigin + performance.now();
      text += part;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.includes('event: ready')) settle();
        const sentAt = /"sentAt":([\d.]+)/.exec(block)?.[1];
        if (sentAt) waits.push(now - Number(sentAt));
      }
    });
  });
}
