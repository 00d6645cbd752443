import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../test/shared.js';
import { penOf, type Said } from '../../check.js';
import { annDataOf } from '../../readers/anndata.js';
import { openHdf5 } from '../../readers/hdf5.js';
import { installReference } from '../../reference/install.js';
import { referenceFor } from '../../reference/open-reference.js';
import type { Gene, Reference } from '../../reference/reference.js';
import { starterReference } from '../../reference/starter.js';
import { type H5adParts, writeH5ad } from '../../samples/h5ad.js';
import { SCHEMA_7_0_0 } from '../../schemas/schema-7.0.0.js';
import { h5adCheck } from '../h5ad.check.js';
import { judgeGeneIds } from './genes.js';
import { h5adOf } from './h5ad.js';

const folder = mkdtempSync(join(tmpdir(), 'genes-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

const HUMAN = ['ENSG00000167286', 'ENSG00000198851', 'ENSG00000010610', 'ENSG00000153563'];
const MOUSE = ['ENSMUSG00000059552', 'ENSMUSG00000064842'];
const OF_ANY = ['ERCC-00002', 'ENSSASG00005000002'];
const ORGANISMS: readonly (readonly [string, readonly string[]])[] = [
  ['NCBITaxon:9606', HUMAN],
  ['NCBITaxon:10090', MOUSE],
  ['NCBITaxon:32630', OF_ANY.slice(0, 1)],
  ['NCBITaxon:2697049', OF_ANY.slice(1)],
];

/** Tables of these genes and no other, whole. */
const GENES = new Map(
  ORGANISMS.flatMap(([organism, ids]) =>
    ids.map((id): [string, Gene] => [id, { id, name: id, organism, length: 1, type: 'protein_coding' }]),
  ),
);
const starter = starterReference('7.0.0');
const WHOLE: Reference = {
  ...starter,
  genes: { isWhole: true, organisms: ORGANISMS.map(([organism]) => organism), gene: (id) => GENES.get(id) ?? null },
};

async function judged(parts: Partial<H5adParts>, reference = WHOLE, fewestGenes = 1) {
  const genes = parts.geneIds?.length ?? parts.genes ?? HUMAN.length;
  await writeH5ad(local, { cells: 4, genes, geneIds: HUMAN, ...parts });
  const hdf5 = await openHdf5(local);
  try {
    const pen = penOf(h5adCheck, { path: 'sample.h5ad' });
    const mode = { ignoreLabels: false, preAnalysis: false };
    const schema = { ...SCHEMA_7_0_0, fewestGenes };
    const said: Said[] = [...judgeGeneIds(h5adOf(hdf5, annDataOf(hdf5), { schema, reference, mode }), pen)];
    const findings = said.flatMap((one) => ('finding' in one ? one.finding : []));
    const undecided = said.flatMap((one) => ('undecided' in one ? one.undecided.rule : []));
    return { findings, undecided, told: findings.map(({ rule, location }) => `${rule} ${location}`) };
  } finally {
    hdf5.close();
  }
}

const organism = (id: string | null): Partial<H5adParts> => ({ uns: { organism_ontology_term_id: id } });
const BOTH = (rule: string) => [`${rule} /var/_index`, `${rule} /raw/var/_index`];

describe('genes of an h5ad file', () => {
  it.each<[string, Partial<H5adParts>]>([
    ['of one organism', {}],
    ['with spike-ins and those of a virus', { geneIds: [...HUMAN, ...OF_ANY] }],
    ['of another organism', { geneIds: MOUSE, ...organism('NCBITaxon:10090') }],
    ['of a taxon that lies below theirs', { geneIds: MOUSE, ...organism('NCBITaxon:10091') }],
    ['of which some are filtered, and are in raw', { var: { feature_is_filtered: [true, false, false, false] } }],
    ['without raw, of which none is filtered', { raw: null }],
  ])('are sound %s', async (_, parts) => {
    expect(await judged(parts)).toMatchObject({ told: [], undecided: [] });
  });

  it.each<[string, Partial<H5adParts>, string[]]>([
    [
      'that come twice in var',
      { geneIds: [...HUMAN.slice(0, 3), HUMAN[0] ?? ''], rawGeneIds: HUMAN },
      ['V02 /var/_index'],
    ],
    ['that come twice in raw.var', { rawGeneIds: [...HUMAN.slice(0, 3), HUMAN[0] ?? ''] }, ['V02 /raw/var/_index']],
    ['that no table has', { geneIds: [...HUMAN, 'ENSG00000999999'] }, BOTH('V03')],
    ['that raw.var alone has', { rawGeneIds: [...HUMAN.slice(0, 3), 'ERCC-000000'] }, ['V03 /raw/var/_index']],
    ['with their versions', { geneIds: HUMAN.map((id) => `${id}.12`) }, BOTH('V03')],
    ['by their names', { geneIds: ['CD3D', 'CD3E'] }, BOTH('V03')],
    ['by numbers', { geneIds: ['0', '1'] }, BOTH('V03')],
    ['of another organism', organism('NCBITaxon:10090'), BOTH('V04')],
    ['of two organisms', { geneIds: [...HUMAN, ...MOUSE] }, BOTH('V04')],
    ['of a taxon that lies above the organism of the file', organism('NCBITaxon:10091'), BOTH('V04')],
    ['of no organism', organism('EFO:0000001'), BOTH('V04')],
    [
      'that are filtered, and there is no raw',
      { raw: null, var: { feature_is_filtered: [true, false, false, true] } },
      ['V07 /var/feature_is_filtered'],
    ],
  ])('are told of those %s', async (_, parts, told) => {
    expect((await judged(parts)).told).toEqual(told);
  });

  it('are few below what the schema says', async () => {
    expect((await judged({}, WHOLE, 4)).told).toEqual([]);
    expect((await judged({}, WHOLE, 5)).findings).toMatchObject([
      { rule: 'V10', severity: 'warning', found: '4', expected: '5' },
    ]);
  });

  it('are told by how they are named: each kind once, with what mends it', async () => {
    const geneIds = ['ENSG00000167286.5', 'ENSG00000198851.1', 'MT-CO1', '17', 'ENSG00000999999', HUMAN[2] ?? ''];

    const { findings } = await judged({ geneIds, raw: null });

    expect(findings).toMatchObject([
      {
        ...{ rule: 'V03', count: 2, samples: ['row 0: ENSG00000167286.5', 'row 1: ENSG00000198851.1'] },
        fix: expect.stringContaining('adata.var_names = adata.var_names.str.replace(r"\\.\\d+$", "", regex=True)'),
      },
      { rule: 'V03', count: 1, samples: ['row 2: MT-CO1'] },
      { rule: 'V03', count: 1, samples: ['row 3: 17'] },
      { rule: 'V03', count: 1, samples: ['row 4: ENSG00000999999'] },
    ]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  it('may have their identifiers in a column', async () => {
    const names = ['CD3D', 'CD3E', 'CD4', 'CD8A'];

    const { findings } = await judged({ geneIds: names, rawGeneIds: HUMAN, var: { ensembl: HUMAN } });

    expect(findings[0]?.fix).toContain('`adata.var_names = adata.var["ensembl"]`');
  });

  it('say of which organisms they are, and how many', async () => {
    const { findings } = await judged({ geneIds: [...HUMAN, ...MOUSE], raw: null });

    expect(findings).toMatchObject([
      { rule: 'V04', count: 2, found: '2 of Mus musculus (NCBITaxon:10090)', samples: { length: 2 } },
    ]);
    expect(findings[0]?.message).toContain('The file is of Homo sapiens (NCBITaxon:9606), and 2 of the 6 genes of var');
  });

  it('give the organism where all are of one', async () => {
    const { findings } = await judged({ ...organism('NCBITaxon:10090'), raw: null });

    expect(findings[0]?.fix).toContain('adata.uns["organism_ontology_term_id"] = "NCBITaxon:9606"');
  });

  it('are undecided where a table of them is not here', async () => {
    const { told, undecided } = await judged({ geneIds: [...HUMAN, ...MOUSE], raw: null }, starter);

    expect(told).toEqual([]);
    expect(undecided).toEqual(['V03', 'V04']);
  });

  it('have no versions, whichever tables are here', async () => {
    expect((await judged({ geneIds: HUMAN.map((id) => `${id}.1`), raw: null }, starter)).told).toEqual([
      'V03 /var/_index',
    ]);
  });

  it('are undecided where no one knows of which organism the file is', async () => {
    expect(await judged(organism(null))).toMatchObject({ told: [], undecided: ['V04'] });
    expect((await judged(organism('NCBITaxon:99999999'))).undecided).toContain('V04');
  });
});

const published = sharedFolder('reference');

describe.skipIf(published.isMissing)(`genes of the tables that are published${published.note}`, () => {
  let installed: Reference;
  beforeAll(async () => {
    await installReference({ schema: '7.0.0', to: join(folder, 'reference'), from: published.at('.') });
    installed = referenceFor('7.0.0', join(folder, 'reference'));
  }, 120_000);

  it('are found in them', async () => {
    expect(await judged({ geneIds: [...HUMAN, ...OF_ANY] }, installed)).toMatchObject({ told: [], undecided: [] });
  });

  it.each(['ENSG000', 'ERCC-000000', 'INVALID_GENE_ID', '0', 'ENSG00000167286.5'])('have no %s', async (id) => {
    const { told, undecided } = await judged({ geneIds: [...HUMAN, id], raw: null }, installed);

    expect({ told, undecided }).toEqual({ told: ['V03 /var/_index'], undecided: [] });
  });

  it('are of the organism that the table has', async () => {
    const { findings } = await judged({ geneIds: [...MOUSE, 'ENSDARG00000009657'], raw: null }, installed);

    expect(findings).toMatchObject([
      { rule: 'V04', found: '2 of Mus musculus (NCBITaxon:10090), 1 of Danio rerio (NCBITaxon:7955)' },
    ]);
  });
});
