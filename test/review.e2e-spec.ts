import { createHash, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PROFILES } from '../checks/profiles/index.js';
import { AppModule } from '../src/app.module.js';
import { CONFIG, loadConfig } from '../src/config.js';
import { PeopleService } from '../src/identity/people.service.js';
import type { Role, User } from '../src/identity/user.js';
import type { WaiverView } from '../src/review/waivers.schema.js';
import { applyConventions, httpAdapter } from '../src/start-http.js';
import type { EventName } from '../src/submissions/events.js';
import { STATES } from '../src/submissions/lifecycle.js';
import { SubmissionsService } from '../src/submissions/submissions.service.js';
import { answersAsDocumented } from './openapi-answers.js';
import { TEMPLATE } from './template-database.js';

const PASSWORD = 'a long password';
const PROFILE = PROFILES.get('single-cell');
if (!PROFILE) throw new Error('there is no profile single-cell');
const MANUAL = PROFILE.checklist.filter(({ auto }) => !auto).map(({ id }) => id);

let desk: Awaited<ReturnType<typeof beginDesk>>;
beforeAll(async () => {
  desk = await beginDesk();
});
afterAll(() => desk.end());

describe('the checklist', () => {
  it('begins with nothing ticked but what the checks tick', async () => {
    const { submitter, path } = await desk.inReview();

    const { status, body } = await submitter.get(`${path}/checklist`);

    expect(status).toBe(200);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(PROFILE.checklist.map(({ id }) => id));
    expect(body.items[0]).toMatchObject({ id: 'checks', auto: true, done: true, note: null, by: null, at: null });
    expect(body.items[1]).toMatchObject({ auto: false, done: false });
  });

  it('says who has ticked an item, when, and what they noted', async () => {
    const { curator, path, id } = await desk.inReview();

    const ticked = await curator.put(`${path}/checklist/privacy`, { done: true, note: 'Donors have numbers.' });
    const live = `SELECT audience, data FROM live_event WHERE topic = 'checklist.updated' AND "submissionId" = $1`;
    expect(await desk.db.query(live, [id])).toMatchObject([
      { audience: 'readers', data: { item: 'privacy', done: true } },
    ]);

    expect(ticked.status).toBe(200);
    expect(ticked.body).toMatchObject({
      id: 'privacy',
      done: true,
      note: 'Donors have numbers.',
      by: { id: curator.id, name: 'Some curator' },
      at: expect.any(String),
    });
    expect((await curator.put(`${path}/checklist/privacy`, { done: false })).body).toMatchObject({
      done: false,
      note: null,
    });
  });

  it('stands in the way of an approval until it is complete', async () => {
    const { curator, path, move } = await desk.inReview();

    const refused = await move(curator, 'curator.approve');
    for (const item of MANUAL) await curator.put(`${path}/checklist/${item}`, { done: true });
    const approved = await move(curator, 'curator.approve');

    expect(refused).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'checklistDone' }] } });
    expect(approved).toMatchObject({ status: 200, body: { state: 'private.approved' } });
  });

  it('keeps a tick as long as what it stands on is unchanged, and has it again when that comes back', async () => {
    const { curator, path, move, judge } = await desk.inReview();
    const ticks = async () => {
      const { body } = await curator.get(`${path}/checklist`);
      return body.items.filter(({ done }: { done: boolean }) => done).map(({ id }: { id: string }) => id);
    };
    const amend = async (doi: string | null) => {
      await move(curator, 'curator.amend', { metadata: { doi } });
      await judge('validator.pass');
    };
    await curator.put(`${path}/checklist/metadata`, { done: true });
    await curator.put(`${path}/checklist/privacy`, { done: true });

    await amend('10.1038/another');
    const amended = await ticks();
    await amend('10.1038/s41586-020-2649-2');

    expect(amended).toEqual(['checks', 'privacy']);
    expect(await ticks()).toEqual(['checks', 'metadata', 'privacy']);
  });

  it('refuses a tick on a checklist that has changed since it was read, and says where', async () => {
    const { curator, path } = await desk.inReview();
    const { headers } = await curator.get(`${path}/checklist`);
    const seen = { 'if-match': String(headers.etag) };

    const first = await curator.put(`${path}/checklist/privacy`, { done: true }, seen);
    const second = await curator.put(`${path}/checklist/metadata`, { done: true }, seen);
    const third = await curator.put(
      `${path}/checklist/metadata`,
      { done: true },
      { 'if-match': String(first.headers.etag) },
    );

    expect(second).toMatchObject({ status: 412, body: { code: 'stale-version', changed: ['/privacy/done'] } });
    expect(third.status).toBe(200);
  });

  it.each<[what: string, item: string, status: number, code: string]>([
    ['an item that the checks tick', 'checks', 409, 'ticked-by-checks'],
    ['an item that is none', 'lunch', 404, 'checklist-item-not-found'],
  ])('refuses %s', async (_, item, status, code) => {
    const { curator, path } = await desk.inReview();

    expect(await curator.put(`${path}/checklist/${item}`, { done: true })).toMatchObject({ status, body: { code } });
  });

  it('is for those who review, in review', async () => {
    const { submitter, curator, path, move } = await desk.inReview();
    const other = await desk.person('submitter');
    const item = `${path}/checklist/privacy`;

    expect(await submitter.put(item, { done: true })).toMatchObject({ status: 403, body: { code: 'not-yours' } });
    expect((await other.put(item, { done: true })).status).toBe(404);
    expect((await other.get(`${path}/checklist`)).status).toBe(404);
    await move(submitter, 'submitter.recall');
    expect(await curator.put(item, { done: true })).toMatchObject({
      status: 409,
      body: { code: 'not-in-review', state: 'draft.editing', detail: expect.stringContaining('"draft.editing"') },
    });
  });

  it('counts as work on it: an idle claim expires later', async () => {
    const { curator, path, id } = await desk.inReview();
    const due = async () =>
      (await desk.db.query(`SELECT "dueAt" FROM timer WHERE "submissionId" = $1 AND kind = 'claim_idle'`, [id]))[0]
        .dueAt;
    // On a weekend no working time passes between two moments.
    await desk.db.query(`UPDATE submission SET "touchedAt" = "touchedAt" - interval '7 days' WHERE id = $1`, [id]);
    await desk.db.query(`UPDATE timer SET "dueAt" = "dueAt" - interval '7 days' WHERE "submissionId" = $1`, [id]);
    const before = await due();

    await curator.put(`${path}/checklist/privacy`, { done: true });

    expect((await due()).getTime()).toBeGreaterThan(before.getTime());
  });
});

describe('a change request', () => {
  it('is made in review, and read at its address', async () => {
    const { submitter, curator, path } = await desk.inReview();
    const asked = { text: 'Name the tissue.', severity: 'must', anchor: { field: '/metadata/description' } };

    const made = await curator.post(`${path}/change-requests`, asked);

    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`/api/v1${path}/change-requests/${made.body.id}`);
    expect(made.body).toMatchObject({
      ...asked,
      round: 1,
      state: 'open',
      answer: null,
      reason: null,
      createdBy: { id: curator.id, name: 'Some curator' },
    });
    const read = await submitter.get(`${path}/change-requests/${made.body.id}`);
    expect(read.body).toEqual(made.body);
    expect(read.headers.etag).toBe(made.body.etag);
  });

  it('goes to the submitter, is answered, and comes back to be resolved', async () => {
    const { submitter, curator, path, move, judge } = await desk.inReview();
    const ask = (text: string, severity: string) =>
      curator.post(`${path}/change-requests`, { text, severity }).then(({ body }) => body);
    const must = await ask('Name the tissue.', 'must');
    await ask('A figure would help.', 'should');
    await move(curator, 'curator.request_changes');

    const unanswered = await move(submitter, 'submitter.submit', { policyAccepted: true });
    const answered = await submitter.patch(...desk.edit(path, must, { state: 'answered', answer: 'It is blood.' }));
    const submitted = await move(submitter, 'submitter.submit', { policyAccepted: true });
    await judge('validator.pass');
    await desk.tickAll(curator, path);
    const unresolved = await move(curator, 'curator.approve');
    const resolved = await curator.patch(...desk.edit(path, answered.body, { state: 'resolved' }));

    expect(unanswered).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'requestsAnswered' }] } });
    expect(answered).toMatchObject({ status: 200, body: { state: 'answered', answer: 'It is blood.' } });
    expect(submitted.status).toBe(200);
    expect(unresolved).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'requestsResolved' }] } });
    expect(resolved).toMatchObject({ status: 200, body: { state: 'resolved', answer: 'It is blood.' } });
    expect((await move(curator, 'curator.approve')).status).toBe(200);
  });

  it('leaves an entry in the trail for all that becomes of it, and is told live without its words', async () => {
    const { submitter, curator, path, id, move } = await desk.inReview();
    const { body: made } = await curator.post(`${path}/change-requests`, { text: 'Name the tissue.' });
    const { body: edited } = await curator.patch(...desk.edit(path, made, { text: 'Name both tissues.' }));
    await move(curator, 'curator.request_changes');
    const { body: answered } = await submitter.patch(...desk.edit(path, edited, { answer: 'Blood.' }));

    const acts = await desk.db.query(
      `SELECT action, "actorId", details FROM audit_entry WHERE "objectId" = $1 ORDER BY at`,
      [made.id],
    );
    const live = await desk.db.query(
      `SELECT topic, data FROM live_event WHERE data ->> 'changeRequestId' = $1 ORDER BY "createdAt"`,
      [made.id],
    );

    expect(answered.state).toBe('answered');
    expect(acts).toMatchObject([
      { action: 'change_request.made', actorId: curator.id },
      { action: 'change_request.edited', actorId: curator.id },
      { action: 'change_request.answered', actorId: submitter.id },
    ]);
    expect(live).toMatchObject([
      { topic: 'change_request.created', data: { id, state: 'open' } },
      { topic: 'change_request.updated', data: { id, state: 'open' } },
      { topic: 'change_request.updated', data: { id, state: 'answered' } },
    ]);
    expect(JSON.stringify([acts, live])).not.toMatch(/tissue|Blood/);
  });

  it('is declined with a reason, which goes when it is reopened', async () => {
    const { curator, path } = await desk.inReview();
    const { body: made } = await curator.post(`${path}/change-requests`, { text: 'Name the tissue.' });

    const wordless = await curator.patch(...desk.edit(path, made, { state: 'declined' }));
    const declined = await curator.patch(...desk.edit(path, made, { state: 'declined', reason: 'It is named.' }));
    const reopened = await curator.patch(...desk.edit(path, declined.body, { state: 'open', text: 'Name both.' }));

    expect(wordless).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
    expect(declined.body).toMatchObject({ state: 'declined', reason: 'It is named.' });
    expect(reopened.body).toMatchObject({ state: 'open', reason: null, text: 'Name both.' });
  });

  it('refuses what is not the caller’s to do with it now, and says what is', async () => {
    const { submitter, curator, path } = await desk.inReview();
    const { body: made } = await curator.post(`${path}/change-requests`, { text: 'Name the tissue.' });

    const early = await submitter.patch(...desk.edit(path, made, { answer: 'It is blood.' }));
    const foreign = await curator.patch(...desk.edit(path, made, { answer: 'It is blood.' }));

    expect(early).toMatchObject({ status: 409, body: { code: 'change-request-refused', possible: [] } });
    expect(foreign).toMatchObject({
      status: 409,
      body: {
        state: 'open',
        submissionState: 'curator_review.claimed',
        possible: [
          { action: 'resolve', state: 'resolved', takes: [] },
          { action: 'decline', state: 'declined', takes: ['reason'] },
          { action: 'edit', state: 'open', takes: ['text', 'severity', 'anchor'] },
        ],
        detail: expect.stringContaining('You can resolve it, or decline it (reason)'),
      },
    });
  });

  it('is changed only as it was read', async () => {
    const { curator, path } = await desk.inReview();
    const { body: made } = await curator.post(`${path}/change-requests`, { text: 'Name the tissue.' });
    const at = `${path}/change-requests/${made.id}`;
    await curator.patch(at, { severity: 'should' }, { 'if-match': made.etag });

    const late = await curator.patch(at, { text: 'Name both.' }, { 'if-match': made.etag });

    expect(late).toMatchObject({ status: 412, body: { changed: expect.arrayContaining(['/severity']) } });
    expect(late.headers.etag).toBe((await curator.get(at)).body.etag);
    expect((await curator.patch(at, { text: 'Name both.' })).status).toBe(428);
    expect((await curator.patch(at, { text: 'Name both.' }, { 'if-match': '*' })).status).toBe(200);
    expect((await curator.patch(at, {}, { 'if-match': '*' })).body).toMatchObject({ text: 'Name both.' });
  });

  it.each<[what: string, asked: object, pointer: string]>([
    ['no text', { text: ' ' }, '/text'],
    ['a severity that is none', { text: 'x', severity: 'could' }, '/severity'],
    ['an anchor of two kinds', { text: 'x', anchor: { file: 'a.h5ad', finding: 'f' } }, '/anchor'],
    ['a field that is no pointer', { text: 'x', anchor: { field: 'metadata.doi' } }, '/anchor/field'],
    ['a file that is not there', { text: 'x', anchor: { file: 'b.h5ad' } }, '/anchor/file'],
    ['a finding that no run has', { text: 'x', anchor: { finding: 'nothing' } }, '/anchor/finding'],
  ])('refuses %s', async (_, asked, pointer) => {
    const { curator, path } = await desk.inReview();

    const { status, body } = await curator.post(`${path}/change-requests`, asked);

    expect(status).toBe(422);
    expect(body.errors[0].pointer).toContain(pointer);
  });

  it.each([
    ['a field', { field: '/title' }],
    ['a file', { file: 'blood.h5ad' }],
    ['a place in a file', { file: 'blood.h5ad', place: '/obs/disease' }],
    ['a run', { run: 'TS_001' }],
    ['nothing in particular', null],
  ])('can be about %s', async (_, anchor) => {
    const { curator, path } = await desk.inReview();

    const { status, body } = await curator.post(`${path}/change-requests`, { text: 'Look here.', anchor });

    expect(status).toBe(201);
    expect(body.anchor).toEqual(anchor);
  });

  it('is for its reviewers to make, in review', async () => {
    const { submitter, curator, path, move } = await desk.inReview();
    const asked = { text: 'Name the tissue.' };

    expect((await submitter.post(`${path}/change-requests`, asked)).status).toBe(403);
    await move(submitter, 'submitter.recall');
    expect(await curator.post(`${path}/change-requests`, asked)).toMatchObject({
      status: 409,
      body: { code: 'not-in-review' },
    });
  });

  it('is not of another submission', async () => {
    const [one, other] = [await desk.inReview(), await desk.inReview()];
    const { body } = await one.curator.post(`${one.path}/change-requests`, { text: 'Name the tissue.' });

    const { status, body: problem } = await other.curator.get(`${other.path}/change-requests/${body.id}`);

    expect([status, problem.code]).toEqual([404, 'change-request-not-found']);
  });

  it('asks a token for the scope of the part that its holder plays', async () => {
    const { submitter, curator, path, move } = await desk.inReview();
    const { body: made } = await curator.post(`${path}/change-requests`, { text: 'Name the tissue.' });
    const writer = await desk.withToken(curator, ['submission:write']);
    const reviewer = await desk.withToken(submitter, ['review']);

    const resolved = await writer.patch(...desk.edit(path, made, { state: 'resolved' }));
    await move(curator, 'curator.request_changes');
    const answered = await reviewer.patch(...desk.edit(path, made, { answer: 'It is blood.' }));

    expect(resolved).toMatchObject({ status: 403, body: { code: 'scope-needed', needed: ['review'] } });
    expect(answered).toMatchObject({ status: 403, body: { code: 'scope-needed', needed: ['submission:write'] } });
  });

  it('is listed with the others, in order, page by page and by state', async () => {
    const { curator, path } = await desk.inReview();
    const list = `${path}/change-requests`;
    for (const text of ['one', 'two', 'three']) await curator.post(list, { text });
    const { body: first } = await curator.get(`${list}?limit=2&count=true`);
    await curator.patch(...desk.edit(path, first.items[1], { state: 'resolved' }));

    const { body: rest } = await curator.get(`${list}?limit=2&cursor=${first.nextCursor}`);
    const { body: open } = await curator.get(`${list}?state=open,declined`);

    const texts = (items: { text: string }[]) => items.map(({ text }) => text);
    expect([texts(first.items), texts(rest.items), texts(open.items)]).toEqual([
      ['one', 'two'],
      ['three'],
      ['one', 'three'],
    ]);
    expect([first.total, rest.nextCursor]).toEqual([3, null]);
    expect((await curator.get(`${list}?state=closed`)).status).toBe(400);
  });
});

describe('a waiver', () => {
  it('lets a submission be approved in spite of an error, for a reason', async () => {
    const { curator, path, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'M04' }]);
    await desk.tickAll(curator, path);
    const blocked = await move(curator, 'curator.approve');

    const given = await curator.post(`${path}/waivers`, { fingerprint, reason: 'The term is of an older release.' });
    const { body: checklist } = await curator.get(`${path}/checklist`);
    const approved = await move(curator, 'curator.approve');

    expect(blocked).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'findingsWaived' }] } });
    expect(given).toMatchObject({
      status: 201,
      body: {
        fingerprint,
        reason: 'The term is of an older release.',
        revision: expect.stringMatching(/^[0-9a-f]{64}$/),
        holds: true,
        by: { id: curator.id, name: 'Some curator' },
        finding: { rule: 'M04', message: 'M04 is broken.', file: 'blood.h5ad' },
      },
    });
    expect(given.headers.location).toBe(`/api/v1${path}/waivers/${given.body.id}`);
    expect(checklist.items[0]).toMatchObject({ id: 'checks', done: true });
    expect(approved.status).toBe(200);
  });

  it('can be taken back in review, and then stands for nothing', async () => {
    const { curator, path, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'M04' }]);
    const { body: given, headers } = await curator.post(`${path}/waivers`, { fingerprint, reason: 'Known.' });
    const at = `${path}/waivers/${given.id}`;

    expect((await curator.remove(at, { 'if-match': '"another"' })).status).toBe(412);
    expect((await curator.remove(at, { 'if-match': String(headers.etag) })).status).toBe(204);
    expect(await curator.remove(at)).toMatchObject({ status: 404, body: { code: 'waiver-not-found' } });
    expect((await curator.get(at)).status).toBe(404);
    expect((await curator.get(`${path}/checklist`)).body.items[0]).toMatchObject({ id: 'checks', done: false });
  });

  it('holds for the file as it was', async () => {
    const { curator, path, id, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'M04' }]);
    await curator.post(`${path}/waivers`, { fingerprint, reason: 'Known.' });

    await desk.replaceFile(id);

    const { body } = await curator.get(`${path}/waivers`);
    expect(body.items).toMatchObject([{ fingerprint, holds: false }]);
    expect((await curator.post(`${path}/waivers`, { fingerprint, reason: 'Known still.' })).status).toBe(201);
  });

  it('of a finding that is about no file lets a submission be approved', async () => {
    const { curator, path, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'D-06', file: '' }]);
    await desk.tickAll(curator, path);
    const blocked = await move(curator, 'curator.approve');

    const given = await curator.post(`${path}/waivers`, { fingerprint, reason: 'That record is published tomorrow.' });

    expect(blocked).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'findingsWaived' }] } });
    expect(given).toMatchObject({ status: 201, body: { holds: true, finding: { rule: 'D-06', file: '' } } });
    expect(await move(curator, 'curator.approve')).toMatchObject({ status: 200, body: { state: 'private.approved' } });
  });

  it('of a finding that is about no file holds for the metadata as they were', async () => {
    const { curator, path, id, move, judge } = await desk.inReview();
    const amend = async (doi: string) => {
      await move(curator, 'curator.amend', { metadata: { doi } });
      const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'D-06', file: '' }]);
      await desk.tickAll(curator, path);
      return fingerprint;
    };
    const holds = async () => (await curator.get(`${path}/waivers`)).body.items.map((each: WaiverView) => each.holds);
    const fingerprint = await amend('10.1038/first');
    await curator.post(`${path}/waivers`, { fingerprint, reason: 'That record is published tomorrow.' });

    await amend('10.1038/another');

    expect(await holds()).toEqual([false]);
    expect(await move(curator, 'curator.approve')).toMatchObject({
      status: 409,
      body: { blockedBy: [{ code: 'findingsWaived' }] },
    });
    await amend('10.1038/first');
    await desk.replaceFile(id);
    expect(await holds()).toEqual([true]);
  });

  it('is given once', async () => {
    const { curator, path, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'M04' }]);

    const asked = Array.from({ length: 3 }, () => curator.post(`${path}/waivers`, { fingerprint, reason: 'Known.' }));
    const answers = await Promise.all(asked);

    const given = answers.find(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(2);
    expect(refused[0]?.body).toMatchObject({ code: 'already-waived', waiverId: given?.body.id });
  });

  it.each<[what: string, finding: Partial<Finding>, says: string]>([
    ['a warning', { severity: 'warning' }, 'only errors stand in the way'],
    ['what is fixed', { status: 'fixed' }, 'it is fixed'],
    ['what is about a file that is there no more', { file: 'gone.h5ad' }, 'gone.h5ad, which is there no more'],
  ])('refuses %s', async (_, finding, says) => {
    const { curator, path, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'M04', ...finding }]);

    const { status, body } = await curator.post(`${path}/waivers`, { fingerprint, reason: 'Known.' });

    expect([status, body.code]).toEqual([422, 'not-waivable']);
    expect(body.detail).toContain(says);
  });

  it('refuses the finding of an older run, and want of a reason', async () => {
    const { curator, path, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'M04' }]);
    await move(curator, 'curator.recheck');
    await judge('validator.pass');

    const { status, body } = await curator.post(`${path}/waivers`, { fingerprint, reason: 'Known.' });
    const wordless = await curator.post(`${path}/waivers`, { fingerprint, reason: '  ' });

    expect([status, body.code]).toEqual([422, 'not-waivable']);
    expect(wordless).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
  });

  it('is for its reviewers, in review', async () => {
    const { submitter, curator, path, move, judge } = await desk.inReview();
    await move(curator, 'curator.recheck');
    const [fingerprint = ''] = await judge('validator.fail', [{ rule: 'M04' }]);
    const { body: given } = await curator.post(`${path}/waivers`, { fingerprint, reason: 'Known.' });

    expect((await submitter.post(`${path}/waivers`, { fingerprint, reason: 'Please.' })).status).toBe(403);
    expect((await submitter.get(`${path}/waivers?count=true`)).body).toMatchObject({ total: 1, nextCursor: null });
    await desk.tickAll(curator, path);
    await move(curator, 'curator.approve');
    expect(await curator.remove(`${path}/waivers/${given.id}`)).toMatchObject({
      status: 409,
      body: { code: 'not-in-review', state: 'private.approved' },
    });
  });
});

describe('profiles', () => {
  it('are told to anybody, whole', async () => {
    const { status, headers, body } = await desk.stranger.get('/profiles');

    expect(status).toBe(200);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([...PROFILES.keys()].toSorted());
    expect(body.items.find(({ id }: { id: string }) => id === 'single-cell')).toMatchObject({
      version: PROFILE.version,
      schema: '7.0.0',
      metadataSchema: { type: 'object', properties: { contact_email: { format: 'email' } } },
      files: [{ extensions: ['.h5ad'], min: 1, max: null }],
      checklist: expect.arrayContaining([expect.objectContaining({ id: 'checks', auto: true })]),
      embargoDays: 730,
    });
    expect((await desk.stranger.get('/profiles', { 'if-none-match': String(headers.etag) })).status).toBe(304);
  });

  it('are told page by page', async () => {
    const { body: first } = await desk.stranger.get('/profiles?limit=1&count=true');
    const { body: rest } = await desk.stranger.get(`/profiles?cursor=${first.nextCursor}`);

    expect([...first.items, ...rest.items].map(({ id }: { id: string }) => id)).toEqual(
      [...PROFILES.keys()].toSorted(),
    );
    expect(first.total).toBe(PROFILES.size);
  });

  it.each([...PROFILES.keys()])('%s has an example that lacks nothing', async (id) => {
    const submitter = await desk.person('submitter');
    const { body } = await desk.stranger.get(`/profiles/${id}`);

    const created = await submitter.post('/submissions', { profile: id, ...body.example });

    expect(created).toMatchObject({ status: 201, body: { missing: [] } });
  });

  it('that are none are not found, and those that there are are named', async () => {
    expect(await desk.stranger.get('/profiles/nope')).toMatchObject({
      status: 404,
      body: { code: 'profile-not-found', profiles: [...PROFILES.keys()] },
    });
  });
});

describe('the lifecycle', () => {
  it('is told to anybody: its states, and the edges between them', async () => {
    const { status, headers, body } = await desk.stranger.get('/lifecycle');

    expect(status).toBe(200);
    expect(body.initial).toBe('draft.editing');
    expect(body.states.map(({ id }: { id: string }) => id)).toEqual(STATES);
    expect(body.edges).toContainEqual({
      from: 'curator_review.unassigned',
      to: 'curator_review.claimed',
      event: 'curator.claim',
      label: 'Claim',
      by: 'curator',
      guards: ['isImpartial'],
    });
    expect((await desk.stranger.get('/lifecycle', { 'if-none-match': String(headers.etag) })).status).toBe(304);
  });
});

describe('incidents', () => {
  it('are told to staff, the open ones unless others are asked for, the oldest first', async () => {
    const { curator, submitter, id, move } = await desk.inReview();
    await desk.db.query('DELETE FROM incident');
    await move(curator, 'curator.recheck');
    const [{ runId }] = await desk.db.query('SELECT "runId" FROM submission WHERE id = $1', [id]);
    await desk.submissions.move(id, { type: 'validator.break', runId }, null);
    await desk.db.query(
      `INSERT INTO incident (id, kind, state, message) VALUES ($1, 'storage', 'open', 'The store is full.')`,
      [randomUUID()],
    );

    const { body: first } = await curator.get('/incidents?limit=1&count=true');
    const { body: rest } = await curator.get(`/incidents?cursor=${first.nextCursor}`);
    await move(curator, 'curator.retry');
    const { body: resolved } = await curator.get('/incidents?state=resolved');

    expect(first.items).toMatchObject([
      { kind: 'validation_broken', state: 'open', submission: { id }, occurrences: 1, resolvedAt: null },
    ]);
    expect(first.total).toBe(2);
    expect(rest.items).toMatchObject([{ kind: 'storage', submission: null }]);
    expect(resolved.items).toMatchObject([{ kind: 'validation_broken', resolvedAt: expect.any(String) }]);
    expect(await submitter.get('/incidents')).toMatchObject({ status: 403, body: { code: 'role-needed' } });
    expect((await desk.stranger.get('/incidents')).status).toBe(401);
  });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
  readonly body: any;
}
interface Caller extends User {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
  put(path: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  remove(path: string, headers?: Record<string, string>): Promise<Answer>;
}
interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly status: string;
  readonly file: string;
}

/** The API with the curator's desk and without workers: what checks find is written by the test itself. */
async function beginDesk() {
  const postgres = inject('postgresUrl');
  const name = `desk_${randomUUID().replaceAll('-', '')}`;
  const server = await new DataSource({ type: 'postgres', url: postgres }).initialize();
  await server.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const config = loadConfig({ NODE_ENV: 'test', RATE_LIMITS: 'off', DATABASE_URL: new URL(`/${name}`, postgres).href });

  const built = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CONFIG)
    .useValue(config)
    .compile();
  const app = built.createNestApplication<NestFastifyApplication>(httpAdapter(config));
  applyConventions(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();

  const db = app.get(DataSource);
  const submissions = app.get(SubmissionsService, { strict: false });
  const people = app.get(PeopleService, { strict: false });

  const callerOf = (user: User, token: string): Caller => {
    const ask = async (
      method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      path: string,
      body?: object,
      headers: Record<string, string> = {},
    ): Promise<Answer> => {
      const all = { ...(token && { authorization: `Bearer ${token}` }), ...headers };
      const answer = await app.inject({ method, url: `/api/v1${path}`, headers: all, ...(body && { payload: body }) });
      const seen = {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body ? answer.json() : undefined,
      };
      answersAsDocumented(app, { method, path: `/api/v1${path}`, ...seen });
      return seen;
    };
    return {
      ...user,
      get: (path, headers) => ask('GET', path, undefined, headers),
      post: (path, body) => ask('POST', path, body),
      put: (path, body, headers) => ask('PUT', path, body, headers),
      patch: (path, body, headers) => ask('PATCH', path, body, headers),
      remove: (path, headers) => ask('DELETE', path, undefined, headers),
    };
  };
  const stranger = callerOf({ id: '', name: '', roles: [], scopes: null }, '');

  async function person(role: Role): Promise<Caller> {
    const email = `${randomUUID()}@example.org`;
    const { id } = await people.signUp({ name: `Some ${role}`, email, password: PASSWORD }, [role]);
    const { body } = await stranger.post('/sessions', { email, password: PASSWORD });
    return callerOf({ id, name: `Some ${role}`, roles: [role], scopes: null }, body.token);
  }
  const everybody = { submitter: await person('submitter'), curator: await person('curator') };

  async function withToken(caller: Caller, scopes: NonNullable<User['scopes']>): Promise<Caller> {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const { body } = await caller.post('/me/tokens', { name: 'a script', scopes, expiresAt });
    return callerOf({ ...caller, scopes }, body.token);
  }

  async function object(content: string): Promise<string> {
    const sha256 = createHash('sha256').update(content).digest('hex');
    await db.query('INSERT INTO stored_object (sha256, size) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      sha256,
      content.length,
    ]);
    return sha256;
  }

  /** What the workers would do: write a report, and let the run say so. @returns the fingerprints */
  async function judge(id: string, verdict: EventName, findings: readonly Partial<Finding>[] = []): Promise<string[]> {
    const [{ runId }] = await db.query('SELECT "runId" FROM submission WHERE id = $1', [id]);
    const outcome = verdict === 'validator.pass' ? 'passed' : 'failed';
    const prints = findings.map(({ rule, file }) =>
      createHash('sha256').update(`${rule}${file}`).digest('hex').slice(0, 24),
    );
    for (const [i, { rule, severity = 'error', status = 'new', file = 'blood.h5ad' }] of findings.entries()) {
      await db.query(
        `INSERT INTO finding ("runId", ordinal, fingerprint, "check", rule, severity, status, message, file, fix, count, samples)
         VALUES ($1, $2, $3, 'h5ad', $4, $5, $6, $7, $8, 'Write it anew.', 1, '[]')`,
        [runId, i + 1, prints[i], rule, severity, status, `${rule} is broken.`, file],
      );
    }
    await submissions.move(id, { type: verdict, runId }, null, async (tx) => {
      await tx.query(`UPDATE validation_run SET state = 'done', outcome = $2 WHERE id = $1`, [runId, outcome]);
      await tx.query('UPDATE submission SET "lastRunId" = $2 WHERE id = $1', [id, runId]);
    });
    return prints;
  }

  /** A sound submission that its curator has claimed. */
  async function inReview() {
    const { submitter, curator } = everybody;
    const { id } = await submissions.create(
      { profile: 'single-cell', ...structuredClone(PROFILE?.example) } as never,
      submitter,
    );
    const path = `/submissions/${id}`;
    const move = (caller: Caller, event: EventName, more: object = {}) =>
      caller.post(`${path}/transitions`, { event, comment: 'because', ...more });

    const sha256 = await object('cells of blood');
    await submissions.filesChanged(id, submitter, (tx) =>
      tx.query(
        `INSERT INTO submission_file (id, "submissionId", path, size, sha256) VALUES ($1, $2, 'blood.h5ad', 14, $3)`,
        [randomUUID(), id, sha256],
      ),
    );
    const submitted = await move(submitter, 'submitter.submit', { policyAccepted: true });
    if (submitted.status !== 200) throw new Error(submitted.body.detail);
    await judge(id, 'validator.pass');
    await move(curator, 'curator.claim');
    return {
      ...{ id, path, submitter, curator, move },
      judge: (verdict: EventName, findings?: readonly Partial<Finding>[]) => judge(id, verdict, findings),
    };
  }

  return {
    ...{ db, submissions, stranger, person, withToken, inReview },
    /** The arguments of a PATCH of what was read. */
    edit: (
      path: string,
      read: { id: string; etag: string },
      change: object,
    ): [string, object, Record<string, string>] => [
      `${path}/change-requests/${read.id}`,
      change,
      { 'if-match': read.etag },
    ],
    tickAll: async (curator: Caller, path: string) => {
      for (const item of MANUAL) await curator.put(`${path}/checklist/${item}`, { done: true });
    },
    /** As no route lets anybody: behind the service's back. */
    replaceFile: async (id: string) =>
      db.query('UPDATE submission_file SET sha256 = $2 WHERE "submissionId" = $1', [id, await object('other cells')]),
    end: async () => {
      await app.close();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.destroy();
    },
  };
}
