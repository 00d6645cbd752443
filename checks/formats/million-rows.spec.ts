import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isolate } from '../isolate.js';
import { starText, tableText } from '../samples/points.js';
import { randoms } from '../samples/spoiled.js';

const ROWS = 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'accession-rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A table of a million points, of which the last is the first again. */
function written(name: string, head: string, row: (number: () => string) => string): string {
  const random = randoms(5);
  const number = () => (random() * 4000).toFixed(4);
  const local = join(folder, name);
  const file = openSync(local, 'w');
  writeSync(file, head);
  const first = row(number);
  for (let done = 0; done < ROWS; done += 10_000) {
    const rows = Array.from({ length: 10_000 }, (_, i) =>
      done + i === 0 || done + i === ROWS - 1 ? first : row(number),
    );
    writeSync(file, `${rows.join('\n')}\n`);
  }
  closeSync(file);
  return local;
}

const FILES: readonly [check: string, path: string, head: string, row: (number: () => string) => string][] = [
  ['star', 'a.star', starText({ rows: [] }).trimEnd().concat('\n'), (at) => `TS_01 ${at()} ${at()} ${at()} 1 2 3 1`],
  ['points-table', 'a.csv', tableText([], 'x,y,z').trimEnd().concat('\n'), (at) => `${at()},${at()},${at()}`],
];

describe('a list of a million points', { timeout: 120_000 }, () => {
  it.each(FILES)('is judged by the %s check in 150 MB, down to its last row', async (check, path, head, row) => {
    const local = written(path, head, row);

    const limits = { memoryMb: 150, deadlineMs: 60_000 };
    const { findings, facts, cause } = await isolate(check, { path, local }, { schema: null, full: true }, limits);

    expect(cause).toBeUndefined();
    expect(facts).toMatchObject({ groups: [{ count: ROWS }] });
    expect(findings).toMatchObject([{ rule: 'repeated', count: 1 }]);
  });
});
