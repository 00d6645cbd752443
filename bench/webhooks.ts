/**
 * How many events a second are delivered? From their commit until the rows say that all have arrived at a receiver that
 * answers at once; beside the same bodies posted by as many loops of undici, with nothing written down.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { announce } from '../src/live/announce.js';
import { WebhookSecrets } from '../src/webhooks/webhook-secrets.js';
import { LANES } from '../src/webhooks/webhook-sending.service.js';
import type { House, Person } from './house.js';
import { begin } from './processes.js';
import { secondsOf } from './rounds.js';
import type { Row } from './row.js';

const EVENTS = 2_000;

export async function webhooks(house: House): Promise<Row[]> {
  const receiver = await begin('bench/webhooks.js', {}, house.log('receiver'));
  const admin = await house.person('admin');
  await house.process('worker', [], { OUTBOUND_ALLOW: new URL(receiver.address).host });
  const rows: Row[] = [];
  for (const endpoints of [1, 10]) rows.push(await rowOf(house, admin, receiver.address, endpoints));
  await house.quiet();
  await receiver.end();
  return rows;
}

async function rowOf(house: House, admin: Person, url: string, endpoints: number): Promise<Row> {
  for (let i = 0; i < endpoints; i++) await register(house, admin, url);
  await deliver(house, admin, 20); // warms everything up
  const ours = await secondsOf(() => deliver(house, admin, EVENTS / endpoints));
  const [{ body }] = await house.db.query('SELECT body FROM webhook_delivery LIMIT 1');
  const bare = await secondsOf(() => postAll(url, body, LANES * endpoints));
  await house.db.query('DELETE FROM webhook_endpoint');
  return {
    what: `webhook deliveries to ${endpoints === 1 ? 'one endpoint' : `${endpoints} endpoints`}`,
    unit: 'a second',
    ours: EVENTS / ours,
    against: { what: `posts by ${LANES * endpoints} loops of undici`, value: EVENTS / bare },
  };
}

/** As the service does, but for the address: it is of this machine. */
async function register(house: House, admin: Person, url: string): Promise<void> {
  const id = randomUUID();
  const secrets = house.part(WebhookSecrets);
  await house.db.query(
    `INSERT INTO webhook_endpoint (id, "createdBy", url, description, events, secret) VALUES ($1, $2, $3, '', '{*}', $4)`,
    [id, admin.id, url, await secrets.seal(secrets.make(), id)],
  );
}

/** So many events happen at once; resolves when each has arrived everywhere. */
async function deliver({ db }: House, { id: personId }: Person, events: number): Promise<void> {
  await db.transaction(async (tx) => {
    for (let i = 0; i < events; i++)
      await announce(tx, { topic: 'operation.changed', personId, data: { id: personId, state: 'running', done: i } });
  });
  while (await isUnderWay(db)) await sleep(10);
}

async function isUnderWay(db: House['db']): Promise<boolean> {
  const [{ waits }] = await db.query(
    `SELECT EXISTS (SELECT FROM live_event WHERE position IS NULL)
         OR EXISTS (SELECT FROM live_event WHERE position > (SELECT position FROM webhook_cursor))
         OR EXISTS (SELECT FROM webhook_delivery WHERE state <> 'delivered') AS waits`,
  );
  return waits;
}

async function postAll(url: string, body: string, loops: number): Promise<void> {
  const dispatcher = new Agent();
  const headers = { 'content-type': 'application/json' };
  let left = EVENTS;
  const loop = async () => {
    while (left-- > 0) await (await request(url, { method: 'POST', headers, body, dispatcher })).body.dump();
  };
  await Promise.all(Array.from({ length: loops }, loop));
  await dispatcher.close();
}

/** The receiver, as a process of its own. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = createServer((asked, answer) => {
    asked.resume().on('end', () => answer.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ ready: true, address: `http://127.0.0.1:${port}` });
  });
  process.once('SIGTERM', () => process.exit());
}
