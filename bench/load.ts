/** Who asks? Autocannon, as a process of its own: `askFor` starts this file, and it sends how it went. */
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { ask } from './processes.js';

export interface Load {
  readonly url: string;
  readonly token: string;
  readonly method?: 'GET' | 'POST';
  /** Each connection asks for its own part of them, again and again; where they are few, some have the same. */
  readonly paths: readonly string[];
  readonly body?: object;
  readonly connections: number;
  readonly seconds: number;
}

interface Outcome {
  readonly good: number;
  readonly bad: number;
  readonly seconds: number;
}

/** @returns how many good answers a second came. @throws an Error where an answer was not good */
export async function answersPerSecond(load: Load, log: string): Promise<number> {
  const { good, bad, seconds } = await ask<Outcome>('bench/load.js', log, load);
  if (bad > 0 || good === 0) throw new Error(`${load.url}: ${good} good answers, ${bad} others.`);
  return good / seconds;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', async (load: Load) => {
    process.send?.(await fire(load));
    process.disconnect();
  });
}

async function fire({ url, token, method = 'GET', paths, body, connections, seconds }: Load): Promise<Outcome> {
  let lanes = 0;
  const result = await autocannon({
    ...{ url, connections, duration: seconds },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    setupClient: (client) => {
      const lane = lanes++;
      const mine = paths.filter((_, i) => i % connections === lane % paths.length);
      client.setRequests(mine.map((path) => ({ method, path, ...(body && { body: JSON.stringify(body) }) })));
    },
  });
  return { good: result['2xx'], bad: result.non2xx + result.errors, seconds: result.duration };
}
