import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { h5adCheck } from '../checks/formats/h5ad.check.js';
import { CHECKS } from '../checks/formats/index.js';
import { checksFor } from '../checks/run-checks.js';
import { mdocText } from '../checks/samples/mrc.js';
import { wholeThings } from '../checks/whole-things.js';
import { SLOW_TO_LOAD } from '../cli/check-processes.js';
import { digestsOf } from '../cli/folder-digests.js';
import { type DepositionFiles, writeDeposition } from './deposition-files.js';
import { moviePath } from './run-files.js';
import { mrcBytes } from './sample-files.js';
import { sha256Of } from './story.js';

const MAIN = resolve('dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'accession-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (path: string, bytes: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
};
put('sound.mrc', mrcBytes());
put('short.mrc', mrcBytes({ trim: 10 }));
put('old.mrc', mrcBytes({ version: 0 }));
put('notes.txt', 'words');
put('run/b.mrc', mrcBytes());
put('run/a & "b".mrc', mrcBytes({ trim: 1, version: 0 }));
put('run/frames/TS_001.mdoc', mdocText({ angles: [0, 3, '\u009b31mred<&', 6, -6, 9, -9] }));
put('run/readme.txt', 'words');
put('run/.git/config', 'words');
put('named/\u001b[31mred.mrc', mrcBytes());

const accession = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
};
const validate = (...args: string[]) => accession('validate', ...args);
const json = (...args: string[]) => {
  const { status, stdout } = validate('--format', 'json', ...args);
  return { status, document: JSON.parse(stdout) };
};

describe('accession', () => {
  it('says which commands there are', () => {
    expect(accession('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('validate'), stderr: '' });
    expect(accession()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('validate') });
    expect(accession('toString')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no command "toString"'),
    });
  });

  it('tells its version and the options of a command', () => {
    expect(accession('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(validate('x.mrc', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--profile') });
  });
});

describe('accession validate', { timeout: 30_000 }, () => {
  it('ends with 0 for sound files, warnings or not', () => {
    expect(validate('sound.mrc').status).toBe(0);
    expect(json('sound.mrc', 'old.mrc')).toMatchObject({
      status: 0,
      document: { valid: true, profile: null, schema: null, unchecked: [], durationMs: expect.any(Number) },
    });
  });

  it('ends with 1 for findings that block, and says what to do', () => {
    const { status, stdout } = validate('short.mrc');

    expect(status).toBe(1);
    expect(stdout).toContain('✗ short.mrc mrc: failed');
    expect(stdout).toContain('found 1494 bytes; expected 1504 bytes');
    expect(stdout).toContain('fix: Upload the file again');
    expect(stdout).toMatch(/1 file: 1 failed; 1 error, 0 warnings \([\d.]+ s\)\n$/);
  });

  it.each([
    ['a path that is not there', ['nothing.mrc'], /no file or folder "nothing\.mrc"/],
    ['a file that no check knows', ['notes.txt'], /No check knows "notes\.txt": known are names that end in .*\.mrc, /],
    ['a folder without any that one knows', ['run/.git'], /No check knows any file in "run\/\.git"/],
    ['no path', [], /Which files\?/],
    ['an option that is none', ['--fast', 'sound.mrc'], /--fast/],
    ['a format that is none', ['--format', 'xml', 'sound.mrc'], /no format "xml"; there are pretty, json/],
    ['a profile that is none', ['--profile', 'x', 'sound.mrc'], /no profile "x"; there are /],
    ['a schema that is no version', ['--schema', 'new', 'sound.mrc'], /"new"/],
  ])('ends with 2 for %s', (_, args, message) => {
    expect(validate(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) });
    if (args[0] === '--format') return;
    expect(json(...args)).toMatchObject({
      status: 2,
      document: { valid: null, files: [], error: expect.stringMatching(message) },
    });
  });

  it.runIf(process.platform === 'linux')('ends with 6 where nothing is wrong and a file could not be judged', () => {
    symlinkSync('/proc/self/mem', join(folder, 'unreadable.mrc'));

    const { status, document } = json('unreadable.mrc', 'sound.mrc');
    expect(status).toBe(6);
    expect(document.valid).toBe(null);
    expect(document.files).toMatchObject([
      { outcome: 'errored', findings: [], error: expect.stringContaining('broke on unreadable.mrc') },
      { outcome: 'passed' },
    ]);
    expect(json('unreadable.mrc', 'short.mrc')).toMatchObject({ status: 1, document: { valid: false } });
    expect(validate('unreadable.mrc').stdout).toContain('? not judged');
  });

  it('looks at every file of a folder, in order, and lists what no check knows', () => {
    const { status, document } = json('run/', 'sound.mrc', 'run/b.mrc');

    expect(status).toBe(1);
    expect(document.files.map(({ path, outcome }: { path: string; outcome: string }) => [path, outcome])).toEqual([
      ['run/a & "b".mrc', 'failed'],
      ['run/b.mrc', 'passed'],
      ['run/frames/TS_001.mdoc', 'failed'],
      ['sound.mrc', 'passed'],
    ]);
    expect(document.unchecked).toEqual([
      { path: 'run/.git', reason: 'Hidden folders are not looked into.' },
      { path: 'run/readme.txt', reason: 'No check knows files of this name.' },
    ]);
  });

  it('takes the schema from the profile, unless it is told', () => {
    const { document } = json('sound.mrc', '--profile', 'single-cell');
    const told = json('sound.mrc', '--profile', 'single-cell', '--schema', '7.1.0').document;

    expect(document).toMatchObject({ profile: 'single-cell', schema: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(told.schema).toBe('7.1.0');
  });

  it('colours nothing in a pipe, and shows no escape sequence of a file', () => {
    const { stdout: values } = validate('run');
    const { stdout: names } = validate('named');

    expect(values).toContain('\ufffd31mred<&');
    expect(names).toContain('\ufffd[31mred.mrc');
    for (const steering of ['\u001b', '\u009b']) expect(values + names).not.toContain(steering);
  });

  it('prints a line a file, and the verdict last, as jsonl', () => {
    const lines = validate('--format', 'jsonl', 'run')
      .stdout.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

    const verdict = lines.pop();
    const paths = lines.map(({ path }) => path);
    expect(paths.slice(0, 4)).toEqual(['run/a & "b".mrc', 'run/b.mrc', 'run/frames/TS_001.mdoc', 'main/TS_001']);
    expect(verdict).toMatchObject({ valid: false, files: paths.length });
  });

  it('prints well-formed JUnit', () => {
    const { status, stdout } = validate('--format', 'junit', 'run');

    expect(status).toBe(1);
    const count = (tag: string) => stdout.split(`<${tag} `).length - 1;
    expect(stdout).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="accession" tests="\d+" /);
    expect(stdout).toContain(`tests="${count('testcase')}" failures="${count('failure')}" errors="0" skipped="2"`);
    expect(count('skipped')).toBe(2);
    expect(stdout).toContain('<testcase name="main/TS_001" classname="deposition">');
    expect(stdout).toContain('<testcase name="run/a &amp; &quot;b&quot;.mrc" classname="mrc">');
    expect(validate('--format', 'junit', 'named').stdout).toContain('<testcase name="named/\ufffd[31mred.mrc"');
    expect(openTags(stdout)).toEqual([]);
  });

  it('prints SARIF that says which rule was broken where', () => {
    const { version, runs } = JSON.parse(validate('--format', 'sarif', 'run').stdout);
    const [{ tool, results, invocations }] = runs;

    expect([version, runs.length, invocations[0].executionSuccessful]).toEqual(['2.1.0', 1, true]);
    for (const { ruleId, ruleIndex, level, message, locations, partialFingerprints } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
      expect(message.text).toMatch(/\.$/);
      expect(locations[0].physicalLocation.artifactLocation.uri).toMatch(/^run(\/[^ "]+)?$/);
      expect(partialFingerprints['accession/v1']).toMatch(/^[0-9a-f]{24}$/);
    }
    const told = results.map(({ ruleId }: { ruleId: string }) => ruleId);
    expect(told.slice(0, 3)).toEqual(['mrc/version', 'mrc/truncated', 'mdoc/tilt_angle']);
    expect(results[told.indexOf('deposition/X-01')].locations).toEqual([
      {
        physicalLocation: { artifactLocation: { uri: 'run/frames/TS_001.mdoc' } },
        logicalLocations: [{ fullyQualifiedName: 'main/TS_001' }],
      },
    ]);
    expect(results[told.indexOf('deposition/unmatched')].locations[0].physicalLocation.artifactLocation.uri).toMatch(
      /^run\/./,
    );
    expect(results[0].locations[0].physicalLocation.region).toEqual({ byteOffset: 108 });
  });

  it('tells of a file that is twice in a deposition where every byte is read', { timeout: 90_000 }, () => {
    const twice = ({ files }: DepositionFiles) =>
      void files.set(moviePath('TS_003', 5), files.get(moviePath('TS_001', 5)) ?? Buffer.alloc(0));
    writeDeposition(join(folder, 'yeast'), { spoil: twice });
    const said = (...args: string[]) => {
      const { status, document } = json('yeast', '--profile', 'cryoet-dataset', ...args);
      const of = document.matrix.cells.filter(({ rule }: { rule: string }) => rule === 'D-03');
      return { status, of };
    };

    expect(said()).toMatchObject({ status: 0, of: [{ run: null, status: 'not_applicable' }] });
    expect(said('--full')).toMatchObject({
      ...{ status: 1 },
      of: [{ run: null }, { run: 'TS_003', status: 'failed', findings: [{ file: moviePath('TS_003', 5) }] }],
    });
  });

  it('computes the digests that the server has, of folders that are one thing too', async () => {
    const { files } = writeDeposition(join(folder, 'digests'));
    const manifest = [...files].map(([path, bytes]) => ({
      path,
      size: bytes.length,
      sha256: sha256Of(Buffer.from(bytes)),
    }));
    const things = wholeThings(manifest);
    const { signal } = new AbortController();

    const digests = await digestsOf(join(folder, 'digests'), [...things.map(({ path }) => path), 'gone.mrc'], signal);

    expect(things.some(({ parts }) => parts !== null)).toBe(true);
    expect(digests).toEqual(new Map(things.map(({ path, sha256 }) => [path, sha256])));
    const stopped = digestsOf(
      join(folder, 'digests'),
      things.map(({ path }) => path),
      AbortSignal.abort(),
    );
    await expect(stopped).rejects.toThrow(/abort/);
  });

  it('looks at every file of a folder that is called like one', () => {
    put('named.h5ad/a.mrc', mrcBytes());

    expect(json('named.h5ad')).toMatchObject({ status: 0, document: { files: [{ check: 'mrc' }], unchecked: [] } });
  });

  it('says that metadata cannot be read, and judges nothing without them', () => {
    put('barred/a.mrc', mrcBytes());
    mkdirSync(join(folder, 'barred/accession.json'));

    const { status, stderr } = validate('barred', '--profile', 'cryoet-dataset');
    expect(status).toBe(2);
    expect(stderr).toMatch(/accession\.json cannot be read \(EISDIR\): make it readable, or take it away\./);
  });

  it('knows of the check that it begins before all others are loaded what that says of itself', () => {
    const { id, extensions, except, sharesProcess } = h5adCheck;
    const known = CHECKS.filter((check) => checksFor('a.h5ad', [check]).length > 0);

    expect(SLOW_TO_LOAD).toEqual({ id, extensions, except, sharesProcess });
    expect(known.map((check) => check.id)).toEqual([SLOW_TO_LOAD.id]);
  });

  it('stops when it is told to', async () => {
    for (let i = 0; i < 60; i++) put(`many/${i}.mrc`, mrcBytes());
    const child = spawn(process.execPath, [MAIN, 'validate', 'many'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });

    await new Promise((begun) => child.stdout.once('data', begun));
    child.kill('SIGINT');

    expect(await new Promise((ended) => child.once('close', ended))).toBe(130);
  });

  it('does not mind a reader that has enough', () => {
    const { stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${MAIN}" validate run --format jsonl | head -1`],
      {
        ...{ cwd: folder, encoding: 'utf8' },
      },
    );

    expect(stderr).toBe('');
  });
});

/** The tags that are opened and not closed, or closed and not opened. */
function openTags(text: string): string[] {
  const open: string[] = [];
  for (const [, close, name = '', self] of text.matchAll(/<(\/?)([a-z-]+)(?:\s+[\w-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (self) continue;
    if (!close) open.push(name);
    else if (open.at(-1) === name) open.pop();
    else open.push(`/${name}`);
  }
  return open;
}
