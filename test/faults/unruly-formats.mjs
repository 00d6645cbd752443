/** Which formats misbehave? Checks that the worker processes of a test know beside the real ones, by the ending of a file. */
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const unruly = (ending, act) => ({
  ...{ id: ending, version: 1, title: ending, extensions: [`.${ending}`] },
  rules: { odd: { severity: 'warning', message: 'This is odd.', fix: 'Look at it.' } },
  async *run(file, pen) {
    yield* (await act(file, pen)) ?? [];
  },
});

const text = async (file) => Buffer.from(await file.read(0, file.size)).toString();

/** As a loop without end does, and without its heat. */
const blockFor = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

export const UNRULY = [
  /** Its process does nothing else any more, and hears nobody. */
  unruly('hangs', () => blockFor(Infinity)),
  unruly('dawdles', async (file, pen) => {
    blockFor(Number(await text(file)));
    return [pen.report('odd')];
  }),
  unruly('eats', () => {
    const held = [];
    for (;;) held.push(Buffer.alloc(1 << 24, 1));
  }),
  unruly('throws', () => {
    throw new Error('This is a bug.');
  }),
  /** The file says where to tell which worker has begun the check, and for what to wait. */
  unruly('waits', async (file, pen) => {
    const { begun, until } = JSON.parse(await text(file));
    appendFileSync(begun, `${process.ppid}\n`);
    while (!existsSync(until)) await sleep(10);
    return [pen.report('odd')];
  }),
];
