import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LookupWork } from '../src/lookups/lookup-work.service.js';
import { type Answer, ancestors, json, type LookupServer, orcid, person, startLookups, term } from './lookup-server.js';
import { inTurn } from './remote-server.js';
import { beginWorld, type Caller, type World } from './world.js';

const CARBERRY = '0000-0002-1825-0097';
const EVERY_MS = 40;
const hung: ServerResponse[] = [];
const silent: Answer = (_, response) => void hung.push(response);
const cut: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{', () => response.destroy());
};
const at = (id: string) => `/orcid/${id}/person`;

/** An ORCID iD for each fault, so that no test shares one with another. */
const FAULTS: Readonly<Record<string, [string, Answer, RegExp]>> = {
  broken: [orcid(1), json(500, {}), /^ORCID has answered with the status 500\.$/],
  limited: [orcid(2), json(429, {}), /^ORCID has answered with the status 429\.$/],
  silent: [orcid(3), silent, /^ORCID cannot be asked: This took longer/],
  rubbish: [orcid(4), (_, response) => void response.writeHead(200).end('<html>{"name":'), /makes no sense\.$/],
  'of another mind': [orcid(5), json(200, { hello: 'there' }), /makes no sense\.$/],
  cut: [orcid(6), cut, /^ORCID cannot be asked: /],
  elsewhere: [
    orcid(7),
    (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/person' }).end(),
    /^ORCID cannot be asked: Only https addresses are called\.$/,
  ],
};
const SHY = orcid(20);
const SLOW = orcid(21);
const TIRED = orcid(22);
const LATE = orcid(23);
const TIRED_UNTIL = orcid(24);
const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => orcid(from + i));

const ANSWERS: Record<string, Answer> = {
  ...Object.fromEntries(Object.values(FAULTS).map(([id, answer]) => [at(id), answer])),
  ...Object.fromEntries(many(100, 200).map((id) => [at(id), person('Some', 'Body')])),
  [at(CARBERRY)]: person('Josiah', 'Carberry'),
  [at(SHY)]: inTurn(json(503, {}), json(500, {}), person('Shy', 'One')),
  [at(SLOW)]: (request, response) => void setTimeout(() => person('Slow', 'One')(request, response), 500),
  [at(TIRED)]: inTurn(json(429, {}, { 'retry-after': '2' }), person('Tired', 'One')),
  [at(TIRED_UNTIL)]: inTurn(
    (request, response) =>
      json(503, {}, { 'retry-after': new Date(Date.now() + 3_000).toUTCString() })(request, response),
    person('Tired', 'One'),
  ),
  [at(LATE)]: inTurn(json(404, {}), person('Late', 'One')),

  '/crossref/works/10.1038/s41586-020-2649-2': json(200, { message: { title: ['Cells of the blood'] } }),
  '/doi/10.5281/zenodo.1': (_, response) => void response.writeHead(302, { location: 'https://zenodo.org/1' }).end(),
  '/empiar/entry/EMPIAR-10001/': json(200, { 'EMPIAR-10001': { title: 'Micrographs' } }),
  '/pdb/core/entry/1ABC': json(200, { rcsb_id: '1ABC', struct: { title: 'Structure of the yeast 80S ribosome' } }),
  '/pdb/core/polymer_entity/1ABC/1': json(200, { rcsb_polymer_entity: { pdbx_description: 'Protein uS2' } }),
  '/uniprot/uniprotkb/P0A7V0': json(200, {
    entryType: 'UniProtKB reviewed (Swiss-Prot)',
    proteinDescription: {
      recommendedName: { fullName: { value: 'Small ribosomal subunit protein uS2' } },
      alternativeNames: [{ fullName: { value: '30S ribosomal protein S2' } }, 7],
    },
  }),
  '/uniprot/uniprotkb/P00000': json(200, { entryType: 'Inactive', inactiveReason: { inactiveReasonType: 'DELETED' } }),
  '/uniprot/uniprotkb/P99999': json(400, { messages: ['The accession has an invalid format.'] }),
  '/cellosaurus/cell-line/CVCL_0030': json(200, {
    Cellosaurus: { 'cell-line-list': [{ 'name-list': [{ value: 'HeLa' }, { value: 'Hela' }] }] },
  }),
  ...Object.fromEntries([
    term('CL_0000521', 'fungal cell'),
    term('NCBITaxon_559292', 'Saccharomyces cerevisiae S288C'),
    term('NCBITaxon_4932', 'Saccharomyces cerevisiae', ["baker's yeast", 'brewer  yeast']),
    term('GO_0022626', 'cytosolic ribosome', ['80S\u0000 ribosome']),
    ancestors('GO_0022626', 'GO_0005840', 'GO_0005575'),
    term('GO_0006412', 'translation'),
    ancestors('GO_0006412', 'GO_0008150'),
    term('UBERON_0000955', 'brain', [], { is_obsolete: true }),
  ]),
};

let lookups: LookupServer;
/** Another host. */
let elsewhere: LookupServer;
let world: World;
let owner: Caller;
let metadata: Record<string, unknown>;

beforeAll(async () => {
  lookups = await startLookups(ANSWERS);
  elsewhere = await startLookups({
    '/emdb/entry/EMD-5555': json(200, { emdb_id: 'EMD-5555', admin: { title: 'A map' } }),
    '/emdb/entry/EMD-1234': json(200, { emdb_id: 'EMD-1234', admin: { title: 'A map' } }),
  });
  world = await beginWorld({
    ...lookups.settings,
    EMDB_URL: elsewhere.settings.EMDB_URL ?? '',
    CROSSREF_EVERY: '20ms',
    LOOKUP_EVERY: `${EVERY_MS}ms`,
    LOOKUP_TIMEOUT: '1s',
    LOOKUP_RETRY: '200ms,200ms',
    OUTBOUND_ALLOW: `${lookups.pair},${elsewhere.pair}`,
  });
  owner = await world.person('submitter');
  ({ metadata } = (await owner.get('/profiles/cryoet-dataset')).body.example);
});
afterAll(async () => {
  for (const response of hung) response.destroy();
  await world?.end();
  await lookups?.close();
  await elsewhere?.close();
});

async function draft(of: object, who = owner): Promise<string> {
  const { status, body } = await who.post('/submissions', {
    profile: 'cryoet-dataset',
    title: 'Yeast in situ',
    metadata: of,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}
const byPeople = (...ids: string[]) => draft({ authors: ids.map((id) => ({ orcid: id })) });
const citing = (...values: string[]) => draft({ cross_references: values });
const ofSample = (dataset: object) => draft({ datasets: { a: dataset } });
const annotating = (id: string, name: string) => ofSample({ annotations: { b: { object_id: id, object_name: name } } });

const list = async (id: string, query = '?limit=100') =>
  (await owner.get(`/submissions/${id}/lookups${query}`)).body.items;
const becomes = (id: string, items: object[], timeout = 10_000) =>
  vi.waitFor(async () => expect(await list(id)).toMatchObject(items), { timeout, interval: 50 });
const rowOf = async (value: string) => (await world.db.query('SELECT * FROM lookup WHERE value = $1', [value]))[0];
const viewOf = async (id: string) => (await owner.get(`/submissions/${id}`)).body;

async function edit(id: string, change: object) {
  const { headers } = await owner.get(`/submissions/${id}`);
  const answer = await owner.patch(`/submissions/${id}`, { metadata: change }, { 'if-match': headers.etag ?? '' });
  expect(answer.status).toBe(200);
}

describe('the identifiers of a deposition', () => {
  it('are verified, each by who keeps such identifiers, and shown with what it is called there', async () => {
    const id = await draft(metadata);

    await vi.waitFor(async () => expect(await list(id, '?state=unverified')).toEqual([]), { timeout: 15_000 });

    const seen = await list(id);
    const yeast = '/datasets/yeast';
    expect(seen.map(({ pointer, label, differs }: Record<string, unknown>) => [pointer, label, differs])).toEqual([
      ['/authors/0/orcid', 'Josiah Carberry', false],
      ['/cross_references/0/value', 'Cells of the blood', false],
      ['/cross_references/1/value', 'Micrographs', false],
      [`${yeast}/annotations/ribosomes/authors/0/orcid`, 'Josiah Carberry', false],
      [`${yeast}/annotations/ribosomes/cross_references/0/value`, 'Cells of the blood', false],
      [`${yeast}/annotations/ribosomes/object_id`, 'cytosolic ribosome', false],
      [`${yeast}/cell_strain/id`, 'Saccharomyces cerevisiae S288C', false],
      [`${yeast}/cell_type/id`, 'fungal cell', false],
      [`${yeast}/organism/taxonomy_id`, 'Saccharomyces cerevisiae', false],
    ]);
    expect(seen[0]).toEqual({
      ...{ pointer: '/authors/0/orcid', kind: 'ORCID', value: CARBERRY, name: 'Josiah Carberry' },
      ...{ state: 'verified', label: 'Josiah Carberry', differs: false, problem: null, nextTryAt: null },
      ...{ checkedAt: expect.any(String), triedAt: expect.any(String), url: `https://orcid.org/${CARBERRY}` },
    });
    expect((await viewOf(id)).missing).toEqual([]);
  });

  it.each([
    ['EMD-1234', 'A map', 'https://www.ebi.ac.uk/emdb/EMD-1234'],
    ['PDB-1ABC', 'Structure of the yeast 80S ribosome', 'https://www.rcsb.org/structure/1ABC'],
    ['10.5281/zenodo.1', null, 'https://doi.org/10.5281/zenodo.1'],
  ])('are found in archives, and at doi.org where Crossref knows nothing: %s', async (value, label, url) => {
    await becomes(await citing(value), [{ value, state: 'verified', label, url }]);
  });

  it('are read page by page in the order of their pointers, and by their state', async () => {
    const id = await byPeople(...many(100, 5));

    const { body } = await owner.get(`/submissions/${id}/lookups?limit=2&count=true`);
    const next = await list(id, `?limit=2&cursor=${body.nextCursor}`);

    expect(body).toMatchObject({ total: 5, items: [{ pointer: '/authors/0/orcid' }, { pointer: '/authors/1/orcid' }] });
    expect(next).toMatchObject([{ pointer: '/authors/2/orcid' }, { pointer: '/authors/3/orcid' }]);
    await vi.waitFor(async () => expect(await list(id, '?state=verified')).toHaveLength(5), { timeout: 5_000 });
    expect(await list(id, '?state=not_found')).toEqual([]);
  });

  it('follow what the metadata say', async () => {
    const id = await byPeople(CARBERRY, orcid(101));

    await edit(id, { authors: [{ orcid: orcid(102) }] });
    await becomes(id, [{ pointer: '/authors/0/orcid', value: orcid(102), state: 'verified' }]);

    await edit(id, { authors: null });
    expect(await list(id)).toEqual([]);
  });

  it('are for its readers alone; a submission without runs has none', async () => {
    const other = await world.person('submitter');
    const curator = await world.person('curator');
    const id = await byPeople(CARBERRY);
    const begun = await owner.post('/submissions', { profile: 'single-cell', title: 'Cells', metadata: {} });

    expect((await other.get(`/submissions/${id}/lookups`)).status).toBe(404);
    expect((await curator.get(`/submissions/${id}/lookups`)).body.items).toHaveLength(1);
    expect(await list(begun.body.id)).toEqual([]);
  });
});

describe('a name', () => {
  it.each<[what: string, begin: () => Promise<string>, differs: boolean]>([
    ['the label', () => ofSample({ organism: { name: 'Saccharomyces cerevisiae', taxonomy_id: 4932 } }), false],
    ['a synonym', () => ofSample({ organism: { name: "baker's  yeast", taxonomy_id: 4932 } }), false],
    ['another', () => ofSample({ organism: { name: 'Homo sapiens', taxonomy_id: 4932 } }), true],
    ['only a part of the label', () => ofSample({ organism: { name: 'Saccharomyces', taxonomy_id: 4932 } }), true],
    ['a synonym of GO', () => annotating('GO:0022626', '80S ribosome'), false],
    ['an alternative name of a protein', () => annotating('UniProtKB:P0A7V0', '30S ribosomal protein S2'), false],
    ['that of another protein', () => annotating('UniProtKB:P0A7V0', 'Actin'), true],
    ['a part of the title of a structure', () => annotating('PDB-1ABC', '80S Ribosome'), false],
    ['that of a molecule in the structure', () => annotating('PDB-1ABC', 'Protein uS2'), false],
    ['in no title of the structure', () => annotating('PDB-1ABC', 'Proteasome'), true],
    ['that of a cell line', () => ofSample({ cell_strain: { id: 'CVCL_0030', name: 'HeLa' } }), false],
  ])('that is %s is compared with what the identifier is of', async (_, begin, differs) => {
    const id = await begin();

    await becomes(id, [{ state: 'verified', differs }]);

    expect(await list(id, `?differs=${differs}`)).toHaveLength(1);
    expect(await list(id, `?differs=${!differs}`)).toEqual([]);
    expect((await viewOf(id)).missing.map(({ pointer }: { pointer: string }) => pointer)).not.toContain(
      (await list(id))[0].pointer,
    );
  });

  it('of a term that is obsolete is told as such', async () => {
    const id = await ofSample({ tissue: { id: 'UBERON:0000955', name: 'brain' } });

    await becomes(id, [{ state: 'verified', problem: 'The term is obsolete.' }]);
  });
});

describe('an identifier that is not there', () => {
  it.each<[what: string, begin: () => Promise<string>, said: string]>([
    ['ORCID', () => byPeople(orcid(50)), `ORCID knows nobody by ${orcid(50)}: correct it`],
    ['DOI', () => citing('10.5555/nowhere'), 'neither Crossref nor doi.org knows 10.5555/nowhere'],
    ['EMPIAR', () => citing('EMPIAR-19999'), 'EMPIAR has no public entry EMPIAR-19999: correct it'],
    ['EMDB', () => citing('EMD-9999'), 'EMDB has no public entry EMD-9999'],
    ['PDB', () => citing('PDB-9ZZZ'), 'The PDB has no public entry PDB-9ZZZ'],
    ['UniProt, which calls it inactive', () => annotating('UniProtKB:P00000', 'x'), 'UniProtKB has no public entry'],
    ['UniProt, which refuses it', () => annotating('UniProtKB:P99999', 'x'), 'UniProtKB has no public entry'],
  ])('keeps the draft from being submitted: %s', async (_, begin, said) => {
    const id = await begin();
    await becomes(id, [{ state: 'not_found', differs: false }]);
    const [{ pointer }] = await list(id);

    const { missing, events } = await viewOf(id);

    expect(missing).toContainEqual({ pointer, detail: expect.stringContaining(said) });
    const offer = events.find(({ event }: { event: string }) => event === 'submitter.submit');
    expect(offer.blockedBy).toContainEqual({
      code: 'identifiersKnown',
      message: expect.stringContaining(`/metadata${pointer}: ${said}`),
      link: `/api/v1/submissions/${id}/lookups`,
    });
  });

  it('keeps nobody any more once it is corrected', async () => {
    const id = await byPeople(orcid(51));
    await becomes(id, [{ state: 'not_found' }]);

    await edit(id, { authors: [{ orcid: CARBERRY }] });

    const { events } = await viewOf(id);
    expect(JSON.stringify(events)).not.toContain('identifiersKnown');
  });

  it.each<[what: string, begin: () => Promise<string>, problem: string | null]>([
    ['a term', () => ofSample({ tissue: { id: 'UBERON:9999999', name: 'brain' } }), null],
    [
      'a term of GO that is no component of cells',
      () => annotating('GO:0006412', 'translation'),
      'GO:0006412 (translation) is not below cellular component (GO:0005575).',
    ],
  ])('is for the curator where it is %s', async (_, begin, problem) => {
    const id = await begin();

    await becomes(id, [{ state: 'not_found', problem }]);

    expect(JSON.stringify(await viewOf(id))).not.toContain('identifiersKnown');
  });
});

describe('a service that', () => {
  it.each(Object.entries(FAULTS))(
    'is %s leaves the identifier unverified, and is asked a few times more',
    async (_, [id, , said]) => {
      const submission = await byPeople(id);

      await vi.waitFor(async () => expect(await rowOf(id)).toMatchObject({ tries: 3, dueAt: null }), {
        timeout: 15_000,
      });

      expect(lookups.times(at(id))).toBe(3);
      expect(await list(submission)).toMatchObject([
        { state: 'unverified', problem: expect.stringMatching(said), checkedAt: null, nextTryAt: null },
      ]);
      const { missing, events } = await viewOf(submission);
      expect(missing.map(({ pointer }: { pointer: string }) => pointer)).not.toContain('/authors/0/orcid');
      expect(JSON.stringify(events)).not.toContain('identifiersKnown');
    },
  );

  it('is switched off is not asked', async () => {
    const id = await ofSample({ cell_strain: { id: 'WBStrain00000001', name: 'N2' } });

    await becomes(id, [{ state: 'unverified', problem: 'Asking WormBase is switched off.' }]);
  });

  it('is back is believed', async () => {
    const id = await byPeople(SHY);

    await becomes(id, [{ state: 'verified', label: 'Shy One', problem: null, nextTryAt: null }]);

    expect(lookups.times(at(SHY))).toBe(3);
  });

  it('is slow keeps nobody waiting', async () => {
    const id = await byPeople(SLOW);

    expect(await list(id)).toMatchObject([{ state: 'unverified', checkedAt: null }]);
    await becomes(id, [{ state: 'verified' }]);
  });
});

describe('a look-up', () => {
  it('is made once, for all submissions that name the same, however often they are edited', async () => {
    const id = await byPeople(orcid(110));
    await becomes(id, [{ state: 'verified' }]);

    const other = await draft({ authors: [{ orcid: orcid(110) }], cross_references: ['EMPIAR-10001'] });
    await edit(id, { description: 'Another one.' });

    expect(await list(other)).toMatchObject([{ state: 'verified', label: 'Some Body' }, {}]);
    await becomes(other, [{}, { state: 'verified' }]);
    expect(lookups.times(at(orcid(110)))).toBe(1);
  });

  it('is made anew after its lifetime, and what was known stays known meanwhile', async () => {
    const id = await byPeople(orcid(111));
    await becomes(id, [{ state: 'verified' }]);
    await world.db.query(`UPDATE lookup SET "checkedAt" = now() - interval '31 days' WHERE value = $1`, [orcid(111)]);

    await edit(id, { description: 'Another one.' });

    expect(await list(id)).toMatchObject([{ state: 'verified' }]);
    await vi.waitFor(() => expect(lookups.times(at(orcid(111)))).toBe(2), { timeout: 5_000 });
    await vi.waitFor(async () => expect(await rowOf(orcid(111))).toMatchObject({ dueAt: null, state: 'verified' }));
  });

  it('is taken up again when the worker that made it was lost, and the queue with it', async () => {
    const id = await byPeople(orcid(112));
    await becomes(id, [{ state: 'verified' }]);
    const lost = `state = 'unverified', tries = 1, label = NULL, "checkedAt" = NULL, "dueAt" = now(), "leaseUntil" = now() + interval '400 ms'`;

    await world.db.query(`UPDATE lookup SET ${lost} WHERE value = $1`, [orcid(112)]);

    expect(lookups.times(at(orcid(112)))).toBe(1);
    await becomes(id, [{ state: 'verified', label: 'Some Body' }]);
    expect(lookups.times(at(orcid(112)))).toBe(2);
  });

  it('is given up when every worker that made it was lost', async () => {
    const id = await byPeople(orcid(113));
    await becomes(id, [{ state: 'verified' }]);
    const lost = `state = 'unverified', tries = 3, "dueAt" = now(), "leaseUntil" = now()`;

    await world.db.query(`UPDATE lookup SET ${lost} WHERE value = $1`, [orcid(113)]);

    await becomes(id, [{ state: 'unverified', problem: 'Every worker that looked was lost.', nextTryAt: null }]);
  });

  it('is made again for whoever asks, and not within a minute', async () => {
    const id = await byPeople(LATE);
    await becomes(id, [{ state: 'not_found' }]);
    const ask = (pointer: string) => owner.post(`/submissions/${id}/lookups/retry`, { pointer });

    const soon = await ask('/authors/0/orcid');
    expect(soon).toMatchObject({ status: 429, body: { code: 'lookup-too-soon' } });
    expect(Number(soon.headers['retry-after'])).toBeGreaterThan(50);

    await world.db.query(`UPDATE lookup SET "triedAt" = now() - interval '61 s' WHERE value = $1`, [LATE]);
    expect(await ask('/authors/0/orcid')).toMatchObject({ status: 202, body: { pointer: '/authors/0/orcid' } });
    await becomes(id, [{ state: 'verified', label: 'Late One' }]);

    expect(await ask('/authors/7/orcid')).toMatchObject({ status: 404, body: { code: 'lookup-not-found' } });
  });
});

describe('calls of one host', () => {
  it('are made one after the other, at their pace, by all workers together, and none of them twice', async () => {
    await world.moreWorkers();
    const ids = many(200, 40);
    const from = lookups.asked.length;

    const submissions = await Promise.all([byPeople(...ids.slice(0, 30)), byPeople(...ids.slice(10))]);
    for (const id of submissions)
      await vi.waitFor(async () => expect(await list(id, '?state=verified&limit=100')).toHaveLength(30), {
        timeout: 20_000,
        interval: 100,
      });

    const calls = lookups.asked.slice(from);
    expect(calls.map(({ path }) => path).sort()).toEqual(ids.map(at).sort());
    const first = calls[0]?.at ?? 0;
    const early = calls.filter((call, i) => call.at - first < i * EVERY_MS - EVERY_MS);
    expect(early, 'calls before their turn').toEqual([]);
  });

  it.each([
    ['in seconds', TIRED, 250],
    ['by a date', TIRED_UNTIL, 260],
  ])('wait as long as it has asked for, %s, which is no try of theirs', async (_, tired, more) => {
    const from = lookups.asked.length;
    const id = await byPeople(tired, ...many(more, 3));

    await vi.waitFor(async () => expect(await list(id, '?state=verified')).toHaveLength(4), {
      timeout: 15_000,
      interval: 100,
    });

    const calls = lookups.asked.slice(from);
    const asked = calls.findIndex(({ path }) => path === at(tired));
    const [before, after] = [calls[asked], calls[asked + 1]];
    expect((after?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThan(1_900);
    expect(lookups.times(at(tired))).toBe(2);
    expect(calls).toHaveLength(5);
  });

  it('that rests keep none of another host waiting', async () => {
    await world.db.query(`UPDATE call_pace SET "nextAt" = now() + interval '1 hour' WHERE host = $1`, [lookups.pair]);
    const id = await draft({ authors: [{ orcid: orcid(270) }], cross_references: ['EMD-5555'] });

    await becomes(id, [{ state: 'unverified' }, { state: 'verified' }]);

    expect(lookups.times(at(orcid(270)))).toBe(0);
    const inAnHour = Date.parse((await list(id))[0].nextTryAt) - Date.now();
    expect(inAnHour).toBeGreaterThan(3_500_000);
    expect((await rowOf(orcid(270))).tries).toBe(0);
    await world.db.query('UPDATE call_pace SET "nextAt" = now()');
    await world.db.query('UPDATE lookup SET "dueAt" = now() WHERE value = $1', [orcid(270)]);
    await becomes(id, [{ state: 'verified' }, { state: 'verified' }]);
  });

  it('are in one hand each, however many reach for them at once', async () => {
    const work = world.workers.get(LookupWork, { strict: false });
    await world.db.query(
      `INSERT INTO lookup (kind, value, service, "dueAt")
       SELECT 'WBStrain', 'x' || n, 'wormbase', now() FROM generate_series(1, 40) n`,
    );

    const taken = await Promise.all(Array.from({ length: 40 }, () => work.take('wormbase')));

    const values = taken.flatMap((each) => each?.value ?? []);
    expect(values.length).toBeGreaterThan(20);
    expect(new Set(values).size).toBe(values.length);
  });
});
