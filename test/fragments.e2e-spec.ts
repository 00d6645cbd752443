import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOUND_FRAGMENTS, writeFragments } from '../checks/samples/fragments.js';
import { writeH5ad } from '../checks/samples/h5ad.js';
import { upload } from './story.js';
import { beginWorld, type Caller, reaches, type World } from './world.js';

const MULTIOME = 'EFO:0030059';

let world: World;
let owner: Caller;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'accession-fragments-'));
  world = await beginWorld();
  owner = await world.person('submitter');
});
afterAll(async () => {
  await world?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Submit cells of these names, with the sound fragments of A, B and C beside them. */
async function submitted(cellNames: readonly string[]): Promise<string> {
  const { body: profile } = await owner.get('/profiles/single-cell');
  const { doi: _, ...metadata } = profile.example.metadata;
  const { body } = await owner.post('/submissions', { profile: profile.id, title: profile.example.title, metadata });
  const assay_ontology_term_id = { categories: [MULTIOME], codes: cellNames.map(() => 0) };
  const suspension_type = { categories: ['nucleus'], codes: cellNames.map(() => 0) };
  const obs = { assay_ontology_term_id, suspension_type };
  await writeH5ad(join(folder, 'x.h5ad'), { cells: 3, cellNames, obs });
  writeFragments(join(folder, 'x.fragments.tsv.gz'), { rows: SOUND_FRAGMENTS });
  for (const path of ['x.h5ad', 'x.fragments.tsv.gz']) {
    expect(await upload(world, owner, body.id, path, readFileSync(join(folder, path)))).toBe(201);
    await reaches(owner, body.id, 'uploaded');
  }
  const event = { event: 'submitter.submit', policyAccepted: true };
  expect((await owner.post(`/submissions/${body.id}/transitions`, event)).status).toBe(200);
  return body.id;
}

async function runOf(id: string) {
  const { body } = await owner.get(`/submissions/${id}/runs`);
  const run = (await owner.get(`/submissions/${id}/runs/${body.items[0].id}`)).body;
  const findings = (await owner.get(`/submissions/${id}/runs/${run.id}/findings?check=fragments-of-dataset`)).body
    .items;
  return { run, findings };
}

describe('a submission of cells with fragments', () => {
  it('goes to the curator where the barcodes are those of the cells', async () => {
    const id = await submitted(['A', 'B', 'C']);
    await reaches(owner, id, 'curator_review.unassigned');

    const { run, findings } = await runOf(id);

    expect(findings).toEqual([]);
    expect(run.checks.map(({ check }: { check: string }) => check).sort()).toEqual(['fragments', 'h5ad']);
  });

  it('comes back where they are others, with a finding of the fragments', async () => {
    const id = await submitted(['A', 'B', 'E']);
    await reaches(owner, id, 'draft.checks_failed');

    const { run, findings } = await runOf(id);

    expect(findings).toMatchObject([{ rule: 'A05', file: 'x.fragments.tsv.gz', status: 'new', severity: 'error' }]);
    expect(run.progress).toEqual({ done: 3, total: 3 });
  });
});
