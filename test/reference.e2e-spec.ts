import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isolate } from '../checks/isolate.js';
import { SOURCES } from '../checks/reference/sources.js';
import type { CheckResult } from '../checks/run-checks.js';
import { writeH5ad } from '../checks/samples/h5ad.js';
import { type RemoteServer, startRemote, whole } from './remote-server.js';
import { sharedFolder } from './shared.js';

const MAIN = resolve('dist/cli/main.js');
const shared = sharedFolder('reference');
const folder = mkdtempSync(join(tmpdir(), 'accession-reference-'));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(folder, 'made-'));
  rmSync(dir, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const env = () => ({ PATH: process.env.PATH, ACCESSION_REFERENCE_DIR: dir });
const accession = (...args: string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, encoding: 'utf8', env: env() });
const reference = (...args: string[]) => accession('reference', ...args);

async function began(args: readonly string[], line: RegExp) {
  const child = spawn(process.execPath, [MAIN, 'reference', ...args], { cwd: folder, env: env() });
  let said = '';
  await new Promise<void>((settle) => {
    child.stderr.on('data', (text) => {
      said += text;
      if (line.test(said)) settle();
    });
    child.once('close', () => settle());
  });
  return child;
}

const listed = () => {
  const { status, stdout } = reference('list', '--format', 'json');
  return { status, ...JSON.parse(stdout) };
};

describe('accession reference', { timeout: 60_000 }, () => {
  it('tells that nothing is installed, and how to', () => {
    expect(reference('list')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`Nothing is installed in ${dir}`),
      stderr: expect.stringContaining('accession reference install'),
    });
    expect(listed()).toEqual({ status: 0, folder: dir, editions: [] });
  });

  it('keeps the data below DATA_DIR where nothing else is said', () => {
    const env = { PATH: process.env.PATH, DATA_DIR: 'data' };
    const args = [MAIN, 'reference', 'list', '--format', 'json'];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });

    expect(JSON.parse(stdout).folder).toBe(join(folder, 'data', 'reference'));
  });

  it.each([
    ['no action', [], /Install or list\?/],
    ['an action that is none', ['remove'], /Install or list\?/],
    ['a word too many', ['install', 'here'], /"here" is too much/],
    ['an edition that is none', ['install', '--schema', '../7'], /"\.\.\/7" is no edition/],
    ['a mirror that is no address', ['install', '--mirror', 'mirror.example'], /"mirror\.example" is no address/],
    ['two places to take it from', ['install', '--mirror', 'http://m', '--from', '.'], /Either --from or --mirror/],
    ['a folder that is not there', ['install', '--from', 'nowhere'], /There is no folder .*nowhere/],
    ['a folder without the files', ['install', '--from', '.'], /lacks 30 of the 30 files of schema 7\.0\.0: /],
    ['an edition whose addresses are not known', ['install', '--schema', '7.1.0'], /No public addresses .*--from DIR/],
    ['a format that is none', ['list', '--format', 'xml'], /no format "xml"/],
  ])('ends with 2 for %s', (_, args, message) => {
    expect(reference(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('ends with 4 where a mirror lacks a file, and names it', async () => {
    const remote = await startRemote({});
    const child = await began(['install', '--mirror', remote.url], /404/);
    const [status] = child.exitCode === null ? await once(child, 'close') : [child.exitCode];
    await remote.close();

    expect(status).toBe(4);
    expect(listed().editions).toEqual([]);
  });
});

describe.skipIf(shared.isMissing)(`accession reference${shared.note}`, { timeout: 120_000 }, () => {
  const installed = join(folder, 'installed');
  beforeAll(() => {
    dir = installed;
    expect(reference('install', '--from', shared.at(''))).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('278801 terms of 14 ontologies and 574425 genes of 16 tables'),
    });
  }, 120_000);

  it('lets a check decide what the starter set leaves open', async () => {
    const sample = join(folder, 'sample.h5ad');
    const judged = async (cellType: string, referenceDir: string) => {
      await writeH5ad(sample, { obs: { cell_type_ontology_term_id: Array<string>(40).fill(cellType) } });
      const limits = { memoryMb: 512, deadlineMs: 60_000, referenceDir };
      const file = { path: 'sample.h5ad', local: sample };
      return isolate('h5ad', file, { schema: '7.0.0', full: true }, limits);
    };
    const ofTerms = ({ undecided, findings }: CheckResult) => [
      ...undecided.map(({ rule }) => `${rule} undecided`).filter((text) => text.startsWith('T')),
      ...findings.map(({ rule }) => rule).filter((rule) => rule.startsWith('T')),
    ];

    expect(ofTerms(await judged('CL:0002633', join(folder, 'nowhere')))).toContain('T02 undecided');
    expect(ofTerms(await judged('CL:0002633', installed))).toEqual([]);
    expect(ofTerms(await judged('CL:9999999', installed))).toEqual(['T02']);
  });

  it('installs from a mirror what it has under the paths of the publishers', async () => {
    const pages = (SOURCES['7.0.0'] ?? []).map(({ url, file }) => [new URL(url).pathname, whole(shared.bytes(file))]);
    const remote: RemoteServer = await startRemote(Object.fromEntries(pages));
    const child = await began(['install', '--mirror', remote.url], /574425 genes of 16 tables/);
    const [status] = child.exitCode === null ? await once(child, 'close') : [child.exitCode];
    await remote.close();

    expect(status).toBe(0);
    expect(Object.keys(remote.asked)).toHaveLength(30);
    expect(readdirSync(dir)).toEqual(['7.0.0']);
  });

  it('leaves what was there when it is killed, and what it left behind is no hindrance', async () => {
    dir = installed;
    const before = listed();

    const child = await began(['install', '--from', shared.at('')], /installed: .*CVCL/);
    child.kill('SIGKILL');
    await once(child, 'close');

    expect(before).toMatchObject({ status: 0, editions: [{ schema: '7.0.0', faults: [] }] });
    expect(listed()).toEqual(before);
  });

  it('ends with 6 where what is installed is damaged, says which file, and mends it', async () => {
    dir = installed;
    await writeH5ad(join(folder, 'sample.h5ad'));
    const file = readdirSync(join(dir, '7.0.0')).find((name) => name.startsWith('EFO')) ?? '';
    writeFileSync(join(dir, '7.0.0', file), 'words');

    expect(reference('list')).toMatchObject({
      status: 6,
      stderr: expect.stringContaining(`${file} is damaged: it is not as it was written. Install it again`),
    });
    expect(listed()).toMatchObject({ status: 6, editions: [{ faults: [expect.stringContaining(file)] }] });
    const { status, stdout } = accession('validate', join(folder, 'sample.h5ad'));
    expect(status).toBe(6);
    expect(stdout).toMatch(new RegExp(`broke on .*sample\\.h5ad: The reference file .*${file} is damaged`));
    expect(reference('install', '--from', shared.at('')).status).toBe(0);
    expect(listed()).toMatchObject({ status: 0, editions: [{ faults: [] }] });
  });

  it('installs another edition beside it, and tells what nobody could verify', () => {
    dir = installed;
    expect(reference('install', '--from', shared.at(''), '--schema', '7.1.0').status).toBe(0);

    const { status, editions } = listed();
    expect([status, editions.map(({ schema }: { schema: string }) => schema)]).toEqual([0, ['7.0.0', '7.1.0']]);
    expect(editions[0].ontologies.every(({ source }: Listed) => source.isVerified)).toBe(true);
    expect(editions[1].ontologies.some(({ source }: Listed) => source.isVerified)).toBe(false);
    expect(reference('list').stdout).toMatch(/ {2}CVCL +165949 .*\n[\s\S]*schema 7\.1\.0: [\s\S]*nobody has published/);
  });
});

interface Listed {
  readonly source: { readonly isVerified: boolean };
}
