import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { beginMailServer, type MailServer } from './mail-server.js';
import { PASSWORD } from './signed-in.js';
import { approved, draft, draftOfCells, inReview, type Story } from './story.js';
import { beginWorld, type Caller, type World } from './world.js';

const LONG = 60_000;
const DAY_MS = 86_400_000;

let mailbox: MailServer;
let world: World;
let owner: Caller;
let other: Caller;
let otherEmail: string;

beforeAll(async () => {
  mailbox = await beginMailServer();
  world = await beginWorld({ SMTP_URL: mailbox.url, MAIL_RETRY: '50ms,50ms' });
  owner = await world.person('submitter');
  other = await world.person('submitter');
  otherEmail = (await other.get('/me')).body.email;
}, LONG);
afterAll(async () => {
  await world?.end();
  await mailbox?.end();
});

const newAddress = () => `guest-${randomUUID()}@example.org`;
const share = ({ path }: Pick<Story, 'path'>, email: string, role = 'editor') =>
  owner.post(`${path}/collaborators`, { email, role });
const listed = async ({ path }: Pick<Story, 'path'>, as = owner) => (await as.get(`${path}/collaborators`)).body.items;

/** The secret of the last mail to an address. */
async function tokenFor(address: string, mails = 1): Promise<string> {
  await vi.waitFor(() => expect(mailbox.for(address)).toHaveLength(mails), { timeout: 15_000, interval: 50 });
  const token = /#(acc_inv_\w+)/.exec(String(mailbox.for(address).at(-1)?.text))?.[1];
  expect(token).toBeDefined();
  return String(token);
}

async function signUp(email: string, name = 'Some guest'): Promise<Caller> {
  const { body } = await world.stranger.post('/users', { name, email, password: PASSWORD });
  const session = await world.stranger.post('/sessions', { email, password: PASSWORD });
  const { token } = session.body;
  const ask = async (method: string, path: string, sent?: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${world.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(sent && { 'content-type': 'application/json' }), ...headers },
      ...(sent && { body: JSON.stringify(sent) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: text ? JSON.parse(text) : null };
  };
  return {
    ...{ id: body.id, token },
    get: (path, headers) => ask('GET', path, undefined, headers),
    post: (path, sent = {}, headers = {}) => ask('POST', path, sent, headers),
    patch: (path, sent, headers) => ask('PATCH', path, sent, headers),
    put: (path, sent, headers) => ask('PUT', path, sent, headers),
    remove: (path, headers) => ask('DELETE', path, undefined, headers),
  };
}

const acts = async (submissionId: string): Promise<string[]> =>
  (
    await world.db.query(
      `SELECT action FROM audit_entry WHERE "submissionId" = $1 AND action ~ '^(collaborator|transfer)' ORDER BY at`,
      [submissionId],
    )
  ).map(({ action }: { action: string }) => action);

describe('a collaborator', () => {
  it('who has an account works on it at once, through all its versions, and is told', async () => {
    const story = await draft(world, owner);
    expect((await other.get(story.path)).status).toBe(404);

    const shared = await share(story, otherEmail.toUpperCase());

    expect(shared).toMatchObject({ status: 202, body: { email: otherEmail.toUpperCase(), role: 'editor' } });
    expect((await other.get(story.path)).status).toBe(200);
    const { headers } = await other.get(story.path);
    const edited = await other.patch(story.path, { title: 'Ours by now' }, { 'if-match': String(headers.etag) });
    expect(edited.status).toBe(200);
    expect(await story.move(other, 'submitter.submit', { policyAccepted: true })).toMatchObject({
      status: 403,
      body: { code: 'not-yours', relation: 'editor' },
    });
    expect(await listed(story)).toMatchObject([{ id: other.id, state: 'active', role: 'editor', email: otherEmail }]);
    expect(await listed(story, other)).toMatchObject([{ id: other.id, email: null }]);
    const { body } = await other.get('/me/notifications');
    expect(body.items).toEqual(
      expect.arrayContaining([expect.objectContaining({ topic: 'collaborator.added', submissionId: story.id })]),
    );
    const said = await world.db.query(
      `SELECT data FROM live_event WHERE topic = 'sharing.changed' AND "submissionId" = $1`,
      [story.id],
    );
    expect(said).toMatchObject([{ data: { did: 'collaborator.added' } }]);
    expect(await acts(story.id)).toEqual(['collaborator.added']);
  });

  it('becomes a viewer, leaves, and is taken out, each as far as they may', async () => {
    const story = await draftOfCells(owner);
    const third = await world.person('submitter');
    await share(story, otherEmail);
    await share(story, (await third.get('/me')).body.email, 'viewer');
    const [mine, theirs] = await listed(story);
    const at = (who: string) => `${story.path}/collaborators/${who}`;

    const changed = await owner.patch(at(other.id), { role: 'viewer' }, { 'if-match': mine.etag });
    const stale = await owner.remove(at(other.id), { 'if-match': mine.etag });
    const notTheirs = await third.remove(at(other.id), { 'if-match': '*' });
    const left = await third.remove(at(third.id), { 'if-match': theirs.etag });

    expect(changed.body).toMatchObject({ role: 'viewer' });
    expect([stale.status, notTheirs.status, left.status]).toEqual([412, 403, 204]);
    expect((await third.get(story.path)).status).toBe(404);
    expect((await other.get(`${story.path}/collaborators`)).status).toBe(403);
    expect((await owner.remove(at(other.id), { 'if-match': changed.body.etag })).status).toBe(204);
    expect((await other.get(story.path)).status).toBe(404);
    expect(await acts(story.id)).toEqual([
      ...[
        'collaborator.added',
        'collaborator.added',
        'collaborator.changed',
        'collaborator.left',
        'collaborator.removed',
      ],
    ]);
  });

  it(
    'is nobody who owns or reviews it',
    async () => {
      const story = await inReview(world, owner);
      const curator = await world.person('curator');
      await story.move(curator, 'curator.claim');

      const reviewer = await share(story, (await curator.get('/me')).body.email);
      const own = await share(story, (await owner.get('/me')).body.email);

      expect([reviewer, own]).toMatchObject([
        { status: 409, body: { code: 'collaborator-refused', reason: 'reviewer' } },
        { status: 409, body: { code: 'collaborator-refused', reason: 'owner' } },
      ]);
      expect((await curator.get(`${story.path}/collaborators`)).status).toBe(200);
    },
    LONG,
  );
});

describe('somebody without an account', () => {
  it(
    'is invited by mail, with the same answer, and accepts once they have one',
    async () => {
      const story = await draftOfCells(owner);
      const address = newAddress();

      const invited = await share(story, address);
      const known = await share(story, otherEmail);

      expect(Object.keys(invited.body)).toEqual(Object.keys(known.body));
      expect([invited.status, known.status]).toEqual([202, 202]);
      const token = await tokenFor(address);
      const kept = await world.db.query('SELECT row_to_json(i)::text AS text FROM invitation i WHERE email = $1', [
        address,
      ]);
      expect(kept[0].text).not.toContain(token);
      expect(await listed(story)).toMatchObject([
        { state: 'invited', person: null, email: address, role: 'editor' },
        { state: 'active' },
      ]);
      expect((await world.stranger.get(`/invitations/${token}`)).body).toMatchObject({
        role: 'editor',
        invitedBy: 'Some submitter',
      });
      expect((await world.stranger.post(`/invitations/${token}/accept`)).status).toBe(401);

      const guest = await signUp(newAddress());
      expect((await guest.get(story.path)).status).toBe(404);
      expect(await guest.post(`/invitations/${token}/accept`)).toMatchObject({
        status: 200,
        body: { submissionId: story.id, accession: story.accession, role: 'editor' },
      });
      expect((await guest.get(story.path)).status).toBe(200);
      expect((await other.post(`/invitations/${token}/accept`)).body.code).toBe('invitation-not-found');
      const { body } = await owner.get('/me/notifications');
      expect(body.items[0]).toMatchObject({ topic: 'invitation.accepted', submissionId: story.id });
    },
    LONG,
  );

  it(
    'is invited again, for two weeks each time, until the invitation is taken back',
    async () => {
      const story = await draftOfCells(owner);
      const address = newAddress();
      await share(story, address, 'viewer');
      const first = await tokenFor(address);
      const [{ id, etag }] = await listed(story);

      world.clock.aheadMs = 15 * DAY_MS;
      const late = await other.post(`/invitations/${first}/accept`);
      const [over] = await listed(story);
      const again = await owner.post(`${story.path}/collaborators/${id}/resend`);
      const second = await tokenFor(address, 2);
      const good = await world.stranger.get(`/invitations/${second}`);
      world.clock.aheadMs = 0;

      expect([late.status, late.body.code, over.state, again.status, good.status]).toEqual([
        ...[410, 'invitation-expired', 'expired', 202, 200],
      ]);
      expect((await owner.remove(`${story.path}/collaborators/${id}`, { 'if-match': etag })).status).toBe(204);
      for (const token of [first, second]) expect((await other.post(`/invitations/${token}/accept`)).status).toBe(404);
      expect(await listed(story)).toEqual([]);
    },
    LONG,
  );
});

describe('the ownership of a record', () => {
  it('goes over when the other accepts, and the former owner stays as an editor', async () => {
    const story = await draftOfCells(owner);
    await share(story, otherEmail);

    const offer = await owner.post(`${story.path}/transfer`, { to: other.id });
    expect(offer).toMatchObject({ status: 201, body: { state: 'offered', to: { id: other.id }, stay: true } });
    const twice = await owner.post(`${story.path}/transfer`, { to: other.id });
    const notMine = await (await world.person('submitter')).post(`/transfers/${offer.body.id}/accept`);
    const accepted = await other.post(`/transfers/${offer.body.id}/accept`);

    expect([twice.status, twice.body.reason, notMine.status]).toEqual([409, 'offered', 404]);
    expect(accepted).toMatchObject({ status: 200, body: { state: 'accepted' } });
    expect((await other.get(story.path)).body.owner.id).toBe(other.id);
    expect(await listed(story, other)).toMatchObject([{ id: owner.id, role: 'editor' }]);
    expect((await owner.post(`${story.path}/share-links`, { name: 'mine no more' })).status).toBe(403);
    expect((await other.post(`/transfers/${offer.body.id}/decline`)).status).toBe(404);
    expect(await acts(story.id)).toEqual(['collaborator.added', 'transfer.offered', 'transfer.accepted']);
  });

  it('stays where it is when the other declines, or the offer is taken back', async () => {
    const story = await draftOfCells(owner);

    const first = await owner.post(`${story.path}/transfer`, { to: otherEmail, stay: false });
    const declined = await other.post(`/transfers/${first.body.id}/decline`);
    const second = await owner.post(`${story.path}/transfer`, { to: otherEmail });
    const takenBack = await owner.remove(`${story.path}/transfer`, { 'if-match': second.body.etag });

    expect(declined.body.state).toBe('declined');
    expect(takenBack.status).toBe(204);
    expect((await other.post(`/transfers/${second.body.id}/accept`)).status).toBe(404);
    expect((await owner.get(story.path)).body.owner.id).toBe(owner.id);
    expect((await owner.get(`${story.path}/transfer`)).status).toBe(404);
  });

  it(
    'is offered to somebody who is yet to have an account',
    async () => {
      const story = await draftOfCells(owner);
      const address = newAddress();

      const offer = await owner.post(`${story.path}/transfer`, { to: address, stay: false });
      const guest = await signUp(address);
      const early = await guest.post(`/transfers/${offer.body.id}/accept`);
      await guest.post(`/invitations/${await tokenFor(address)}/accept`);
      const accepted = await guest.post(`/transfers/${offer.body.id}/accept`);

      expect(offer.body.to).toBeNull();
      expect([early.status, accepted.status]).toEqual([404, 200]);
      expect((await guest.get(story.path)).body.owner.id).toBe(guest.id);
      expect((await owner.get(story.path)).status).toBe(404);
    },
    LONG,
  );

  it(
    'is never offered to who reviews it, or has',
    async () => {
      const curator = await world.person('curator');
      const story = await approved(world, owner, curator);

      const refused = await owner.post(`${story.path}/transfer`, { to: (await curator.get('/me')).body.email });

      expect(refused).toMatchObject({ status: 409, body: { code: 'transfer-refused', reason: 'reviewer' } });
    },
    LONG,
  );
});
