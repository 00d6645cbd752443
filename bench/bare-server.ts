/**
 * What would it cost without us? A server of Fastify and pg alone: it runs the statements that ours runs, one after the
 * other, and answers with their rows. It leaves out whether the caller may, what can be done next and why not, the shape of
 * the answer and its check, entity tags, problems, logs and measures.
 */
import { createHash } from 'node:crypto';
import fastify, { type FastifyRequest } from 'fastify';
import { Pool, type PoolConfig } from 'pg';
import { PreparingClient } from '../src/platform/prepared-statements.js';
import { bareStep } from './bare-step.js';
import { type BareRoutes, ID, SECRET, type Statement } from './statements.js';

type Asked = FastifyRequest<{ Params: { id: string }; Body: { assignee: string } }>;

const routes: BareRoutes = JSON.parse(process.argv[2] ?? '');
const Client = routes.prepares ? PreparingClient : undefined;
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10, ...(Client && { Client }) } as PoolConfig);
const app = fastify();

app.get('/api/v1/submissions/:id', async (request: Asked) => {
  await callerOf(request);
  return rowsOf(routes.read, request);
});
app.get('/api/v1/submissions', async (request: Asked) => {
  await callerOf(request);
  return rowsOf(routes.page, request);
});
app.post('/api/v1/submissions/:id/transitions', async (request: Asked) => {
  const caller = await callerOf(request);
  await bareStep(pool, request.params.id, caller.id, request.body.assignee);
  return { id: request.params.id };
});

const address = await app.listen({ port: 0, host: '127.0.0.1' });
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.send?.({ ready: true, address });

async function callerOf(request: Asked) {
  const [[caller] = []] = await rowsOf([routes.caller], request);
  if (!caller) throw new Error('Nobody.');
  return caller;
}

async function rowsOf(statements: readonly Statement[], { headers, params }: Asked) {
  const brought: Readonly<Record<string, () => string>> = {
    [SECRET]: () => createHash('sha256').update(String(headers.authorization).slice('Bearer '.length)).digest('hex'),
    [ID]: () => params.id,
  };
  const results = [];
  for (const { text, values } of statements) {
    const filled = values.map((value) => brought[String(value)]?.() ?? value);
    results.push((await pool.query(text, filled)).rows);
  }
  return results;
}
