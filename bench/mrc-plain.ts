/** What is the least that a look at all voxels can take? The bytes read and the values summed by two workers, and nothing more. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const HEADER_BYTES = 1024;
const PIECE_BYTES = 1 << 20;
const WORKERS = 2;

interface Part {
  readonly isPart: true;
  readonly local: string;
  readonly isShort: boolean;
  readonly from: number;
  readonly to: number;
}

function sumOf({ local, isShort, from, to }: Part): number {
  const bytes = new ArrayBuffer(PIECE_BYTES);
  const values = isShort ? new Int16Array(bytes) : new Float32Array(bytes);
  const fd = openSync(local, 'r');
  let sum = 0;
  for (let at = from; at < to; at += PIECE_BYTES) {
    const read = readSync(fd, new Uint8Array(bytes), 0, Math.min(PIECE_BYTES, to - at), at);
    const count = read / values.BYTES_PER_ELEMENT;
    for (let i = 0; i < count; i++) sum += values[i] ?? 0;
  }
  closeSync(fd);
  return sum;
}

/** `node mrc-plain.js FILE int16|float32`: a process of its own, as a check has it. */
async function main([local = '', dtype]: readonly string[]): Promise<void> {
  const length = statSync(local).size - HEADER_BYTES;
  const share = Math.ceil(length / WORKERS / PIECE_BYTES) * PIECE_BYTES;
  const sums = await Promise.all(
    Array.from({ length: WORKERS }, (_, i) => {
      const part: Part = {
        ...{ isPart: true, local, isShort: dtype === 'int16' },
        from: HEADER_BYTES + i * share,
        to: HEADER_BYTES + Math.min(length, (i + 1) * share),
      };
      const worker = new Worker(new URL(import.meta.url), { workerData: part });
      return new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    }),
  );
  process.stdout.write(`${sums.reduce((a, b) => a + b)}\n`);
}

if (isMainThread) await main(process.argv.slice(2));
else if (workerData?.isPart) parentPort?.postMessage(sumOf(workerData));
