/**
 * How fast does the lifecycle move, with audit and outbox? Beside a bare transaction that writes the same rows. The step is
 * `curator.assign`: it can be taken again and again, and it has a message.
 */
import { Pool } from 'pg';
import { SubmissionsService } from '../src/submissions/submissions.service.js';
import { bareStep } from './bare-step.js';
import type { House, Person } from './house.js';
import { answersPerSecond } from './load.js';
import { bareRoutes } from './reading.js';
import { byTurns, perSecond } from './rounds.js';
import type { Row } from './row.js';

const LANES = 8;
const SECONDS = 2;
const GOAL = { atLeast: 0.5 };

export async function stepping(house: House): Promise<Row[]> {
  const curator = await house.person('curator');
  return [await inProcess(house, curator), await overHttp(house, curator)];
}

async function inProcess(house: House, curator: Person): Promise<Row> {
  const pool = new Pool({ connectionString: house.config.DATABASE_URL, max: house.config.DATABASE_POOL });
  const next = await queued(house);
  const bare = () => perSecond(LANES, SECONDS, (lane) => bareStep(pool, next(lane), curator.id, curator.id));
  const figures = await byTurns({ ours: () => stepsPerSecond(house, curator, next), bare });
  await pool.end();
  await forgetMessages(house);
  const against = { what: 'a bare transaction', value: figures.bare };
  return {
    what: `steps, of ${house.size.toLocaleString('en')}`,
    unit: 'a second',
    ours: figures.ours,
    against,
    goal: GOAL,
  };
}

async function overHttp(house: House, curator: Person): Promise<Row> {
  const ours = await house.process('api');
  const bare = await house.process('bare', [JSON.stringify(await bareRoutes(house, curator))]);
  const paths = (await house.some(1_000, QUEUED)).map((id) => `/api/v1/submissions/${id}/transitions`);
  const asked = (url: string) => () =>
    answersPerSecond(
      {
        ...{ url, token: curator.token, method: 'POST', paths, connections: 16, seconds: SECONDS },
        body: { event: 'curator.assign', assignee: curator.id },
      },
      house.log('load'),
    );
  const figures = await byTurns({ ours: asked(ours.address), bare: asked(bare.address) });
  await forgetMessages(house);
  const against = { what: 'it by Fastify and pg', value: figures.bare };
  return { what: 'POST …/transitions, and the view after it', unit: 'a second', ours: figures.ours, against };
}

const QUEUED = 'curator_review.%';

/** The next submission for a lane; no two lanes have the same. */
export async function queued(house: House): Promise<(lane: number) => string> {
  const ids = await house.some(800, QUEUED);
  const at = Array.from({ length: LANES }, (_, lane) => lane);
  return (lane) => {
    const i = at[lane] ?? 0;
    at[lane] = (i + LANES) % (ids.length - (ids.length % LANES));
    return ids[i] ?? '';
  };
}

export const stepsPerSecond = (house: House, curator: Person, next: (lane: number) => string) => {
  const submissions = house.part(SubmissionsService);
  const request = { type: 'curator.assign', assignee: curator.id } as const;
  return perSecond(LANES, SECONDS, (lane) => submissions.move(next(lane), request, curator));
};

/** No relay was running: whoever measures next finds nothing to carry. */
export const forgetMessages = ({ db }: House) =>
  db.query('UPDATE outbox_message SET "relayedAt" = now(), "handledAt" = now() WHERE "relayedAt" IS NULL');
