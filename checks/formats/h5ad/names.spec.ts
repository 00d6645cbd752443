import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Options } from '../../check.js';
import { withLocalFile } from '../../local-file.js';
import { runCheck } from '../../run-checks.js';
import { type H5adParts, writeH5ad } from '../../samples/h5ad.js';
import { h5adCheck } from '../h5ad.check.js';
import { NAME_RULES } from './names.js';

const folder = mkdtempSync(join(tmpdir(), 'h5ad-names-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

/** What is said of names; of what the file lacks for it, other parts speak. */
async function findingsOf(parts: Partial<H5adParts>, options: Partial<Options> = {}) {
  await writeH5ad(local, parts);
  const by = { schema: '7.0.0', full: true, ...options };
  const result = await withLocalFile({ path: 'sample.h5ad', local }, (file) => runCheck(h5adCheck, file, by));
  expect(result.cause).toBeUndefined();
  return result.findings.filter(({ rule }) => rule in NAME_RULES);
}

const told = (findings: Awaited<ReturnType<typeof findingsOf>>) =>
  findings.map(({ rule, location }) => `${rule} ${location}`);
const texts = (length = 40) => Array<string>(length).fill('text');

describe('names in an h5ad file', () => {
  it('are sound in a sound file', async () => {
    expect(await findingsOf({})).toEqual([]);
  });

  it.each<[string, Partial<H5adParts>, string[]]>([
    [
      'ethnicity by its old name',
      { obs: { ethnicity: texts(), ethnicity_ontology_term_id: texts() } },
      ['F03 /obs/ethnicity', 'F03 /obs/ethnicity_ontology_term_id'],
    ],
    [
      'an organism of each cell',
      { obs: { organism_ontology_term_id: texts() } },
      ['F03 /obs/organism_ontology_term_id'],
    ],
    [
      'what uns held once',
      { uns: { X_normalization: 'CPM', tags: 'heart', publication_doi: '10.1000/1' } },
      ['F03 /uns/X_normalization', 'F03 /uns/publication_doi', 'F03 /uns/tags'],
    ],
    ['a column that begins with two underscores', { obs: { __mine: texts() } }, ['F04 /obs/__mine']],
    ['such a column of genes', { var: { __mine: texts(30) } }, ['F04 /var/__mine']],
    ['such a column of raw genes', { rawVar: { __mine: texts(30) } }, ['F04 /raw/var/__mine']],
    ['such a key of uns', { uns: { __mine: 'text' } }, ['F04 /uns/__mine']],
    ['such a layer', { layers: { __mine: {} } }, ['F04 /layers/__mine']],
    ['labels of cells', { obs: { cell_type: texts(), assay: texts() } }, ['F05 /obs/cell_type', 'F05 /obs/assay']],
    ['identifiers of observations', { obs: { observation_joinid: texts() } }, ['F05 /obs/observation_joinid']],
    ['names of genes', { var: { feature_name: texts(30) } }, ['F05 /var/feature_name']],
    ['types of raw genes', { rawVar: { feature_type: texts(30) } }, ['F05 /raw/var/feature_type']],
    ['a citation', { uns: { citation: 'text', organism: 'text' } }, ['F05 /uns/citation', 'F05 /uns/organism']],
    [
      'which raw genes are filtered',
      { rawVar: { feature_is_filtered: Array<boolean>(30).fill(false) } },
      ['F06 /raw/var/feature_is_filtered'],
    ],
  ])('must not be those of %s', async (_, parts, expected) => {
    expect(told(await findingsOf(parts))).toEqual(expected);
  });

  it('of labels may be there in a file that is labelled, and no others', async () => {
    const parts = { obs: { cell_type: texts(), __mine: texts() }, uns: { citation: 'text', tags: 'text' } };

    expect(told(await findingsOf(parts, { ignoreLabels: true }))).toEqual(['F04 /obs/__mine', 'F03 /uns/tags']);
  });

  it('of the system are more in schema 7.1.0', async () => {
    const parts = { uns: { is_pre_analysis: 'text' } };

    expect(await findingsOf(parts)).toEqual([]);
    expect(told(await findingsOf(parts, { schema: '7.1.0' }))).toEqual(['F05 /uns/is_pre_analysis']);
  });

  it('of categories are an encoding of AnnData 0.7 and no column', async () => {
    const spoil: H5adParts['spoil'] = (file) => file.create_group('obs/__categories');

    expect(await findingsOf({ spoil })).toEqual([]);
  });

  it('come with the line of Python that mends them', async () => {
    const findings = await findingsOf({
      obs: { __mine: texts(), ethnicity_ontology_term_id: texts(), organism_ontology_term_id: texts() },
      rawVar: { feature_name: texts(30) },
      uns: { __mine: 'text' },
    });

    expect(findings.map(({ fix }) => fix)).toEqual([
      expect.stringMatching(
        /^Move it: `adata\.obs\["self_reported_.*; del adata\.obs\["ethnicity_ontology_term_id"\]`\.$/,
      ),
      // A column of categories has no item of its own.
      expect.stringContaining('adata.obs["organism_ontology_term_id"].astype(str).unique().item(); del'),
      expect.stringContaining('`adata.obs = adata.obs.rename(columns={"__mine": "mine"})`'),
      expect.stringContaining('`raw = adata.raw.to_adata(); del raw.var["feature_name"]; adata.raw = raw`'),
      expect.stringContaining('`adata.uns["mine"] = adata.uns.pop("__mine")`'),
    ]);
  });

  it('that are many are counted together', async () => {
    const obs = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`__${i}`, texts()]));

    const findings = await findingsOf({ obs });

    expect(findings).toHaveLength(21);
    expect(findings.at(-1)).toMatchObject({
      location: '/obs',
      count: 30,
      samples: [20, 21, 22, 23, 24].map((i) => `obs["__${i}"]`),
    });
  });
});
