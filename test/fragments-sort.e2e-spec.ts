import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SOUND_FRAGMENTS, writeFragments } from '../checks/samples/fragments.js';

const folder = mkdtempSync(join(tmpdir(), 'accession-fragments-sort-'));
afterAll(() => rmSync(folder, { recursive: true }));

function accession(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/cli/main.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

describe('accession fragments sort', () => {
  it('makes a table that validate finds sound of one that is in disorder', () => {
    writeFragments(join(folder, 'x.fragments.tsv.gz'), { rows: [...SOUND_FRAGMENTS].reverse() });

    expect(accession('fragments', 'sort', 'x.fragments.tsv.gz', '--dedupe')).toMatchObject({
      status: 0,
      out: 'x.fragments.tsv.bgz: 3 fragments sorted and indexed, 0 repeats left out\n',
    });

    expect(existsSync(join(folder, 'x.fragments.tsv.bgz.tbi'))).toBe(true);
    expect(accession('validate', 'x.fragments.tsv.bgz')).toMatchObject({ status: 0 });
  });

  it('writes over nothing, unless it is told to', () => {
    const before = readFileSync(join(folder, 'x.fragments.tsv.bgz'));

    expect(accession('fragments', 'sort', 'x.fragments.tsv.gz')).toMatchObject({ status: 5 });
    expect(readFileSync(join(folder, 'x.fragments.tsv.bgz'))).toEqual(before);
    expect(accession('fragments', 'sort', 'x.fragments.tsv.gz', '--force')).toMatchObject({ status: 0 });
  });

  it('tells what is no fragment, with its line', () => {
    writeFragments(join(folder, 'bad.tsv.gz'), { text: 'chr1\t1\t2\tA\t1\nchr1\tone\t2\tA\t1\n' });

    const { status, err } = accession('fragments', 'sort', 'bad.tsv.gz');

    expect(status).toBe(1);
    expect(err).toMatch(/"bad\.tsv\.gz" is not sorted: line 2 is no fragment: .*no integer/);
    expect(existsSync(join(folder, 'bad.tsv.bgz'))).toBe(false);
  });

  it('is told what to do', () => {
    expect(accession('fragments', 'sort')).toMatchObject({ status: 2 });
    expect(accession('fragments', 'fold', 'x')).toMatchObject({ status: 2 });
    expect(accession('fragments', 'sort', 'nowhere.tsv.gz')).toMatchObject({ status: 2 });
  });
});
