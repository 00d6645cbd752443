import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import type { SourceFile } from '../check.js';
import { randoms } from '../samples/spoiled.js';
import { BrokenRow, eachRow } from './csv-rows.js';

/** A file that is read a few bytes at a time. */
const inPieces = (text: string, length: number): SourceFile => {
  const file = fileOf('a.csv', Buffer.from(text));
  return { ...file, read: (offset, most) => file.read(offset, Math.min(most, length)) };
};

async function rowsOf(text: string, length = 1000) {
  const rows: (number | string)[][] = [];
  try {
    await eachRow(inPieces(text, length), ',', (cells, line) => rows.push([line, ...cells]));
  } catch (error) {
    if (!(error instanceof BrokenRow)) throw error;
    rows.push([error.line, `broken: ${error.why}`]);
  }
  return rows;
}

describe('rows of a table', () => {
  it('have the number of the line that they stand in, whatever ends lines and wherever quotation marks begin', async () => {
    const text = '\ufeffx, y\r\n1,\r\r\n 2 ,é\n"a\nb",3\n4,5';

    expect(await rowsOf(text)).toEqual([
      [1, 'x', 'y'],
      [2, '1', ''],
      [4, '2', 'é'],
      [6, 'a\nb', '3'],
      [7, '4', '5'],
    ]);
  });

  it('are told where they break', async () => {
    expect(await rowsOf('1,2\n3,"4"5\n')).toEqual([
      [1, '1', '2'],
      [2, 'broken: characters follow a closing quotation mark'],
    ]);
    expect((await rowsOf(`1,2\n${'x'.repeat(2 ** 20 + 1)}`)).at(-1)).toEqual([
      2,
      'broken: a row takes more than 1048576 characters',
    ]);
  });

  it('are the same with a quotation mark far behind them and without, however the file is read', async () => {
    const random = randoms(8);
    const parts = ['1', '2.5', ',', ',', '\n', '\r\n', '\r', ' ', 'é', '\t', 'x'];
    for (let i = 0; i < 500; i++) {
      const text = Array.from({ length: 30 }, () => parts[Math.floor(random() * parts.length)]).join('');
      const quoted = await rowsOf(`"begin"\n${text}\n"end"`);
      const plain = await rowsOf(`begin\n${text}\nend`, 1 + Math.floor(random() * 7));

      expect(plain, JSON.stringify(text)).toEqual(quoted);
    }
  });
});
