import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cryoetDataset } from '../checks/profiles/cryoet-dataset.profile.js';
import { ROUTES } from '../src/permissions.js';
import { JsonLog } from '../src/platform/logging.js';
import { tomogramBytes } from './run-files.js';
import { approved, draft, inReview, upload } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

const LONG = 60_000;
const DAY_MS = 86_400_000;

/** Whatever tells whose data they are; none of it is a word of ours. */
const NAMES = {
  owner: 'Zoe Quartzfield',
  ownerOrcid: '0000-0002-1825-0097',
  author: 'Ulrike Trask',
  authorEmail: 'u.trask@nebula-institute.test',
  authorOrcid: '0000-0001-5109-3700',
  affiliation: 'Nebula Institute for Ice',
  award: 'NLF-99871',
  agency: 'Northern Lantern Fund',
  doi: '10.5555/lantern.77',
  curator: 'Iris Vexley',
};
/** Parts of them, as they are looked for in what was answered. */
const TELLING = [
  ...['quartzfield', 'zoe', 'trask', 'ulrike', 'nebula', 'lantern', 'vexley', 'u.trask'],
  ...[NAMES.ownerOrcid, NAMES.authorOrcid, NAMES.award, NAMES.doi].map((word) => word.toLowerCase()),
];

const AUTHOR = {
  name: NAMES.author,
  orcid: NAMES.authorOrcid,
  email: NAMES.authorEmail,
  affiliation_name: NAMES.affiliation,
  is_primary: true,
  is_corresponding: true,
};

let world: World;
let owner: Caller;
let curator: Caller;
let ownerEmail: string;
/** A deposition that was checked, and data sets of cells that were not. */
let deposition: Shared;
let cells: Shared;

interface Shared {
  readonly id: string;
  readonly path: string;
  readonly accession: string;
  readonly params: Readonly<Record<string, string>>;
}

beforeAll(async () => {
  world = await beginWorld({ HOST: '127.0.0.1' });
  owner = await named('submitter', NAMES.owner, NAMES.ownerOrcid);
  curator = await named('curator', NAMES.curator, null);
  ownerEmail = (await owner.get('/me')).body.email;
  [deposition, cells] = await Promise.all([bringDeposition(), bringCells()]);
}, LONG);
afterAll(() => world?.end());

async function named(role: 'submitter' | 'curator', name: string, orcid: string | null): Promise<Caller> {
  const person = await world.person(role);
  const changed = await person.patch('/me', { name, ...(orcid && { orcid }) }, { 'if-match': '*' });
  expect(changed.status).toBe(200);
  return person;
}

async function bringDeposition(): Promise<Shared> {
  const [[key = '', dataset] = []] = Object.entries(cryoetDataset.example.metadata.datasets as Record<string, object>);
  const metadata = {
    ...cryoetDataset.example.metadata,
    description: `Frozen by ${NAMES.owner} at the ${NAMES.affiliation}.`,
    authors: [AUTHOR],
    cross_references: [{ kind: 'DOI', value: NAMES.doi }],
    datasets: {
      [key]: { ...dataset, authors: [AUTHOR], funding: [{ agency_name: NAMES.agency, grant_id: NAMES.award }] },
    },
  };
  const draft = { profile: 'cryoet-dataset', title: 'Ice of the Trask lab', metadata };
  const { body } = await owner.post('/submissions', draft);
  const bytes = Buffer.from(tomogramBytes('TS_001'));
  expect(await upload(world, owner, body.id, 'trask_lab/TS_001/quartzfield_TS_001.mrc', bytes)).toBe(201);
  expect(await upload(world, owner, body.id, 'trask_lab/broken_by_Trask.mrc', Buffer.from('no volume'))).toBe(201);
  await reaches(owner, body.id, 'uploaded');
  const path = `/submissions/${body.id}`;
  const sent = await owner.post(`${path}/transitions`, { event: 'submitter.submit', policyAccepted: true });
  expect(sent.status, JSON.stringify(sent.body)).toBe(200);
  await reaches(owner, body.id, 'draft.checks_failed', LONG);
  const [file] = (await owner.get(`${path}/files`)).body.items;
  const [run] = (await owner.get(`${path}/runs`)).body.items;
  const params = { fileId: file.id, runId: run.id, dataset: key };
  return { id: body.id, path, accession: body.accession, params };
}

async function bringCells(): Promise<Shared> {
  const metadata = {
    description: `Cells of ${NAMES.author} and ${NAMES.owner}.`,
    contact_name: NAMES.author,
    contact_email: NAMES.authorEmail,
    doi: NAMES.doi,
    links: [{ type: 'LAB_WEBSITE', uri: 'https://nebula-institute.test/lab' }],
  };
  const { body } = await owner.post('/submissions', { profile: 'single-cell', title: 'Cells in ice', metadata });
  expect(await upload(world, owner, body.id, 'quartzfield.h5ad', Buffer.from('no cells'))).toBe(201);
  await reaches(owner, body.id, 'uploaded');
  const path = `/submissions/${body.id}`;
  const [file] = (await owner.get(`${path}/files`)).body.items;
  const [dataset] = (await owner.get(`${path}/datasets`)).body.items;
  return { id: body.id, path, accession: body.accession, params: { fileId: file.id, datasetId: dataset.id } };
}

interface Link {
  readonly id: string;
  readonly token: string;
  readonly url: string;
}

async function link({ path }: Pick<Shared, 'path'>, more: object = {}): Promise<Link> {
  const { status, body } = await owner.post(`${path}/share-links`, { name: 'For the journal', ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

interface Shown {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function ask(path: string, token: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Shown> {
  const answer = await fetch(`${world.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    redirect: 'manual',
  });
  return { status: answer.status, text: await answer.text(), headers: Object.fromEntries(answer.headers) };
}

const open = (token: string) => fetch(`${world.url}/r/${token}`, { redirect: 'manual' });

/** Its holder asks, and is answered with names. @returns the thread */
async function speak({ token }: Link): Promise<string> {
  const begun = await fetch(`${world.url}/api/v1${deposition.path}/threads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'Is this ice?' }),
  });
  const { id } = (await begun.json()) as { id: string };
  const comments = `${deposition.path}/threads/${id}/comments`;
  const answers = [
    await owner.post(comments, { text: `Ask ${NAMES.author} (${NAMES.authorEmail}).` }),
    await curator.post(comments, { text: `${NAMES.curator} has.` }),
  ];
  expect([begun.status, ...answers.map(({ status }) => status)]).toEqual([201, 201, 201]);
  return id;
}

/** Every route about a submission that the table opens to visitors, as `GET /submissions/{id}` is written. */
const OPEN = Object.entries(ROUTES).flatMap(([route, { visitor }]) =>
  visitor && /^(?:GET|HEAD) \/submissions\/\{id\}/.test(route) ? [route.replace(/^\w+ /, '')] : [],
);

/** Those of them for which this submission has what they are about. */
function addressesOf({ id, params }: Shared, threadId: string): { template: string; address: string }[] {
  const known: Readonly<Record<string, string>> = { id, threadId, ...params };
  return OPEN.flatMap((template) => {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    if (names.some((name) => known[name] === undefined)) return [];
    const address = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(known[name] ?? ''));
    return [{ template, address }];
  });
}

interface Said {
  readonly template: string;
  readonly address: string;
  readonly status: number;
  readonly said: string;
}

/** What every one of them answers, page by page, and what it refuses. */
async function walk(shared: Shared, token: string, threadId: string): Promise<Said[]> {
  const asked = addressesOf(shared, threadId).flatMap((one) =>
    ['', '?limit=1&count=true', '?run=trask'].map((query) => ({ ...one, query })),
  );
  return Promise.all(
    asked.map(async ({ template, address, query }) => {
      const { status, text, headers } = await ask(address + query, token);
      expect(status, `${address}${query} ${text}`).toBeLessThan(500);
      const read = address.endsWith('/content') ? '' : text;
      const said = `${read} ${JSON.stringify(headers)} ${unpacked(text)}`;
      return { template, address: address + query, status, said };
    }),
  );
}

/** Where a page ends is written in Base64. */
const unpacked = (text: string): string =>
  [...text.matchAll(/"nextCursor":"([^"]+)"/g)]
    .map(([, cursor = '']) => Buffer.from(cursor, 'base64url').toString('latin1'))
    .join(' ');

const telling = (said: string): string[] => {
  const text = `${said} ${decodeURIComponent(said.replace(/%(?![0-9a-f]{2})/gi, '%25'))}`.toLowerCase();
  return [...TELLING, ownerEmail].filter((word) => text.includes(word));
};

describe('an anonymised link', () => {
  const walkBoth = async (anonymised: boolean) => {
    const asked = { anonymised, may: ['download', 'comment'] };
    const [first, second] = [await link(deposition, asked), await link(cells, asked)];
    const threadId = await speak(first);
    return [...(await walk(deposition, first.token, threadId)), ...(await walk(cells, second.token, threadId))];
  };

  it('answers nothing, on any route that is open to it, that tells whose data they are', async () => {
    const answers = await walkBoth(true);

    const leaks = answers.flatMap(({ address, said }) => telling(said).map((word) => `${address} tells ${word}`));
    expect(leaks).toEqual([]);
    const answered = answers.filter(({ status }) => status === 200).map(({ template }) => template);
    expect(new Set(answered)).toEqual(new Set(OPEN));
  });

  it('withholds what another link shows on the same routes', async () => {
    const answers = await walkBoth(false);

    expect(new Set(telling(answers.map(({ said }) => said).join(' ')))).toEqual(new Set(TELLING));
  });
});

describe('a review link', () => {
  it('shows its secret once, and is kept as a hash', async () => {
    const made = await link(cells, { anonymised: true });

    const listed = await owner.get(`${cells.path}/share-links/${made.id}`);

    expect(made.token).toMatch(/^acc_link_[0-9A-Za-z]{38}$/);
    expect(made.url).toBe(`${world.url.replace('localhost', '127.0.0.1')}/r/${made.token}`);
    expect(JSON.stringify(listed.body)).not.toContain(made.token);
    expect(listed.body).toMatchObject({ state: 'active', may: ['view'], anonymised: true, uses: 0, lastUsedAt: null });
    const days = (Date.parse(listed.body.expiresAt) - Date.now()) / DAY_MS;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThan(90.1);
    const [kept] = await world.db.query('SELECT row_to_json(l)::text AS text FROM share_link l WHERE id = $1', [
      made.id,
    ]);
    expect(kept.text).not.toContain(made.token);
  });

  it('opens in a browser: a cookie for its submission, and no trace of where it came from', async () => {
    const { token } = await link(cells);

    const opened = await open(token);

    expect(opened.status).toBe(303);
    expect(opened.headers.get('location')).toMatch(new RegExp(`/s/${cells.id}\\?as=reviewer$`));
    expect(Object.fromEntries(opened.headers)).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-robots-tag': expect.stringContaining('noindex'),
      'cache-control': 'no-store',
    });
    const cookie = String(opened.headers.get('set-cookie'));
    expect(cookie).toMatch(new RegExp(`Path=/api/v1/submissions/${cells.id};.*HttpOnly; SameSite=Lax`));
    const [visit = ''] = cookie.split(';');
    expect(visit).not.toContain(token);
    const read = (headers: Record<string, string>) => fetch(`${world.url}/api/v1${cells.path}`, { headers });
    expect((await read({ cookie: visit })).status).toBe(200);
    expect((await read({ cookie: 'accession_visit=acc_vis_x' })).status).toBe(401);
  });

  it('shows its owner, who is signed in, what its holder sees', async () => {
    const { token } = await link(cells, { anonymised: true });
    const [visit = ''] = String((await open(token)).headers.get('set-cookie')).split(';');
    const cookie = `accession_session=${owner.token}; ${visit}`;
    const ownerName = async (headers: Record<string, string>) =>
      ((await (await fetch(`${world.url}/api/v1${cells.path}`, { headers })).json()) as { owner: { name: string } })
        .owner.name;

    expect(await ownerName({ cookie })).toBe(NAMES.owner);
    expect(await ownerName({ cookie, 'view-as': 'reviewer' })).toBe('Author');
  });

  it('opens what its rights name, and nothing else', async () => {
    const { token } = await link(cells);
    const lending = await link(cells, { may: ['download'] });
    const content = `${cells.path}/files/${cells.params.fileId}/content`;

    expect((await ask(content, token)).status).toBe(403);
    expect((await ask(content, lending.token, { range: 'bytes=0-1' })).status).toBe(206);
    expect((await ask(deposition.path, token)).status).toBe(404);
    const closed = Object.entries(ROUTES).filter(([, { who, visitor }]) => who !== 'anyone' && !visitor);
    const answers = await Promise.all(
      closed.map(async ([route]) => {
        const [method = '', template = ''] = route.split(' ');
        const address = template.replace('{id}', cells.id).replace(/\{\w+\}/g, cells.id);
        const type = { 'content-type': 'application/json', 'if-match': '*' };
        return { route, status: (await ask(address, lending.token, method === 'GET' ? {} : type, method)).status };
      }),
    );
    expect(answers.filter(({ status }) => status !== 403)).toEqual([]);
    expect(closed.length).toBeGreaterThan(40);
  });

  it('lets its holder speak, under no name of theirs', async () => {
    const { token, id } = await link(deposition, { may: ['comment'], anonymised: true });
    const { pseudonym } = (await owner.get(`${deposition.path}/share-links/${id}`)).body;
    const post = (path: string, text: string) =>
      fetch(`${world.url}/api/v1${deposition.path}/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      });

    const begun = await post('threads', 'Is this ice?');

    expect([begun.status, await begun.json()]).toMatchObject([201, { comments: [{ author: { name: pseudonym } }] }]);
    const { body } = await owner.get(`${deposition.path}/threads?limit=100`);
    expect(JSON.stringify(body)).toContain(pseudonym);
    const silent = await link(deposition);
    expect(
      (await ask(`${deposition.path}/threads`, silent.token, { 'content-type': 'application/json' }, 'POST')).status,
    ).toBe(403);
  });

  it('asks for its passphrase, and takes no other', async () => {
    const { token } = await link(cells, { passphrase: 'a frozen lake' });
    const exchange = (passphrase?: string) =>
      world.stranger.post('/share-links/exchange', { token, ...(passphrase && { passphrase }) });

    expect(await exchange()).toMatchObject({ status: 401, body: { code: 'passphrase-needed', reason: 'missing' } });
    expect(await exchange('a thawed lake')).toMatchObject({ status: 401, body: { reason: 'wrong' } });
    expect((await ask(cells.path, token)).status).toBe(401);
    expect((await open(token)).headers.get('location')).toMatch(/\/review-link#acc_link_/);
    const visit = await exchange('a frozen lake');
    expect(visit).toMatchObject({
      status: 201,
      body: { submissionId: cells.id, may: ['view'], pseudonym: expect.stringMatching(/^Reviewer \d+$/) },
    });
    expect((await ask(cells.path, visit.body.token)).status).toBe(200);
  });

  it('is counted when it is opened, and noted when it is used', async () => {
    const { token, id } = await link(cells);

    await open(token);
    await open(token);

    const { body } = await owner.get(`${cells.path}/share-links/${id}`);
    expect(body).toMatchObject({ uses: 2, lastUsedAt: expect.any(String) });
    expect((await curator.get(`${cells.path}/share-links`)).body.items[0]).toMatchObject({ id, uses: 2 });
    expect((await world.stranger.get(`${cells.path}/share-links`)).status).toBe(401);
  });

  it('answers that it was revoked, at the next request, also to a transfer under way', async () => {
    const { token, id } = await link(cells, { may: ['download'] });
    const content = `${cells.path}/files/${cells.params.fileId}/content`;
    const signed = JSON.parse(
      (
        await ask(
          `${cells.path}/files/${cells.params.fileId}/signed-path`,
          token,
          { 'content-type': 'application/json' },
          'POST',
        )
      ).text,
    );
    const range = { range: 'bytes=0-1' };
    const bySigned = () => fetch(`${world.url}${signed.path}`, { headers: range });
    expect([(await ask(content, token, range)).status, (await bySigned()).status]).toEqual([206, 206]);

    expect((await owner.remove(`${cells.path}/share-links/${id}`, { 'if-match': '*' })).status).toBe(204);

    const answer = await ask(content, token, range);
    expect([answer.status, (await bySigned()).status, (await open(token)).status]).toEqual([410, 410, 410]);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'share-link-revoked',
      reason: 'revoked',
      contact: world.config.MAIL_FROM,
    });
    expect((await open(`${token.slice(0, -1)}!`)).status).toBe(404);
  });

  it('expires by the clock, and is extended', async () => {
    const inAWeek = new Date(Date.now() + 7 * DAY_MS).toISOString();
    const { token, id } = await link(cells, { expiresAt: inAWeek });
    const path = `${cells.path}/share-links/${id}`;
    const later = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

    world.clock.aheadMs = 8 * DAY_MS;
    const expired = await ask(cells.path, token);
    const { headers } = await owner.get(path);
    const tooFar = await owner.patch(path, { expiresAt: later(500) }, { 'if-match': String(headers.etag) });
    const extended = await owner.patch(path, { expiresAt: later(30) }, { 'if-match': String(headers.etag) });
    const good = await ask(cells.path, token);
    world.clock.aheadMs = 0;

    expect([expired.status, JSON.parse(expired.text).code]).toEqual([410, 'share-link-expired']);
    expect(tooFar).toMatchObject({ status: 422, body: { errors: [{ pointer: '/expiresAt' }] } });
    expect(extended.body.state).toBe('active');
    expect(good.status).toBe(200);
  });

  it('leaves no trace of its secret in the log', async () => {
    const lines: string[] = [];
    world.app.useLogger(new JsonLog('debug', (line) => lines.push(line)));
    const { token } = await link(cells, { may: ['download'] });
    const signed = JSON.parse(
      (
        await ask(
          `${cells.path}/files/${cells.params.fileId}/signed-path`,
          token,
          { 'content-type': 'application/json' },
          'POST',
        )
      ).text,
    );

    await open(token);
    await fetch(`${world.url}${signed.path}`);
    await vi.waitFor(() => expect(lines.join('')).toContain('/cap/[redacted]'));
    world.app.useLogger(new JsonLog('error'));

    expect(lines.join('')).toContain('/r/[redacted]');
    expect(lines.join('')).not.toContain(token);
    expect(lines.join('')).not.toContain(String(signed.path).split('/')[4]);
  });
});

describe('what a link shows', () => {
  it(
    'ends the link when it is withdrawn or rejected',
    async () => {
      const [withdrawn, rejected] = await Promise.all([inReview(world, owner), inReview(world, owner)]);
      const links = [await link(withdrawn), await link(rejected, { version: 1 })];

      await withdrawn.move(owner, 'submitter.withdraw');
      await rejected.move(curator, 'curator.claim');
      await rejected.move(curator, 'curator.reject');

      const answers = await Promise.all(links.map(async ({ token }) => (await ask(withdrawn.path, token)).text));
      expect(answers.map((text) => JSON.parse(text))).toMatchObject([
        { code: 'share-link-revoked', reason: 'withdrawn' },
        { code: 'share-link-revoked', reason: 'rejected' },
      ]);
      expect((await owner.post(`${withdrawn.path}/share-links`, { name: 'Again' })).body.code).toBe('not-shareable');
    },
    LONG,
  );

  it(
    'is its record once it is published',
    async () => {
      const story = await approved(world, owner, curator);
      const { token } = await link(story, { version: 1 });
      expect((await ask(story.path, token)).status).toBe(200);

      await story.move(await world.person('admin'), 'admin.publish');
      await reaches(owner, story.id, 'published.current');

      const opened = await open(token);
      expect([opened.status, opened.headers.get('location')]).toEqual([
        303,
        expect.stringMatching(`/d/${story.accession}$`),
      ]);
      expect(JSON.parse((await ask(story.path, token)).text)).toMatchObject({ code: 'share-link-published' });
      const listed = await owner.get(`${story.path}/share-links`);
      expect(listed.body.items).toMatchObject([{ state: 'published' }]);
    },
    LONG,
  );
});

describe('the scan for names', () => {
  it('tells the owner where they still stand', async () => {
    const { status, body } = await owner.get(`${deposition.path}/identity-scan`);

    expect(status).toBe(200);
    expect(body.items).toEqual(
      expect.arrayContaining([
        { where: 'title', pointer: '/title', word: 'Trask' },
        { where: 'metadata', pointer: '/metadata/description', word: NAMES.owner },
        { where: 'metadata', pointer: '/metadata/description', word: NAMES.affiliation },
        expect.objectContaining({ where: 'file', pointer: 'trask_lab/broken_by_Trask.mrc', word: 'trask_lab' }),
      ]),
    );
    expect(body.isComplete).toBe(true);
    expect((await curator.get(`${deposition.path}/identity-scan`)).status).toBe(403);
  });
});

describe('a signed path', () => {
  const sign = (shared: Pick<Shared, 'path'>, fileId: string, body: object = {}) =>
    owner.post(`${shared.path}/files/${fileId}/signed-path`, body);
  const fetched = (path: string, init: RequestInit = {}) => fetch(`${world.url}${path}`, init);

  it('is read by range from any page, without a header, until its time is over', async () => {
    const { body } = await sign(cells, String(cells.params.fileId));

    const head = await fetched(body.path, { method: 'HEAD' });
    const part = await fetched(body.path, { headers: { range: 'bytes=3-7', origin: 'https://viewer.example' } });
    const unchanged = await fetched(body.path, { headers: { 'if-none-match': String(head.headers.get('etag')) } });
    const asked = await fetched(body.path, { method: 'OPTIONS', headers: { origin: 'https://viewer.example' } });

    expect([part.status, await part.text()]).toEqual([206, 'cells']);
    expect(part.headers.get('access-control-allow-origin')).toBe('*');
    expect(part.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(head.headers.get('content-length')).toBe('8');
    expect([unchanged.status, asked.status]).toEqual([304, 204]);
    expect(asked.headers.get('access-control-allow-headers')).toContain('range');
    world.clock.aheadMs = 3_601_000;
    const late = await fetched(body.path);
    world.clock.aheadMs = 0;
    expect([late.status, await late.json()]).toEqual([
      410,
      expect.objectContaining({ code: 'signed-path-expired', reason: 'time' }),
    ]);
  });

  it('is nobody else’s to write, and opens no other file', async () => {
    const { body } = await sign(cells, String(cells.params.fileId));
    const [, , , , signed = ''] = String(body.path).split('/');

    expect((await fetched(String(body.path).replace(signed, `${signed.slice(0, -2)}xx`))).status).toBe(404);
    expect((await sign(cells, String(deposition.params.fileId))).status).toBe(404);
  });

  it(
    'of a folder opens what lies in it, and what is beside it not',
    async () => {
      const story = await draft(world, owner);
      for (const path of ['quartzfield.zarr/.zattrs', 'quartzfield.zarr/0/.zarray'])
        expect(await upload(world, owner, story.id, path, Buffer.from(`{"is":"${path}"}`))).toBe(201);
      const { token } = await link(story, { may: ['download'], anonymised: true });
      const listed = JSON.parse((await ask(`${story.path}/files`, token)).text).items;
      const member = listed.find(({ path }: { path: string }) => path.endsWith('.zattrs'));
      const signing = await ask(
        `${story.path}/files/${member.id}/signed-path`,
        token,
        { 'content-type': 'application/json' },
        'POST',
      );
      const opened = await fetch(`${world.url}/api/v1${story.path}/files/${member.id}/signed-path`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ folder: true }),
      });
      const { path } = (await opened.json()) as { path: string };

      const inside = await fetched(`${path}0/.zarray`);
      expect(signing.status).toBe(201);
      expect(path).toMatch(/\/withheld-[0-9a-f]{10}\.zarr\/$/);
      expect([inside.status, await inside.text()]).toEqual([200, '{"is":"quartzfield.zarr/0/.zarray"}']);
      for (const outside of ['../tomo_001.mrc', '%2e%2e/tomo_001.mrc', '0/.zattrs'])
        expect((await fetched(`${path}${outside}`)).status).toBe(404);
    },
    LONG,
  );

  it('ends with the right of the person it was made for', async () => {
    const reader = await world.person('submitter');
    await world.db.query(`INSERT INTO collaborator (accession, "personId", role) VALUES ($1, $2, 'viewer')`, [
      cells.accession,
      reader.id,
    ]);
    const { body } = await reader.post(`${cells.path}/files/${cells.params.fileId}/signed-path`);
    expect((await fetched(body.path)).status).toBe(200);

    await world.db.query('DELETE FROM collaborator WHERE "personId" = $1', [reader.id]);

    expect(await (await fetched(body.path)).json()).toMatchObject({ code: 'signed-path-expired', reason: 'access' });
  });
});
