import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../src/files/object-store.js';
import { requeueLost } from '../src/records/publication.js';
import { PublicationLost } from '../src/records/publication-lease.js';
import type { Submission } from '../src/submissions/submission.entity.js';
import { beginDesk, changeObject, type Desk, sha256 } from './publication-desk.js';

let desk: Desk;
beforeAll(async () => {
  desk = await beginDesk();
});
afterAll(() => desk.end());

const FIRST = 'voxels of the first';
const SECOND = 'voxels of the second';
const COPIES = { 'files/b.mrc': SECOND, 'files/run 1/tomogram ä.mrc': FIRST };
const STEPS = ['verify_seal', 'place_files', 'write_landing', 'verify_public'];

/** Approved, and its publication asked for. */
async function publishing(files?: Record<string, string>): Promise<Submission> {
  const { id } = await desk.begin('Ribosomes in situ', files);
  await desk.approve(id);
  return desk.move(id, 'admin.publish');
}

/** A file lies where the folder of the record has to be: nothing can be placed. */
function obstruct({ accession }: Submission): () => void {
  const path = join(desk.folder, 'public', accession);
  mkdirSync(join(desk.folder, 'public'), { recursive: true });
  writeFileSync(path, 'in the way');
  return () => rmSync(path);
}

/** Try once more, as after the pause. */
async function again({ id }: { readonly id: string }, on?: ObjectStore): Promise<void> {
  await desk.isDue(id);
  await requeueLost(desk.db, async () => false);
  await desk.work(on);
}

/** A store that is sound but for one of its methods. */
const store = (broken: Partial<ObjectStore>): ObjectStore =>
  new Proxy(desk.store, {
    get: (sound, name: keyof ObjectStore) => broken[name] ?? (sound[name] as () => unknown).bind(sound),
  });

/** A store whose copies wait for `goOn`. */
function slowStore() {
  const [arrive, go] = [gate(), gate()];
  const copy = async (from: string, to: string) => {
    arrive.open();
    await go.opened;
    await desk.store.copy(from, to);
  };
  return { store: store({ copy }), reached: arrive.opened, goOn: go.open };
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((settle) => {
    open = settle;
  });
  return { open, opened };
}

describe('a publication', () => {
  it('brings copies and a landing document to the public store, step by step, and is told once', async () => {
    const { id } = await publishing();

    await desk.work();

    const published = await desk.submissions.get(id);
    expect(published).toMatchObject({ state: 'published.current', publishedAt: expect.any(String) });
    expect(await desk.steps(id)).toEqual(STEPS.map((step) => ({ step, state: 'done', attempts: 1, problem: null })));
    const { 'record.json': landing, ...files } = await desk.public(published);
    expect(files).toEqual(COPIES);
    const address = `https://accession.example.org/api/v1/records/${published.accession}/versions/1`;
    expect(JSON.parse(landing ?? '')).toMatchObject({
      accession: published.accession,
      version: 1,
      title: 'Ribosomes in situ',
      permanentUrl: address,
      citation: expect.stringMatching(`Ribosomes in situ. Version 1, \\d{4}. ${published.accession}. ${address}`),
      profile: { id: 'cryoet-dataset', version: '1.0' },
      metadata: { organism: 'NCBITaxon:9606' },
      files: [
        { path: 'files/b.mrc', size: SECOND.length, sha256: sha256(SECOND) },
        { path: 'files/run 1/tomogram ä.mrc', size: FIRST.length, sha256: sha256(FIRST) },
      ],
      revision: published.sealed,
    });
    expect(await desk.told(id, 'submission.published')).toBe(1);
    expect(await desk.incidents(id)).toEqual([]);
  });

  it('keeps a file that is called like the landing document', async () => {
    const { id } = await publishing({ 'record.json': 'of the submitter', 'a.mrc': FIRST });

    await desk.work();

    const { 'record.json': landing, ...files } = await desk.public(await desk.submissions.get(id));
    expect(files).toEqual({ 'files/record.json': 'of the submitter', 'files/a.mrc': FIRST });
    expect(JSON.parse(landing ?? '')).toMatchObject({ version: 1 });
  });

  it('is one, however often it is asked for, and by however many workers it is tried', async () => {
    const { id } = await publishing();
    await expect(desk.move(id, 'admin.publish')).rejects.toMatchObject({ code: 'transition-refused' });
    const [job, ...others] = await desk.jobs();
    expect(others).toEqual([]);

    const tries = Array.from({ length: 4 }, () => job && desk.worker().handle(job, desk.running));
    await Promise.all(tries);
    await (job && desk.worker().handle(job, desk.running));

    expect(await desk.state(id)).toBe('published.current');
    expect((await desk.steps(id)).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
    expect(await desk.told(id, 'submission.published')).toBe(1);
  });

  it('leaves nothing in the folder that does not belong there', async () => {
    const submission = await publishing();
    const stray = `public/${submission.accession}/v1/files/of-an-earlier-try.mrc`;
    await desk.store.put(stray, Readable.from(['stray']));
    await desk.store.put(`public/${submission.accession}/v1/files/b.mrc`, Readable.from(['half of it']));

    await desk.work();

    const { 'record.json': _, ...files } = await desk.public(submission);
    expect(files).toEqual(COPIES);
  });
});

describe('a publication that meets a fault', () => {
  it('is tried again where it failed, with an audit record for each failure, and ends in an incident', async () => {
    const submission = await publishing();
    const { id } = submission;
    const clear = obstruct(submission);

    await expect(desk.work()).rejects.toThrow();
    expect(await desk.state(id)).toBe('private.publishing');
    await expect(again(submission)).rejects.toThrow();
    expect(await desk.steps(id)).toMatchObject([
      { state: 'done', attempts: 1 },
      { state: 'failed', attempts: 2, problem: expect.any(String) },
      { state: 'todo', attempts: 0 },
      { state: 'todo', attempts: 0 },
    ]);
    await expect(again(submission)).rejects.toThrow();
    expect(await desk.state(id)).toBe('private.publish_failed');
    expect(await desk.incidents(id)).toEqual([{ kind: 'publication_failed', state: 'open' }]);
    const trail = await desk.db.query(
      `SELECT details, comment FROM submission_transition WHERE "submissionId" = $1 AND event = 'system.publish_step_failed' ORDER BY seq`,
      [id],
    );
    expect(trail).toEqual(
      [1, 2, 3].map((attempt) => ({
        details: { step: 'place_files', attempt, triesLeft: 3 - attempt },
        comment: 'The step "place_files" failed.',
      })),
    );
    await desk.isDue(id);
    expect(await requeueLost(desk.db, async () => false)).toBe(0);

    clear();
    await desk.move(id, 'admin.retry');
    await desk.work();

    expect(await desk.state(id)).toBe('published.current');
    expect((await desk.steps(id)).map(({ attempts }) => attempts)).toEqual([0, 1, 1, 1]);
    expect(await desk.incidents(id)).toEqual([{ kind: 'publication_failed', state: 'resolved' }]);
    expect(await desk.told(id, 'submission.published')).toBe(1);
  });

  it('waits longer after each failure', async () => {
    const submission = await publishing();
    const clear = obstruct(submission);
    const pause = async () => {
      const [{ ms }] = await desk.db.query(
        `SELECT extract(epoch FROM "dueAt" - now()) * 1000 AS ms FROM publication WHERE "submissionId" = $1`,
        [submission.id],
      );
      return Number(ms);
    };

    await expect(desk.work()).rejects.toThrow();
    expect(await pause()).toBeGreaterThan(0);
    expect(await requeueLost(desk.db, async () => false)).toBe(0);
    await expect(again(submission)).rejects.toThrow();

    expect(await pause()).toBeGreaterThan(desk.config.LEASE);
    clear();
    await again(submission);
    expect(await desk.state(submission.id)).toBe('published.current');
  });

  it('is blocked by an object that was changed behind the service, until that is put right', async () => {
    const submission = await publishing({ 'a.mrc': 'sealed bytes 1' });
    await changeObject(desk.store, 'sealed bytes 1', 'forged bytes 1');

    await expect(desk.work()).rejects.toThrow(/"a.mrc" are not those that were sealed/);
    expect(await desk.state(submission.id)).toBe('private.publish_failed');
    expect(await desk.incidents(submission.id)).toEqual([{ kind: 'publication_failed', state: 'open' }]);
    expect(await desk.public(submission)).toEqual({});

    await changeObject(desk.store, 'sealed bytes 1', 'sealed bytes 1');
    await desk.move(submission.id, 'admin.retry');
    await desk.work();
    expect(await desk.state(submission.id)).toBe('published.current');
  });

  it('is blocked by one that was changed after the seal was verified, and copies it anew once it is put right', async () => {
    const submission = await publishing({ 'a.mrc': 'sealed bytes 2' });
    const clear = obstruct(submission);
    await expect(desk.work()).rejects.toThrow();
    clear();
    await changeObject(desk.store, 'sealed bytes 2', 'forged bytes 2');

    await expect(again(submission)).rejects.toThrow(/"a.mrc" are not those that were sealed/);
    expect(await desk.state(submission.id)).toBe('private.publish_failed');
    expect((await desk.steps(submission.id)).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'failed']);

    await changeObject(desk.store, 'sealed bytes 2', 'sealed bytes 2');
    await desk.move(submission.id, 'admin.retry');
    await desk.work();
    expect(await desk.public(submission)).toMatchObject({ 'files/a.mrc': 'sealed bytes 2' });
    expect(await desk.state(submission.id)).toBe('published.current');
  });

  it('is blocked by rows that were changed behind the service', async () => {
    const { id } = await publishing();
    await desk.db.query(`UPDATE submission SET title = 'Something else' WHERE id = $1`, [id]);

    await expect(desk.work()).rejects.toThrow(/not those that were checked and approved/);

    expect(await desk.state(id)).toBe('private.publish_failed');
  });

  it('is taken back whole when it is aborted', async () => {
    const submission = await publishing();
    const { id } = submission;
    const full = store({ put: () => Promise.reject(new Error('The disk is full.')) });
    await expect(desk.work(full)).rejects.toThrow('full');
    await expect(again(submission, full)).rejects.toThrow('full');
    await expect(again(submission, full)).rejects.toThrow('full');
    expect(await desk.public(submission)).toEqual(COPIES);

    await desk.move(id, 'admin.abort');
    await desk.work();

    expect(await desk.state(id)).toBe('private.approved');
    expect(await desk.public(submission)).toEqual({});
    expect(await desk.steps(id)).toMatchObject([{ step: 'remove_files', state: 'done' }]);
    await desk.move(id, 'admin.publish');
    await desk.work();
    expect(await desk.public(submission)).toMatchObject(COPIES);
    expect(await desk.state(id)).toBe('published.current');
  });

  it('goes on, with an incident, until the files of what was taken down are gone', async () => {
    const published = await desk.published();
    const { id } = published;
    await desk.move(id, 'admin.tombstone', { tombstone: 'privacy' });
    const stuck = store({ remove: () => Promise.reject(new Error('The store is read-only.')) });

    for (const incidents of [0, 0, 1, 1]) {
      await expect(again(published, stuck)).rejects.toThrow('read-only');
      expect(await desk.incidents(id)).toHaveLength(incidents);
    }
    expect(await desk.told(id, 'incident.opened')).toBe(1);
    await again(published);

    expect(await desk.public(published)).toEqual({});
    expect(await desk.incidents(id)).toEqual([{ kind: 'publication_failed', state: 'resolved' }]);
    expect(await desk.state(id)).toBe('tombstoned');
  });
});

describe('a publication whose worker is lost', () => {
  it('is the next worker’s, and what the lost one still writes does not count', async () => {
    const { id } = await publishing();
    const [job] = await desk.jobs();
    if (!job) throw new Error('There is a job.');
    const slow = slowStore();
    const late = desk.worker(slow.store).handle(job, desk.running);
    await slow.reached;
    await desk.db.query(`UPDATE publication SET "leaseUntil" = now() WHERE "submissionId" = $1`, [id]);

    await desk.worker().handle(job, desk.running);
    slow.goOn();

    await expect(late).rejects.toThrow(PublicationLost);
    expect(await desk.state(id)).toBe('published.current');
    expect(await desk.told(id, 'submission.published')).toBe(1);
  });

  it('keeps whoever comes after it out of the folder until it has let go', async () => {
    const published = await desk.published();
    const { id } = published;
    await desk.move(id, 'admin.tombstone', { tombstone: 'legal' });
    await desk.work();
    await desk.move(id, 'admin.restore');
    const [restore] = await desk.jobs();
    const slow = slowStore();
    const placing = restore && desk.worker(slow.store).handle(restore, desk.running);
    await slow.reached;

    await desk.move(id, 'admin.tombstone', { tombstone: 'legal' });
    await desk.work();
    expect(await desk.steps(id)).toMatchObject([{ step: 'remove_files', state: 'todo', attempts: 0 }]);
    slow.goOn();
    await expect(placing).rejects.toThrow(PublicationLost);
    await again(published);

    expect(await desk.steps(id)).toMatchObject([{ step: 'remove_files', state: 'done' }]);
    expect(await desk.public(published)).toEqual({});
  });

  it('is given up after as many workers as there are tries', async () => {
    const { id } = await publishing();
    await desk.db.query(`UPDATE publication_step SET attempts = 3 WHERE "submissionId" = $1 AND step = 'verify_seal'`, [
      id,
    ]);

    await expect(desk.work()).rejects.toThrow('"verify_seal" was begun 3 times');

    expect(await desk.state(id)).toBe('private.publish_failed');
    expect(await desk.incidents(id)).toEqual([{ kind: 'publication_failed', state: 'open' }]);
  });

  it('loses no try to a process that stops', async () => {
    const submission = await publishing();
    const [job] = await desk.jobs();
    const stopping = new AbortController();
    const slow = store({
      copy: async () => {
        stopping.abort(new Error('The process is stopping.'));
      },
    });

    await expect(job && desk.worker(slow).handle(job, stopping.signal)).rejects.toThrow('stopping');

    expect(await desk.steps(submission.id)).toMatchObject([{ attempts: 1 }, { state: 'todo', attempts: 0 }, {}, {}]);
    await again(submission);
    expect(await desk.state(submission.id)).toBe('published.current');
  });

  it('is given to the queue again, unless somebody has it, or will have', async () => {
    const { id } = await publishing();
    const requeue = (holds = false) => requeueLost(desk.db, async () => holds);

    expect(await requeue(), 'its message waits for the relay').toBe(0);
    await desk.jobs();
    expect(await requeue(true), 'the queue holds its job').toBe(0);
    await desk.db.query(`UPDATE publication SET "leaseUntil" = now() + interval '1 m' WHERE "submissionId" = $1`, [id]);
    expect(await requeue(), 'a worker holds its lease').toBe(0);
    await desk.db.query(`UPDATE publication SET "leaseUntil" = now() - interval '1 s' WHERE "submissionId" = $1`, [id]);

    expect(await requeue()).toBe(1);
    expect(await desk.jobs()).toEqual([{ submissionId: id, goal: 'public', attempt: 2 }]);
    await desk.worker().handle({ submissionId: id, attempt: 1 }, desk.running);
    expect(await desk.state(id), 'the job of an older attempt does nothing').toBe('private.publishing');
    await desk.worker().handle({ submissionId: id, attempt: 2 }, desk.running);
    expect(await desk.state(id)).toBe('published.current');
    expect(await requeue(), 'it is finished').toBe(0);
  });
});
