import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BEGINNING, breakIn, type Link } from '../src/audit/chain.js';
import { recordAct } from '../src/audit/record-act.js';
import { AuditLinker } from '../workers/audit-linker.js';
import { inReview } from './story.js';
import { beginWorld, type Caller, type World } from './world.js';

let world: World;
let owner: Caller;
let curator: Caller;
let admin: Caller;
let submission: string;

beforeAll(async () => {
  world = await beginWorld();
  [owner, curator, admin] = await Promise.all([
    world.person('submitter'),
    world.person('curator'),
    world.person('admin'),
  ]);
  const story = await inReview(world, owner);
  submission = story.id;
  expect((await story.move(curator, 'curator.claim')).status).toBe(200);
  await act('label.created', '=cmd|calc, "quoted"\nand on two lines');
  await linked();
});
afterAll(() => world?.end());

const act = (action: string, name: string) =>
  world.db.transaction((tx) =>
    recordAct(tx, { actorId: curator.id, action, object: { type: 'label', id: 'label 1' }, details: { name } }),
  );
/** Until every entry has its place. */
const linked = () =>
  vi.waitFor(async () => expect(await world.db.query('SELECT FROM audit_unlinked')).toEqual([]), {
    timeout: 10_000,
    interval: 50,
  });
const search = async (query: string) => (await admin.get(`/audit?limit=100&${query}`)).body.items;
const text = async (path: string) => {
  const answer = await fetch(`${world.url}/api/v1${path}`, { headers: { authorization: `Bearer ${admin.token}` } });
  expect(answer.status).toBe(200);
  return { body: await answer.text(), type: answer.headers.get('content-type') };
};
const exported = async (): Promise<Link[]> => {
  const { body } = await text('/audit.jsonl');
  return body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('the audit trail', () => {
  it('has an entry for each step of the lifecycle, with who took it', async () => {
    const items = await search(`submission=${submission}`);

    expect(items[0]).toMatchObject({
      action: 'curator.claim',
      actor: { id: curator.id, name: 'Some curator' },
      object: { type: 'submission', id: submission },
      details: { from: 'curator_review.unassigned', to: 'curator_review.claimed' },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(items.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['submitter.submit', 'validator.pass']),
    );
  });

  it('is searched by who, what, on what, and when', async () => {
    const actions = async (query: string) => (await search(query)).map(({ action }: { action: string }) => action);

    expect(await actions('action=curator.*')).toEqual(['curator.claim']);
    expect(await actions(`actor=${curator.id}`)).toEqual(['label.created', 'curator.claim']);
    expect(await actions('object=label%201')).toEqual(['label.created']);
    expect(await actions('actor=system&action=validator.pass')).toEqual(['validator.pass']);
    expect(await actions('to=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await actions('from=2099-01-01T00:00:00Z')).toEqual([]);
  });

  it('is read page by page, none twice and none left out', async () => {
    const all = await search('count=true');
    const seen: string[] = [];
    let path: string | null = '/audit?limit=2';
    while (path) {
      const { body } = await admin.get(path);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      path = body.nextCursor && `/audit?limit=2&cursor=${body.nextCursor}`;
    }

    expect(seen).toEqual(all.map(({ id }: { id: string }) => id));
  });

  it('is for admins alone', async () => {
    for (const path of ['/audit', '/audit.csv', '/audit.jsonl', '/audit/verification'])
      for (const caller of [owner, curator]) expect((await caller.get(path)).status).toBe(403);
  });

  it('says which action it does not understand', async () => {
    const { status, body } = await admin.get('/audit?action=Curator%20claims');

    expect(status).toBe(400);
    expect(body.errors[0].detail).toContain('curator.*');
  });
});

describe('the export', () => {
  it('is verified by anybody, entry by entry', async () => {
    const links = await exported();

    expect(breakIn(links, { position: 0, hash: BEGINNING })).toBeNull();
    expect((await admin.get('/audit/verification')).body).toEqual({
      entries: links.length,
      head: { position: links.length, hash: links.at(-1)?.hash },
      brokenAt: null,
    });
  });

  it('shows that a line was taken out', async () => {
    const links = await exported();

    expect(breakIn(links.toSpliced(1, 1), { position: 0, hash: BEGINNING })).toEqual({ position: 2, why: 'missing' });
  });

  it('as a table keeps quotes and lines, and is no formula to a spreadsheet', async () => {
    await world.db.transaction((tx) =>
      recordAct(tx, { actorId: null, action: 'label.renamed', object: { type: 'label', id: '=1+1,"x"' } }),
    );
    await linked();
    const { body, type } = await text('/audit.csv');

    expect(type).toBe('text/csv; charset=utf-8');
    expect(body.split('\n')[0]).toBe('id,at,actorId,action,objectType,objectId,submissionId,details,position,hash');
    expect(body).toContain(`"'=1+1,""x"""`);
  });
});

describe('what was written into the trail', () => {
  it('cannot be updated or deleted by the service', async () => {
    for (const table of ['audit_entry', 'audit_link', 'submission_transition'])
      for (const change of [
        `DELETE FROM ${table}`,
        `UPDATE ${table} SET ${table === 'audit_link' ? 'hash' : 'details'} = NULL`,
      ])
        await expect(world.app.get(DataSource).query(change)).rejects.toThrow(/permission denied/);
  });

  it('cannot be changed by the owner of the tables either, without taking a trigger off', async () => {
    for (const change of [`DELETE FROM audit_entry`, `UPDATE audit_entry SET action = 'x'`, `DELETE FROM audit_link`])
      await expect(world.db.query(change)).rejects.toThrow(/append-only/);
  });

  it('that was changed behind the service’s back breaks the chain at its place', async () => {
    const behind = (change: string) =>
      world.db.transaction(async (tx) => {
        await tx.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL');
        await tx.query(change);
        await tx.query('ALTER TABLE audit_entry ENABLE TRIGGER ALL');
      });
    const [, second] = await exported();

    await behind(`UPDATE audit_entry SET action = 'curator.approve' WHERE id = '${second?.id}'`);
    expect((await admin.get('/audit/verification')).body.brokenAt).toEqual({ position: 2, why: 'changed' });

    await behind(`UPDATE audit_entry SET action = '${second?.action}' WHERE id = '${second?.id}'`);
    expect((await admin.get('/audit/verification')).body.brokenAt).toBeNull();
  });

  it('stays when a draft is deleted with all it had', async () => {
    const { body: profile } = await owner.get('/profiles/single-cell');
    const { body, headers } = await owner.post('/submissions', { profile: profile.id, title: 'Soon gone' });
    const edited = await owner.patch(`/submissions/${body.id}`, { title: 'Gone' }, { 'if-match': headers.etag ?? '' });
    expect(edited.status).toBe(200);
    const gone = await owner.remove(`/submissions/${body.id}`, { 'if-match': edited.headers.etag ?? '' });
    expect(gone.status).toBe(204);

    expect(await search(`submission=${body.id}`)).toMatchObject([{ action: 'submitter.edit' }]);
  });

  it('is linked once each, by several workers at once', async () => {
    const more = await world.moreWorkers();
    await Promise.all(Array.from({ length: 40 }, (_, i) => act('label.created', `label ${i}`)));
    await Promise.all([world.workers, more].map((each) => each.get(AuditLinker, { strict: false }).tick()));
    await linked();

    expect(breakIn(await exported(), { position: 0, hash: BEGINNING })).toBeNull();
  });
});
