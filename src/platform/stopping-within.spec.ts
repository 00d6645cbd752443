import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { stoppingWithin } from './stopping-within.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function told(signal: AbortSignal): string[] {
  const reasons: string[] = [];
  signal.addEventListener('abort', () => reasons.push((signal.reason as Error).name));
  return reasons;
}

describe('what is to stop', () => {
  it('stops when its time is up, also after the collector has run', async () => {
    const reasons = told(stoppingWithin(100, new AbortController().signal));
    await sleep(20);
    collect();
    await sleep(150);

    expect(reasons).toEqual(['TimeoutError']);
  });

  it('stops at once when it is told to, and once', async () => {
    const stopping = new AbortController();
    const reasons = told(stoppingWithin(50, stopping.signal));
    stopping.abort();

    expect(reasons).toEqual(['AbortError']);
    await sleep(80);
    expect(reasons).toEqual(['AbortError']);
  });
});
