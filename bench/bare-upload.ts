/** What is the least that an upload can be? A server of node:http that pipes the body to a file, and hashes what passes. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const server = createServer(async (request, response) => {
  const hash = createHash('sha256');
  const through = new Transform({
    transform: (chunk, _, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(request, through, createWriteStream(join(process.env.DATA_DIR ?? '.', 'bare')));
  response.end(hash.digest('hex'));
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ ready: true, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
