import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeH5ad } from '../../checks/samples/h5ad.js';
import { objectKey } from '../../src/files/object-store.js';
import { draft, draftOfCells, type Story, upload } from '../story.js';
import { type Caller, reaches } from '../world.js';
import { beginService, type Running, type Service } from './processes.js';

const DEADLINE_S = 5;
const LEASE_S = 1.5;

let service: Service;
let worker: Running;
let submitter: Caller;
let curator: Caller;
beforeAll(async () => {
  service = await beginService({
    settings: {
      CHECK_DEADLINE: `${DEADLINE_S}s`,
      LEASE: `${LEASE_S * 1000}ms`,
      CHECK_MEMORY_MB: '400',
      MAX_ATTEMPTS: '2',
      VALIDATION_CONCURRENCY: '4',
    },
  });
  [, worker] = await Promise.all([service.startApi(), service.startWorker()]);
  submitter = await service.person('submitter');
  curator = await service.person('curator');
}, 60_000);
afterAll(() => service.end(), 60_000);

async function submittedWith(path: string, bytes: Buffer): Promise<Story> {
  const story = await (path.endsWith('.h5ad') ? draftOfCells(submitter) : draft(service, submitter));
  expect(await upload(service, submitter, story.id, path, bytes)).toBe(201);
  await reaches(submitter, story.id, 'uploaded');
  expect((await story.move(submitter, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
  return story;
}
const runsOf = async ({ path }: Story) => (await submitter.get(`${path}/runs`)).body.items;
const findingsOf = async (story: Story) => {
  const [run] = await runsOf(story);
  return (await submitter.get(`${story.path}/runs/${run.id}/findings`)).body.items;
};

describe('a check that goes wrong', () => {
  const ENDS = [
    ['hangs', /did not finish poison\.hangs within 5 s/],
    ['eats', /took more than 400 MB of memory for poison\.eats/],
    ['throws', /broke on poison\.throws: This is a bug\./],
  ] as const;

  it('ends as an incident when its tries are spent, and keeps no other submission back', {
    timeout: 90_000,
  }, async () => {
    const poisoned = await Promise.all(ENDS.map(([ending]) => submittedWith(`poison.${ending}`, randomBytes(10))));
    const sound = await Promise.all([1, 2, 3].map((n) => submittedWith('notes.dawdles', Buffer.from(String(n)))));
    for (const { id } of sound) await reaches(submitter, id, 'curator_review.unassigned', 40_000);

    for (const [i, story] of poisoned.entries()) {
      await reaches(submitter, story.id, 'validating.broken', 40_000);
      expect(await runsOf(story)).toMatchObject([
        { state: 'broken', outcome: null, attempt: 2, problem: expect.stringMatching(ENDS[i]?.[1] ?? /never/) },
      ]);
      expect((await submitter.get(story.path)).body.lastRun, 'it is not the submitter who is blamed').toBeNull();
    }
    const { body } = await curator.get('/incidents');
    expect(body.items.map((incident: { submission: { id: string } }) => incident.submission.id).sort()).toEqual(
      poisoned.map(({ id }) => id).sort(),
    );
    expect(worker.isAlive()).toBe(true);
    await service.settles();
  });

  it('without what went wrong is tried again by its submitter, and the incident is over', {
    timeout: 60_000,
  }, async () => {
    const story = await submittedWith('poison.throws', randomBytes(10));
    await reaches(submitter, story.id, 'validating.broken', 40_000);

    expect((await story.move(submitter, 'submitter.cancel')).body.state).toBe('uploaded');
    const { body: files } = await submitter.get(`${story.path}/files`);
    const poison = files.items.find(({ path }: { path: string }) => path === 'poison.throws');
    expect((await submitter.remove(`${story.path}/files/${poison.id}`)).status).toBe(204);
    expect((await story.move(submitter, 'submitter.submit', { policyAccepted: true })).status).toBe(200);

    await reaches(submitter, story.id, 'curator_review.unassigned', 40_000);
    const open = (await curator.get('/incidents')).body.items;
    expect(open.filter(({ submission }: { submission: { id: string } }) => submission.id === story.id)).toEqual([]);
    await service.settles();
  });

  it('hears nothing for longer than the lease is still one try, with one result', { timeout: 60_000 }, async () => {
    const story = await submittedWith('slow.dawdles', Buffer.from(String(2.2 * LEASE_S * 1000)));

    await reaches(submitter, story.id, 'curator_review.unassigned', 40_000);
    expect(await runsOf(story)).toMatchObject([{ state: 'done', attempt: 1, problem: null }]);
    expect(await findingsOf(story)).toMatchObject([{ rule: 'odd', count: 1 }]);
    await service.settles();
  });
});

describe('a file that is not what it says', () => {
  it('comes back with findings, whatever it is', { timeout: 90_000 }, async () => {
    const sound = join(service.folder, 'sound.h5ad');
    const linked = join(service.folder, 'linked.h5ad');
    await writeH5ad(sound);
    await writeH5ad(linked, { spoil: (file) => file.create_external_link('/etc/passwd', '/x', 'uns/elsewhere') });
    const whole = readFileSync(sound);
    const cases = [
      ['empty.h5ad', Buffer.alloc(0), 'F01'],
      ['cut.h5ad', whole.subarray(0, whole.length / 2), 'F01'],
      ['noise.h5ad', randomBytes(100_000), 'F01'],
      ['linked.h5ad', readFileSync(linked), 'F01'],
      ['empty.mrc', Buffer.alloc(0), 'empty_file'],
      ['noise.mrc', randomBytes(100_000), 'magic'],
    ] as const;

    const stories = await Promise.all(cases.map(([path, bytes]) => submittedWith(path, bytes)));
    for (const [i, [path, , rule]] of cases.entries()) {
      const story = stories[i] as Story;
      await reaches(submitter, story.id, 'draft.checks_failed', 40_000);
      const findings = (await findingsOf(story)).filter(({ file }: { file: string }) => file === path);
      expect(
        findings.map((finding: { rule: string }) => finding.rule),
        path,
      ).toContain(rule);
      expect(await runsOf(story)).toMatchObject([{ state: 'done', outcome: 'failed', attempt: 1, problem: null }]);
    }
    await service.settles();
  });

  it('is looked at where it lies, though it is 10 GB', { timeout: 90_000 }, async () => {
    const sound = join(service.folder, 'padded.h5ad');
    await writeH5ad(sound);
    const zeros = await draftWithHuge(Buffer.alloc(1));
    const padded = await draftWithHuge(readFileSync(sound));

    for (const { story } of [zeros, padded])
      expect((await story.move(submitter, 'submitter.submit', { policyAccepted: true })).status).toBe(200);
    await reaches(submitter, zeros.story.id, 'draft.checks_failed', 40_000);
    expect(await findingsOf(zeros.story)).toMatchObject([{ rule: 'F01', file: 'huge.h5ad' }]);
    // HDF5 minds nothing behind its end.
    await reaches(submitter, padded.story.id, 'curator_review.unassigned', 40_000);
    expect(existsSync(join(service.env.DATA_DIR ?? '', 'scratch')), 'nothing was copied').toBe(false);

    expect((await padded.story.move(submitter, 'submitter.recall')).status).toBe(200);
    for (const { remove } of [zeros, padded]) await remove();
    await service.settles();
  });
});

const HUGE = 10_000_000_000;

/** As if it had been brought: nobody sends, stores or hashes 10 GB for a test. */
async function draftWithHuge(beginning: Buffer) {
  const story = await draftOfCells(submitter);
  const [fileId, sha256] = [randomUUID(), randomBytes(32).toString('hex')];
  const local = join(service.env.DATA_DIR ?? '', objectKey(sha256));
  mkdirSync(dirname(local), { recursive: true });
  writeFileSync(local, beginning);
  truncateSync(local, HUGE);
  await service.db.query('INSERT INTO stored_object (sha256, size) VALUES ($1, $2)', [sha256, HUGE]);
  await service.db.query(
    `INSERT INTO submission_file (id, "submissionId", path, size, sha256) VALUES ($1, $2, 'huge.h5ad', $3, $4)`,
    [fileId, story.id, HUGE, sha256],
  );
  const remove = async () =>
    expect((await submitter.remove(`${story.path}/files/${fileId}`)).status, 'the invariants read no 10 GB').toBe(204);
  return { story, remove };
}
