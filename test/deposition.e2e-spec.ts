import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { annotationsExample, tomogramsExample } from '../checks/profiles/cryoet/examples.js';
import { Server } from '../cli/server.js';
import { sendDescription } from '../cli/workspace.js';
import { DATASET, type DepositionFiles, depositionFiles, RUNS } from './deposition-files.js';
import { linesOf, maskBytes, tiltsSorted, tomogramBytes } from './run-files.js';
import { sha256Of, upload } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

/** A hundred small files, each looked at in a process: long on a busy machine. */
const LONG = 90_000;

let world: World;
let owner: Caller;
let curator: Caller;

beforeAll(async () => {
  world = await beginWorld();
  owner = await world.person('submitter');
  curator = await world.person('curator');
}, LONG);
afterAll(() => world?.end());

interface Begun {
  readonly id: string;
  readonly path: string;
  readonly accession: string;
}

async function begin(caller: Caller, profile: string, title: string, metadata: object): Promise<Begun> {
  const { status, body } = await caller.post('/submissions', { profile, title, metadata });
  expect(status).toBe(201);
  return { id: body.id, path: `/submissions/${body.id}`, accession: body.accession };
}

async function bring(caller: Caller, id: string, files: DepositionFiles['files']): Promise<void> {
  for (const [path, bytes] of files) expect(await upload(world, caller, id, path, Buffer.from(bytes))).toBe(201);
  await reaches(caller, id, 'uploaded', LONG);
}

const submit = async (caller: Caller, { path }: Begun) =>
  expect((await caller.post(`${path}/transitions`, { event: 'submitter.submit', policyAccepted: true })).status).toBe(
    200,
  );

/** Until the head of each file was looked at. */
const isRead = (caller: Caller, { path }: Begun) =>
  vi.waitFor(async () => expect((await caller.get(`${path}/deposition`)).body.files.unread).toBe(0), {
    timeout: LONG,
    interval: 200,
  });

async function declare(caller: Caller, { path }: Begun, metadata: object): Promise<void> {
  const { headers } = await caller.get(path);
  const { status } = await caller.patch(path, { metadata }, { 'if-match': headers.etag ?? '' });
  expect(status).toBe(200);
}

const cell = async (caller: Caller, matrix: string, rule: string, run: string) =>
  (await caller.get(`${matrix}?rule=${rule}&run=${run}`)).body.items[0];
/** What is said of the data set as a whole, and of its runs. */
const ofDataset = async (caller: Caller, matrix: string, rule: string) =>
  (await caller.get(`${matrix}?rule=${rule}`)).body.items;
const faults = async (caller: Caller, matrix: string) => {
  const found = await Promise.all(
    ['failed', 'warning'].map((status) => caller.get(`${matrix}?limit=100&status=${status}`)),
  );
  return found.flatMap(({ body }) =>
    body.items.map(({ rule, run }: { rule: string; run: string | null }) => [rule, run]),
  );
};
const runsOf = async (caller: Caller, { path }: Begun): Promise<string[]> =>
  (await caller.get(`${path}/runs`)).body.items.map(({ id }: { id: string }) => id);

const RAWTLT = 'TS_001/TS_001.rawtlt';

/** The one that annotations are made on. */
let story: Begun;

describe('a deposition of three runs', () => {
  const sound = depositionFiles();

  it('is known run by run before it is submitted', { timeout: LONG }, async () => {
    const { files, metadata } = depositionFiles(({ files }) => {
      files.set(RAWTLT, linesOf(tiltsSorted('TS_001').map((tilt, i) => (i === 4 ? tilt + 1 : tilt))));
    });
    story = await begin(owner, 'cryoet-dataset', 'Ribosomes in situ', metadata);
    await bring(owner, story.id, files);
    await isRead(owner, story);

    const { body: places } = await owner.get(`${story.path}/association?limit=100&count=true`);
    const { body: overview } = await owner.get(`${story.path}/deposition`);

    expect(places.items.filter(({ status }: { status: string }) => status !== 'matched')).toEqual([]);
    expect(places.items.find(({ path }: { path: string }) => path === RAWTLT)).toMatchObject({
      ...{ kind: 'rawtlt', dataset: DATASET, run: 'TS_001', by: 'directory' },
    });
    expect(overview).toMatchObject({
      kind: 'cryoet-dataset',
      files: { matched: places.total, ambiguous: 0, unmatched: 0 },
    });
    expect(overview.runs.map(({ name }: { name: string }) => name)).toEqual(RUNS);
    expect(await faults(owner, `${story.path}/matrix`)).toEqual([
      ['X-08', 'TS_001'],
      ['X-32', 'TS_001'],
    ]);
  });

  it('is judged anew by its metadata, without that a file is read', { timeout: LONG }, async () => {
    const looks = () => world.db.query('SELECT count(*)::int AS n, max("finishedAt") AS last FROM examined');
    const before = await looks();

    await declare(owner, story, { datasets: { [DATASET]: { runs: { TS_002: { tilt_min_deg: -30 } } } } });
    const wrong = await cell(owner, `${story.path}/matrix`, 'X-18', 'TS_002');
    await declare(owner, story, { datasets: { [DATASET]: { runs: { TS_002: { tilt_min_deg: null } } } } });
    const right = await cell(owner, `${story.path}/matrix`, 'X-18', 'TS_002');

    expect(wrong).toMatchObject({
      status: 'warning',
      findings: [{ expected: '-30°', repair: { kind: 'metadata', pointer: '/tilt_min_deg', from: -30, to: -18 } }],
    });
    expect(right).toMatchObject({ status: 'passed', findings: [] });
    expect(await looks()).toEqual(before);
  });

  it('comes back where files do not agree, with what was expected and what was found', { timeout: LONG }, async () => {
    await submit(owner, story);
    await reaches(owner, story.id, 'draft.checks_failed', LONG);
    const [run = ''] = await runsOf(owner, story);

    const { body: report } = await owner.get(`${story.path}/runs/${run}/findings?check=deposition`);
    const matrix = `${story.path}/runs/${run}/matrix`;
    const csv = await owner.get(`${matrix}.csv?rule=X-08`);

    expect(report.items).toMatchObject([
      { rule: 'X-08', severity: 'error', file: RAWTLT, location: 'line 5', status: 'new' },
      { rule: 'X-32', severity: 'warning', file: RAWTLT },
    ]);
    expect(await cell(owner, matrix, 'X-08', 'TS_001')).toMatchObject({ status: 'failed', found: '-4.99°' });
    expect((await owner.get(story.path)).body.content).toEqual({ cells: null, runs: RUNS.length });
    expect(csv.headers['content-type']).toContain('text/csv');
  });

  it('goes to the curator when it is mended, and its history tells of both', { timeout: LONG }, async () => {
    await bring(owner, story.id, new Map([[RAWTLT, sound.files.get(RAWTLT) ?? Buffer.alloc(0)]]));
    await submit(owner, story);
    await reaches(owner, story.id, 'curator_review.unassigned', LONG);
    const [second = '', first = ''] = await runsOf(owner, story);

    const { body } = await curator.get(`${story.path}/matrix/history?dataset=${DATASET}&run=TS_001&rule=X-08`);

    const { body: whole } = await curator.get(`${story.path}/runs/${second}`);
    expect(whole.checks.length).toBeGreaterThan(sound.files.size / 2);
    expect(whole.checks.filter((check: object) => 'facts' in check || !('outcome' in check))).toEqual([]);
    expect(body.items).toMatchObject([
      { runId: second, status: 'passed' },
      { runId: first, status: 'failed', found: '-4.99°' },
    ]);
    expect(await faults(curator, `${story.path}/runs/${second}/matrix`)).toEqual([]);
    expect(await cell(curator, `${story.path}/runs/${second}/matrix`, 'X-44', 'TS_001')).toMatchObject({
      status: 'passed',
    });
  });

  it('is judged by what storage holds too', async () => {
    const stack = sha256Of(Buffer.from(sound.files.get('TS_001/TS_001.st') ?? []));
    const spoken = async () => (await curator.get(`${story.path}/matrix?rule=D-05`)).body.items;
    const grow = (by: number) =>
      world.db.query('UPDATE stored_object SET size = size + $2 WHERE sha256 = $1', [stack, by]);
    const before = await spoken();

    await grow(1);
    const spoilt = await spoken();
    await grow(-1);

    expect(before).toMatchObject([{ run: null, status: 'passed' }]);
    expect(spoilt[1]).toMatchObject({ run: 'TS_001', status: 'failed', findings: [{ file: 'TS_001/TS_001.st' }] });
  });
});

/** Masks of actin in the tomograms of a record. */
const annotationsOn = (record: string) => {
  const { metadata } = depositionFiles();
  const { actin } = metadata.datasets[DATASET].annotations;
  const runs = Object.fromEntries(RUNS.map((run) => [run, {}]));
  return {
    ...annotationsExample,
    target_datasets: [{ record, dataset: DATASET }],
    datasets: { [DATASET]: { runs, annotations: { actin } } },
  };
};
const MASKS = new Map(RUNS.map((run) => [`annotations/${run}_actin.mrc`, maskBytes(run, 11)] as const));

describe('annotations of tomograms that exist', () => {
  let masks: Begun;

  it('go to the curator where the record is their own', { timeout: LONG }, async () => {
    masks = await begin(owner, 'cryoet-annotations', 'Actin in situ', annotationsOn(story.accession));
    await bring(owner, masks.id, MASKS);
    await submit(owner, masks);
    await reaches(owner, masks.id, 'curator_review.unassigned', LONG);
    const [run = ''] = await runsOf(owner, masks);

    expect(await faults(owner, `${masks.path}/runs/${run}/matrix`)).toEqual([]);
    expect(await cell(owner, `${masks.path}/runs/${run}/matrix`, 'X-39', 'TS_003')).toMatchObject({
      ...{ status: 'passed', expected: 'raw: 24 × 20 × 16' },
    });
    expect(await ofDataset(owner, `${masks.path}/runs/${run}/matrix`, 'D-06')).toMatchObject([{ status: 'passed' }]);
  });

  it('come back where the record is of somebody else, and not published', { timeout: LONG }, async () => {
    const other = await world.person('submitter');
    const theirs = await begin(other, 'cryoet-annotations', 'Actin in situ', annotationsOn(story.accession));
    await bring(other, theirs.id, MASKS);
    await submit(other, theirs);
    await reaches(other, theirs.id, 'draft.checks_failed', LONG);

    expect(await faults(other, `${theirs.path}/matrix`)).toEqual([['D-06', null]]);
    expect((await other.get(`${story.path}/matrix`)).status).toBe(404);
  });

  it('may be joined by tomograms of the alignments that exist', { timeout: LONG }, async () => {
    const { tomograms } = depositionFiles().metadata.datasets[DATASET];
    const runs = Object.fromEntries(RUNS.map((run) => [run, {}]));
    const denoised = await begin(owner, 'cryoet-tomograms', 'Denoised once more', {
      ...tomogramsExample,
      target_datasets: [{ record: story.accession, dataset: DATASET }],
      datasets: {
        [DATASET]: { run_defaults: { alignment_ref: 'alignment' }, runs, tomograms: { again: tomograms.denoised } },
      },
    });
    const volumes = RUNS.map((run) => [`${run}/${run}_rec_denoised.mrc`, tomogramBytes(run, { nz: 15 })] as const);
    await bring(owner, denoised.id, new Map(volumes));
    await submit(owner, denoised);
    await reaches(owner, denoised.id, 'curator_review.unassigned', LONG);

    expect(await faults(owner, `${denoised.path}/matrix`)).toEqual([]);
    expect(await cell(owner, `${denoised.path}/matrix`, 'X-36', 'TS_003')).toMatchObject({ status: 'passed' });
  });

  it('are undecided while the record is changed, and as long as it is not checked again', {
    timeout: LONG,
  }, async () => {
    const recall = { event: 'submitter.recall' };
    expect((await owner.post(`${story.path}/transitions`, recall)).status).toBe(200);
    const before = await ofDataset(owner, `${masks.path}/matrix`, 'D-06');

    await declare(owner, story, {
      datasets: { [DATASET]: { tomograms: { raw: { voxel_size_a: 5.6, header_is_wrong: true } } } },
    });

    expect(before).toMatchObject([{ status: 'passed' }]);
    expect(await ofDataset(owner, `${masks.path}/matrix`, 'D-06')).toMatchObject([
      { status: 'undecided', reason: expect.stringContaining(story.accession) },
    ]);
  });

  it('are let pass by a curator with a reason, which the matrix shows', { timeout: LONG }, async () => {
    expect((await curator.post(`${masks.path}/transitions`, { event: 'curator.claim' })).status).toBe(200);
    expect((await curator.post(`${masks.path}/transitions`, { event: 'curator.recheck' })).status).toBe(200);
    await vi.waitFor(async () => expect(await runsOf(curator, masks)).toHaveLength(2), { timeout: LONG, interval: 50 });
    await reaches(curator, masks.id, 'curator_review.claimed', LONG);
    const [run = ''] = await runsOf(curator, masks);
    const before = await cell(curator, `${masks.path}/matrix`, 'X-39', 'TS_001');

    const { fingerprint } = before.findings[0];
    const reason = 'The size was corrected after the masks were made.';
    const given = await curator.post(`${masks.path}/waivers`, { fingerprint, reason });

    expect(before).toMatchObject({ status: 'failed', found: '5.4', expected: '5.6', findings: [{ waiver: null }] });
    expect(given.status).toBe(201);
    for (const matrix of [`${masks.path}/matrix`, `${masks.path}/runs/${run}/matrix`])
      expect(await cell(owner, matrix, 'X-39', 'TS_001')).toMatchObject({
        findings: [{ fingerprint, waiver: { reason } }],
      });
    expect((await cell(owner, `${masks.path}/matrix`, 'X-39', 'TS_002')).findings).toMatchObject([{ waiver: null }]);
  });
});

describe('the description beside the files', () => {
  it('becomes that of the submission, without what was taken out of it, however deep it stood', async () => {
    const { metadata } = depositionFiles();
    const { runs, ...dataset } = metadata.datasets[DATASET];
    const held = {
      ...metadata,
      datasets: { [DATASET]: { ...dataset, runs: { ...runs, TS_002: { tilt_max_deg: 17 } } } },
    };
    const { id, path, accession } = await begin(owner, 'cryoet-dataset', 'Ribosomes in situ', held);

    const description = { server: world.url, submission: id, accession, profile: 'cryoet-dataset', title: 'Ribosomes' };
    const server = new Server(world.url, owner.token, AbortSignal.timeout(10_000));
    await sendDescription({ folder: '', server, path, description: { ...description, metadata } });

    const { body } = await owner.get(path);
    expect(body.title).toBe('Ribosomes');
    expect(body.metadata.datasets[DATASET].runs).toEqual(runs);
  });
});
