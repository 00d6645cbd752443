/** Which checks go wrong, each in its own way? Loaded by the process of a check, as the real ones are. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

/** A check of text files that does what `act` does, and says what it returns. */
const planted = (id, act) => ({
  ...{ id, version: 1, title: id, extensions: ['.txt'] },
  rules: { odd: { severity: 'warning', message: 'This is odd.', fix: 'Look at it.' } },
  async *run(file, pen, options) {
    yield* (await act(file, pen, options)) ?? [];
  },
});

const NEVER = 2 ** 31 - 1;

/** Files that this process has seen, of checks that share it. */
let seen = 0;
let isPrepared = false;

export const CHECKS = [
  {
    ...planted('obeys', async (file, pen) => {
      const order = Buffer.from(await file.read(0, 9)).toString();
      seen++;
      if (order === 'exit') process.exit(3);
      if (order === 'loop') for (;;);
      if (order === 'grow') for (const held = []; ; ) held.push(Buffer.alloc(1 << 24, 1));
      if (order === 'throw') throw new Error('This is a bug.');
      if (order === 'write') await writeFile(join(tmpdir(), 'left-behind'), 'x');
      return [pen.learn({ seen, pid: process.pid, tmpdir: tmpdir() }), pen.report('odd', { location: file.path })];
    }),
    sharesProcess: true,
  },
  planted('says', async (file, pen, { full }) => {
    const text = Buffer.from(await file.read(1, 3)).toString();
    return [pen.learn({ text, size: file.size, full }), pen.report('odd', { location: 'line 1' })];
  }),
  {
    ...planted('is prepared', (_, pen) => [pen.learn({ isPrepared, pid: process.pid })]),
    async prepare() {
      isPrepared = true;
    },
  },
  planted('prints', (_, pen) => {
    process.stdout.write('noise\n');
    return [pen.learn({ secret: process.env.DATABASE_URL ?? 'none' })];
  }),
  planted('throws', () => {
    throw new TypeError('This is a bug.');
  }),
  planted('throws text', () => {
    throw 'Only text.';
  }),
  planted('learns functions', (_, pen) => [pen.learn({ parse: () => 1 })]),
  planted('never ends', () => {
    for (;;);
  }),
  planted('waits', () => after(NEVER)),
  planted('forgets', () => new Promise(() => {})),
  planted('grows objects', () => {
    const held = [];
    for (;;) held.push({ random: Math.random() });
  }),
  // Where V8 cannot grow a Map, it ends the whole process.
  planted('grows a map', () => {
    const held = new Map();
    for (let i = 0; ; i++) held.set(i, String(i));
  }),
  planted('grows buffers', () => {
    const held = [];
    for (;;) held.push(Buffer.alloc(1 << 24, 1));
  }),
  planted('grows wasm', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    for (;;) {
      memory.grow(256);
      new Uint8Array(memory.buffer).fill(1);
    }
  }),
  planted('exits', () => process.exit(3)),
  planted('aborts', () => process.abort()),
  planted('kills itself', () => {
    process.kill(process.pid, 'SIGSEGV');
    return after(NEVER);
  }),
];
