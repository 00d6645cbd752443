/**
 * What would it cost without us to tell the same to as many? Node's own HTTP and one connection that listens: what is
 * notified is written to everybody, with nothing asked, checked, kept or put in order.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';

const listeners = new Set<ServerResponse>();
const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('event: ready\ndata: {}\n\n');
  listeners.add(response);
  request.once('close', () => listeners.delete(response));
});

const ear = new Client(process.env.DATABASE_URL);
await ear.connect();
ear.on('notification', ({ payload }) => {
  const text = `event: submission.changed\ndata: ${payload}\n\n`;
  for (const listener of listeners) listener.write(text);
});
await ear.query('LISTEN bare_events');

await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ ready: true, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
