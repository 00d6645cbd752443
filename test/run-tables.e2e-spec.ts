import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mdocText } from '../checks/samples/mrc.js';
import { upload } from './story.js';
import { beginWorld, type Caller, type World } from './world.js';

let world: World;
let owner: Caller;
let path: string;
let id: string;

beforeAll(async () => {
  world = await beginWorld();
  owner = await world.person('submitter');
  const { body: profile } = await owner.get('/profiles/cryoet-dataset');
  const created = await owner.post('/submissions', { profile: profile.id, ...profile.example });
  expect(created.status).toBe(201);
  id = created.body.id;
  path = `/submissions/${id}`;
});
afterAll(() => world?.end());

/** Sent as a spreadsheet would. */
async function put(csv: string, { query = '', tag = '*' } = {}) {
  const answer = await fetch(`${world.url}/api/v1${path}/datasets-of-runs/yeast/table.csv${query}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'text/csv', 'if-match': tag },
    body: csv,
  });
  return { status: answer.status, body: await answer.json() };
}

async function table(): Promise<string> {
  const url = `${world.url}/api/v1${path}/datasets-of-runs/yeast/table.csv`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${owner.token}` } });
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
  return answer.text();
}

describe('the table of runs', () => {
  it('has a row for each run, with what it declares itself', async () => {
    const [head = '', ...rows] = (await table()).trim().split(/\r?\n/);

    expect(head.split(',')).toEqual(expect.arrayContaining(['run_name', 'tilt_max_deg']));
    expect(rows.map((row) => row.split(',')[0])).toEqual(['TS_001', 'TS_002']);
    expect(rows[1]).toContain('57');
  });

  it('tells what it would change, and changes nothing until it is asked to', async () => {
    const csv = 'run_name,tilt_max_deg\r\nTS_001,54\r\nTS_003,\r\n';

    const told = await put(csv, { query: '?dryRun=true' });

    expect(told).toMatchObject({
      status: 200,
      body: { added: ['TS_003'], removed: ['TS_002'], applied: false, faults: [] },
    });
    expect(told.body).toHaveProperty(
      'changed.0',
      expect.objectContaining({ run: 'TS_001', field: 'tilt_max_deg', to: 54 }),
    );
    expect(await table()).toContain('TS_002');

    expect(await put(csv)).toMatchObject({ status: 200, body: { applied: true } });
    const { metadata } = (await owner.get(path)).body;
    expect(metadata.datasets.yeast.runs).toMatchObject({ TS_001: { tilt_max_deg: 54 }, TS_003: {} });
    expect(metadata.datasets.yeast.runs).not.toHaveProperty('TS_002');
  });

  it('changes nothing where a cell is wrong, and names its row and column', async () => {
    const before = await table();

    const { status, body } = await put('run_name,tilt_max_deg\r\nTS_001,steep\r\n');

    expect(status).toBe(200);
    expect(body).toMatchObject({ applied: false, faults: [{ row: 2, column: 'tilt_max_deg', found: 'steep' }] });
    expect(await table()).toBe(before);
  });

  it('is taken from nobody who has not seen what is there', async () => {
    expect(await put('run_name\r\nTS_001\r\n', { tag: '"old"' })).toMatchObject({
      status: 412,
      body: { code: 'stale-version' },
    });
    const other = await owner.get(`${path}/datasets-of-runs/mould/table.csv`);
    expect(other).toMatchObject({ status: 404, body: { code: 'no-such-dataset', key: 'mould' } });
  });
});

describe('an MDOC', () => {
  it('fills in what is not declared, and tells where it says otherwise', async () => {
    await put('run_name,tilt_max_deg\r\nTS_001,54\r\n');
    expect(await upload(world, owner, id, 'TS_001/TS_001.mdoc', Buffer.from(mdocText()))).toBe(201);

    const items = await vi.waitFor(
      async () => {
        const { body } = await owner.get(`${path}/mdoc-imports`);
        expect(body.items).toHaveLength(1);
        return body.items;
      },
      { timeout: 20_000, interval: 100 },
    );

    expect(items[0]).toMatchObject({ dataset: 'yeast', run: 'TS_001', file: 'TS_001/TS_001.mdoc' });
    expect(items[0].differs.map(({ field }: { field: string }) => field)).toContain('tilt_max_deg');
    expect(items[0].patch).toEqual({ datasets: { yeast: { runs: { TS_001: items[0].fills } } } });
  });
});
