/** How fast is one submission read, and a page of the queue? Beside the same SQL through Fastify and pg alone. */
import { CredentialsService } from '../src/identity/credentials.service.js';
import { hashOf } from '../src/identity/secrets.js';
import type { State } from '../src/submissions/lifecycle.js';
import { SubmissionsController } from '../src/submissions/submissions.controller.js';
import type { House, Person } from './house.js';
import { answersPerSecond } from './load.js';
import { byTurns } from './rounds.js';
import type { Row } from './row.js';
import { type BareRoutes, ID, SECRET, type Statement, statementsOf } from './statements.js';

const QUEUE = '/api/v1/submissions?state=curator_review&sort=since&limit=20';
const CONNECTIONS = 16;
const SECONDS = 2;
const GOAL = { atLeast: 0.6 };

export async function reading(house: House): Promise<Row[]> {
  const curator = await house.person('curator');
  const routes = await bareRoutes(house, curator);
  const urls = {
    ours: await house.process('api'),
    bare: await house.process('bare', [JSON.stringify(routes)]),
    prepared: await house.process('bare', [JSON.stringify({ ...routes, prepares: true })]),
  };
  const rows: Row[] = [];
  for (const [what, paths] of Object.entries(await readingPaths(house))) {
    const asked = (name: keyof typeof urls) => () => readsPerSecond(house, curator, urls[name].address, paths);
    const figures = await byTurns({ ours: asked('ours'), bare: asked('bare'), prepared: asked('prepared') });
    const row: Row = { what: `${what}, of ${house.size.toLocaleString('en')}`, unit: 'a second', ours: figures.ours };
    rows.push(
      { ...row, against: { what: 'its SQL by Fastify and pg', value: figures.bare }, goal: GOAL },
      { ...row, against: { what: 'the same, prepared as ours is', value: figures.prepared } },
    );
  }
  return rows;
}

/** By what is read. */
export async function readingPaths(house: House): Promise<Readonly<Record<string, readonly string[]>>> {
  const ids = await house.some(4_000);
  return {
    'GET /submissions/{id}': ids.map((id) => `/api/v1/submissions/${id}`),
    'a page of the queue': [QUEUE],
  };
}

export const readsPerSecond = (house: House, { token }: Person, url: string, paths: readonly string[]) =>
  answersPerSecond({ url, token, paths, connections: CONNECTIONS, seconds: SECONDS }, house.log('load'));

/** What ours sends to the database for them, with places for what each request brings along. */
export async function bareRoutes(house: House, curator: Person): Promise<BareRoutes> {
  const credentials = house.part(CredentialsService);
  const submissions = house.part(SubmissionsController);
  const [id = ''] = await house.some(1);
  const heard = (work: () => Promise<unknown>) => statementsOf(house.db, work);

  const [caller] = await heard(() => credentials.holderOf('session', curator.token));
  const page = () => submissions.list({ state: STATES, sort: 'since', limit: 20, count: false }, curator);
  if (!caller) throw new Error('The caller is found without a query: the bare server would not know how.');
  const places = new Map([
    [id, ID],
    [hashOf(curator.token), SECRET],
  ]);
  return {
    prepares: false,
    caller: withPlaces(caller, places),
    read: (await heard(() => submissions.read(id, curator))).map((statement) => withPlaces(statement, places)),
    page: await heard(page),
  };
}

const STATES: State[] = ['curator_review.unassigned', 'curator_review.claimed', 'curator_review.on_hold'];

const withPlaces = ({ text, values }: Statement, places: ReadonlyMap<string, string>): Statement => ({
  text,
  values: values.map((value) => places.get(String(value)) ?? value),
});
