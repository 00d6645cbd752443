import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { inTurn, type Page, type RemoteServer, startRemote } from './remote-server.js';
import { upload } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

/** Below Crossref's address, a work as it describes one. */
const at = (doi: string) => `/works/${encodeURIComponent(doi)}`;
const json =
  (status: number, body: unknown): Page =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const work = (message: object): Page => json(200, { status: 'ok', 'message-type': 'work', message });

const ARTICLE = {
  type: 'journal-article',
  title: ['Cells of\u0000 the blood'],
  author: [{ given: 'A.', family: 'One', sequence: 'first' }, { name: 'The Consortium' }, { orcid: 'only' }, 7],
  published: { 'date-parts': [[2021, 3]] },
  'short-container-title': ['J. Cells'],
  'container-title': ['Journal of Cells'],
};
const PREPRINT = {
  type: 'posted-content',
  subtype: 'preprint',
  title: ['Cells of the blood'],
  author: [{ given: 'A.', family: 'One' }],
  posted: { 'date-parts': [[2020, 1, 2]] },
  institution: [{ name: 'A server of preprints' }],
  relation: { 'is-preprint-of': [{ 'id-type': 'doi', id: '10.5555/article', 'asserted-by': 'subject' }] },
};

let hung: ServerResponse[] = [];
const silent: Page = (_: IncomingMessage, response) => void hung.push(response);

const PAGES: Record<string, Page> = {
  [at('10.5555/article')]: work(ARTICLE),
  [at('10.5555/preprint')]: work(PREPRINT),
  [at('10.5555/lonely-preprint')]: work({ ...PREPRINT, relation: {} }),
  [at('10.5555/lost-preprint')]: work({
    ...PREPRINT,
    relation: { 'is-preprint-of': [{ 'id-type': 'doi', id: '10.5555/nowhere' }] },
  }),
  [at('10.5555/bare')]: work({}),
  [at('10.5555/broken')]: json(500, {}),
  [at('10.5555/limited')]: json(429, {}),
  [at('10.5555/garbage')]: (_, response) => void response.writeHead(200).end('<html>{"message":'),
  [at('10.5555/nonsense')]: json(200, { message: 'hello' }),
  [at('10.5555/endless')]: (_, response) => {
    response.writeHead(200);
    const more = () => void (response.destroyed || response.write('x'.repeat(1_000_000), more));
    more();
  },
  [at('10.5555/cut')]: (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{', () => response.destroy());
  },
  [at('10.5555/elsewhere')]: (_, response) =>
    void response.writeHead(302, { location: 'http://127.0.0.1:1/works/x' }).end(),
  [at('10.5555/silent')]: silent,
  [at('10.5555/shy')]: inTurn(json(503, {}), json(503, {}), work(ARTICLE)),
  [at('10.5555/slow')]: (_, response) => void setTimeout(() => work(ARTICLE)(_, response), 400),
  [at('10.5555/a#?b/é')]: (request, response) =>
    work(request.url?.endsWith('?mailto=desk%40example.org') ? ARTICLE : {})(request, response),
};

let crossref: RemoteServer;
let world: World;
let owner: Caller;
let curator: Caller;

beforeAll(async () => {
  crossref = await startRemote(PAGES);
  world = await beginWorld({
    CROSSREF_URL: crossref.url,
    CROSSREF_MAILTO: 'desk@example.org',
    CROSSREF_TIMEOUT: '1s',
    CROSSREF_RETRY: '200ms,200ms',
    OUTBOUND_ALLOW: crossref.pair,
  });
  owner = await world.person('submitter');
  curator = await world.person('curator');
});
afterEach(() => {
  for (const response of hung) response.destroy();
  hung = [];
});
afterAll(async () => {
  await world?.end();
  await crossref?.close();
});

async function draft(doi?: string): Promise<string> {
  const { body: profile } = await owner.get('/profiles/single-cell');
  const { doi: _, ...metadata } = profile.example.metadata;
  const begun = { profile: profile.id, title: profile.example.title, metadata: { ...metadata, ...(doi && { doi }) } };
  const { status, body } = await owner.post('/submissions', begun);
  expect(status).toBe(201);
  return body.id;
}
const viewOf = async (id: string) => (await owner.get(`/submissions/${id}`)).body;
const doiOf = async (id: string) => (await viewOf(id)).doi;
const becomes = (id: string, doi: object) =>
  vi.waitFor(async () => expect(await doiOf(id)).toMatchObject(doi), { timeout: 8_000, interval: 50 });
const rowOf = async (id: string) =>
  (await world.db.query('SELECT * FROM doi_lookup WHERE "submissionId" = $1', [id]))[0];
/** All tries are spent. */
const givenUp = (id: string) =>
  vi.waitFor(async () => expect(await rowOf(id)).toMatchObject({ tries: 3, dueAt: null }), {
    timeout: 15_000,
    interval: 50,
  });

async function edit(caller: Caller, id: string, metadata: object) {
  const { headers } = await caller.get(`/submissions/${id}`);
  return caller.patch(`/submissions/${id}`, { metadata }, { 'if-match': headers.etag ?? '' });
}

describe('a DOI that Crossref knows', () => {
  it('is found, with what its publisher tells, in the form in which it is kept', async () => {
    const id = await draft(' https://doi.org/10.5555/article ');
    expect((await viewOf(id)).metadata.doi).toBe('10.5555/article');

    await becomes(id, { state: 'found' });

    expect(await doiOf(id)).toEqual({
      doi: '10.5555/article',
      url: 'https://doi.org/10.5555/article',
      state: 'found',
      checkedAt: expect.any(String),
      publication: {
        title: 'Cells of the blood',
        authors: [{ given: 'A.', family: 'One' }, { name: 'The Consortium' }],
        authorCount: 2,
        published: { year: 2021, month: 3, day: null },
        journal: 'J. Cells',
        isPreprint: false,
      },
      publishedAs: null,
    });
  });

  it('is unverified until Crossref has answered, which nobody waits for', async () => {
    const id = await draft('10.5555/slow');

    expect(await doiOf(id)).toMatchObject({ state: 'unverified', publication: null, checkedAt: null });
    await becomes(id, { state: 'found' });
  });

  it('changes the entity tag when it is found', async () => {
    const id = await draft('10.5555/slow');
    const { headers } = await owner.get(`/submissions/${id}`);
    await becomes(id, { state: 'found' });

    const stale = await owner.patch(
      `/submissions/${id}`,
      { title: 'Another title' },
      { 'if-match': headers.etag ?? '' },
    );

    expect(stale).toMatchObject({ status: 412, body: { changed: ['/updatedAt'] } });
  });

  it('of a preprint offers what it was published as, and takes it over by an edit', async () => {
    const id = await draft('doi:10.5555/preprint');
    await becomes(id, { state: 'found' });

    const { publication, publishedAs } = await doiOf(id);
    expect(publication).toMatchObject({ isPreprint: true, journal: 'A server of preprints' });
    expect(publishedAs).toMatchObject({
      doi: '10.5555/article',
      url: 'https://doi.org/10.5555/article',
      publication: { journal: 'J. Cells', isPreprint: false },
    });

    expect((await edit(owner, id, { doi: publishedAs.doi })).status).toBe(200);
    await becomes(id, { doi: '10.5555/article', state: 'found', publishedAs: null });
  });

  it('is known all the same where nothing is known of what the preprint became', async () => {
    const [lonely, lost] = [await draft('10.5555/lonely-preprint'), await draft('10.5555/lost-preprint')];

    await becomes(lonely, { state: 'found', publishedAs: null });
    await becomes(lost, { state: 'found', publishedAs: { doi: '10.5555/nowhere', publication: null } });
  });

  it('may tell nothing of itself', async () => {
    const id = await draft('10.5555/bare');

    await becomes(id, { state: 'found', publication: { title: null, authors: [], published: null, journal: null } });
  });

  it('is asked for as what it is, and by whom', async () => {
    const id = await draft('10.5555/a#?b/é');

    await becomes(id, { state: 'found', url: 'https://doi.org/10.5555/a%23%3Fb/%C3%A9' });
    expect(await doiOf(id)).toMatchObject({ publication: { journal: 'J. Cells' } });
  });

  it('is looked up once, however often something else is edited', async () => {
    const id = await draft('10.5555/article');
    await becomes(id, { state: 'found' });
    const before = crossref.asked[at('10.5555/article')]?.length;

    await edit(owner, id, { contact_name: 'Somebody else' });
    await edit(owner, id, { doi: 'https://doi.org/10.5555/article' });

    expect(await doiOf(id)).toMatchObject({ state: 'found' });
    expect(crossref.asked[at('10.5555/article')]).toHaveLength(before ?? 0);
  });
});

describe('a DOI that Crossref does not know', () => {
  const bytes = Buffer.from('\x89HDF\r\n\x1a\n no more than this', 'latin1');

  it('keeps the draft from being submitted, until it is corrected', async () => {
    const id = await draft('10.5555/nowhere');
    expect(await upload(world, owner, id, 'a.h5ad', bytes)).toBe(201);
    await reaches(owner, id, 'uploaded');
    await becomes(id, { state: 'not_found' });

    const send = () =>
      owner.post(`/submissions/${id}/transitions`, { event: 'submitter.submit', policyAccepted: true });
    const said = 'Crossref knows no publication by 10.5555/nowhere: correct the DOI, or leave it out';
    expect(await send()).toMatchObject({
      status: 409,
      body: { blockedBy: [{ code: 'doiKnown', message: `/metadata/doi: ${said}.` }] },
    });
    expect((await viewOf(id)).missing).toEqual([{ pointer: '/doi', detail: said }]);

    expect((await edit(owner, id, { doi: '10.5555/article' })).status).toBe(200);

    expect((await send()).status).toBe(200);
  });

  it('may be left out', async () => {
    const id = await draft('10.5555/nowhere');
    await becomes(id, { state: 'not_found' });

    await edit(owner, id, { doi: null });

    expect(await viewOf(id)).toMatchObject({ doi: null, missing: [] });
    await edit(owner, id, { doi: '10.5555/article' });
    await becomes(id, { state: 'found' });
  });

  it('is neither approved nor published where that comes out late', async () => {
    const id = await draft('10.5555/article');
    await becomes(id, { state: 'found' });
    await world.db.query(`UPDATE doi_lookup SET state = 'not_found' WHERE "submissionId" = $1`, [id]);

    const admin = await world.person('admin');
    const place = (state: string, more: string) =>
      world.db.query(
        `WITH step AS (
           INSERT INTO submission_transition ("submissionId", seq, event, "fromState", "toState", details)
           SELECT id, seq + 1, 'test', state, '${state}', '{}' FROM submission WHERE id = $1)
         UPDATE submission SET state = '${state}', seq = seq + 1, sealed = 'r', checked = 'r', approved = 'r' ${more}
          WHERE id = $1`,
        [id],
      );
    await place('curator_review.claimed', `, assignee = '${curator.id}'`);
    const approval = await curator.post(`/submissions/${id}/transitions`, { event: 'curator.approve' });
    await place('private.approved', '');
    const publication = await admin.post(`/submissions/${id}/transitions`, { event: 'admin.publish' });

    expect(approval.body.blockedBy).toContainEqual(expect.objectContaining({ code: 'doiKnown' }));
    expect(publication).toMatchObject({ status: 409, body: { blockedBy: [{ code: 'doiKnown' }] } });
    await world.db.query(`SELECT set_config('accession.erasing', 'on', false)`);
  });
});

describe('a Crossref that', () => {
  it.each(['broken', 'limited', 'garbage', 'nonsense', 'endless', 'cut', 'elsewhere', 'silent'])(
    'is %s leaves the DOI unverified, and is asked a few times more',
    async (fault) => {
      const id = await draft(`10.5555/${fault}`);

      await givenUp(id);

      expect(crossref.asked[at(`10.5555/${fault}`)]).toHaveLength(3);
      expect(await viewOf(id)).toMatchObject({ doi: { state: 'unverified', publication: null }, missing: [] });
      expect((await rowOf(id)).problem).toMatch(/^Crossref (cannot be asked|has answered)/);
    },
  );

  it('answers again is believed', async () => {
    const id = await draft('10.5555/shy');

    await becomes(id, { state: 'found' });

    expect(crossref.asked[at('10.5555/shy')]).toHaveLength(3);
  });

  it('is asked again when the worker that asked was lost, and the queue with it', async () => {
    const id = await draft('10.5555/article');
    await becomes(id, { state: 'found' });
    const lost = `state = 'unverified', tries = 1, publication = NULL, "dueAt" = now(), "leaseUntil" = now() + interval '300 ms'`;

    await world.db.query(`UPDATE doi_lookup SET ${lost} WHERE "submissionId" = $1`, [id]);

    await becomes(id, { state: 'found', publication: { journal: 'J. Cells' } });
    expect(await rowOf(id)).toMatchObject({ tries: 2, attempt: 2, dueAt: null });
  });

  it('answers about a DOI that was replaced meanwhile is not heard', async () => {
    const id = await draft('10.5555/slow');
    await vi.waitFor(async () => expect((await rowOf(id)).tries).toBe(1));

    await edit(owner, id, { doi: '10.5555/nowhere' });

    await becomes(id, { doi: '10.5555/nowhere', state: 'not_found' });
    await new Promise((settle) => setTimeout(settle, 600));
    expect(await doiOf(id)).toMatchObject({ doi: '10.5555/nowhere', state: 'not_found' });
  });

  it('is never asked for what is no DOI', async () => {
    const id = await draft('soon to come');

    expect(await viewOf(id)).toMatchObject({ doi: null, metadata: { doi: 'soon to come' } });
    expect(await rowOf(id)).toBeUndefined();
  });
});
