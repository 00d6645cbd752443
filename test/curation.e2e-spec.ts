import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annDataOf } from '../checks/readers/anndata.js';
import { textsOf } from '../checks/readers/columns.js';
import { openHdf5 } from '../checks/readers/hdf5.js';
import { type ColumnParts, writeH5ad } from '../checks/samples/h5ad.js';
import { pythonWith } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'curation-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** The command line as people run it, without reference data but the starter set. */
function accession(...args: string[]) {
  const env = { PATH: process.env.PATH, ACCESSION_REFERENCE_DIR: at('no reference') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/cli/main.js'), ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

async function textsIn(name: string, frame: 'obs' | 'var'): Promise<Record<string, (string | null)[]>> {
  const hdf5 = await openHdf5(at(name));
  try {
    const columns = annDataOf(hdf5)[frame]?.columns ?? new Map();
    return Object.fromEntries(
      [...columns].map(([column, parts]) => [column, [...textsOf(hdf5, parts)].flatMap(({ values }) => [...values])]),
    );
  } finally {
    hdf5.close();
  }
}

const turns = (...values: string[]): ColumnParts => ({
  categories: values,
  codes: Int8Array.from({ length: 40 }, (_, row) => row % values.length),
});

/** As it comes from an analysis: clusters and patients, and no field of the schema. */
const RAW = {
  cell_type_ontology_term_id: null,
  assay_ontology_term_id: null,
  disease_ontology_term_id: null,
  sex_ontology_term_id: null,
  tissue_ontology_term_id: null,
  tissue_type: null,
  is_primary_data: null,
  self_reported_ethnicity_ontology_term_id: null,
  development_stage_ontology_term_id: null,
  donor_id: null,
  suspension_type: null,
  cluster: turns('T cells', 'B cells'),
  patient: turns('p1', 'p2', 'p3', 'p4'),
  tissue: turns('Lung, left'),
};

const RECIPE = `
obs:
  cell_type_ontology_term_id:
    from: cluster
    map: { T cells: CL:0000084, B cells: CL:0000236 }
  assay_ontology_term_id: EFO:0009922
  disease_ontology_term_id: PATO:0000461
  sex_ontology_term_id: unknown
  tissue_ontology_term_id: UBERON:0002048
  tissue_type: tissue
  is_primary_data: true
  self_reported_ethnicity_ontology_term_id: unknown
  development_stage_ontology_term_id: unknown
  donor_id: { from: patient }
  suspension_type: cell
uns:
  title: Lungs of four adults
`;

beforeAll(async () => {
  await writeH5ad(at('raw.h5ad'), { obs: RAW });
  await writeH5ad(at('sound.h5ad'), { obs: { patient: turns('p1', 'p2') } });
  writeFileSync(at('recipe.yaml'), RECIPE);
});

describe('accession apply', () => {
  it('makes a file that the schema takes of one that it does not, and loses nothing', async () => {
    expect(accession('validate', 'raw.h5ad').status).toBe(1);

    const { status, out, err } = accession('apply', 'recipe.yaml', 'raw.h5ad', '-o', 'curated.h5ad');

    expect(err).toBe('');
    expect(status).toBe(0);
    expect(out).toContain('/obs/tissue is kept as author_tissue');
    const { findings } = JSON.parse(accession('validate', 'curated.h5ad', '--format', 'json').out).files[0];
    expect(findings.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
    const [before, after] = [await textsIn('raw.h5ad', 'obs'), await textsIn('curated.h5ad', 'obs')];
    expect(after).toMatchObject({ cluster: before.cluster, patient: before.patient, author_tissue: before.tissue });
    expect(after.tissue).toBeUndefined();
    expect(after.donor_id).toEqual(before.patient);
    expect(after.cell_type_ontology_term_id?.slice(0, 3)).toEqual(['CL:0000084', 'CL:0000236', 'CL:0000084']);
  });

  it('tells all that is wrong with a recipe, and writes nothing', () => {
    writeFileSync(
      at('wrong.yaml'),
      RECIPE.replace('B cells: CL:0000236', 'b cells: CL:0000236')
        .replace('EFO:0009922', 'EFO-0009922')
        .replace('from: patient', 'from: subject'),
    );

    const { status, err } = accession('apply', 'wrong.yaml', 'raw.h5ad', '-o', 'wrong.h5ad');

    expect(status).toBe(1);
    expect(err).toContain('obs.cell_type_ontology_term_id: the map lacks "B cells"');
    expect(err).toContain('obs.assay_ontology_term_id: "EFO-0009922" is no term');
    expect(err).toContain('there is no column "subject" in obs; there are cluster, patient, tissue');
    expect(existsSync(at('wrong.h5ad'))).toBe(false);
  });

  it.each([
    ['no YAML', 'obs: [', 'is no YAML'],
    ['another shape', 'observations: {}', 'Unrecognized key'],
  ])('refuses a recipe that is %s', (_, text, why) => {
    writeFileSync(at('odd.yaml'), text);

    const { status, err } = accession('apply', 'odd.yaml', 'raw.h5ad', '-o', 'odd.h5ad');

    expect(status).toBe(2);
    expect(err).toContain(why);
  });

  it('writes over nothing that it was not told to', () => {
    writeFileSync(at('there.h5ad'), 'mine');

    expect(accession('apply', 'recipe.yaml', 'raw.h5ad', '-o', 'there.h5ad').status).toBe(5);
    expect(readFileSync(at('there.h5ad'), 'utf8')).toBe('mine');
    expect(accession('apply', 'recipe.yaml', 'raw.h5ad', '-o', 'raw.h5ad', '--force').status).toBe(2);
  });

  it('says of a file that is none what is wrong with it', () => {
    writeFileSync(at('none.h5ad'), 'nothing of the kind');

    expect(accession('apply', 'recipe.yaml', 'none.h5ad', '-o', 'out.h5ad')).toMatchObject({ status: 1 });
  });
});

describe('accession label', () => {
  it('writes labels, join ids and what is known of the genes, and the file is as valid as it was', async () => {
    const { status, err } = accession('label', 'sound.h5ad', '-o', 'labelled.h5ad', '--citation', 'A paper');

    expect(err).toBe('');
    expect(status).toBe(0);
    const [before, cells, genes] = [
      await textsIn('sound.h5ad', 'obs'),
      await textsIn('labelled.h5ad', 'obs'),
      await textsIn('labelled.h5ad', 'var'),
    ];
    expect(cells).toMatchObject({ ...before, assay: Array(40).fill("10x 3' v3"), tissue: Array(40).fill('lung') });
    expect(cells.cell_type?.slice(0, 2)).toEqual(['T cell', 'B cell']);
    expect(cells.self_reported_ethnicity?.[0]).toBe('unknown');
    expect(new Set(cells.observation_joinid)).toHaveProperty('size', 40);
    expect(genes.feature_reference).toEqual(Array(30).fill('NCBITaxon:9606'));
    expect(genes.feature_biotype).toEqual(Array(30).fill('gene'));
    expect(genes.feature_name?.every((name) => name && !name.startsWith('ENSG'))).toBe(true);
    const told = JSON.parse(accession('validate', 'labelled.h5ad', '--format', 'json').out).files[0];
    expect(
      new Set(told.findings.map(({ rule, severity }: Record<string, string>) => severity === 'error' && rule)),
    ).toEqual(new Set([false, 'F05']));
  });

  it('is refused where the file is not valid', () => {
    const { status, err } = accession('label', 'raw.h5ad', '-o', 'never.h5ad');

    expect(status).toBe(1);
    expect(err).toContain('accession validate raw.h5ad');
    expect(existsSync(at('never.h5ad'))).toBe(false);
  });

  const python = pythonWith('anndata');
  it.skipIf(!python.command)(`makes a file that AnnData opens${python.note}`, () => {
    const script = `
import anndata, sys
old, new = (anndata.read_h5ad(path) for path in sys.argv[1:])
assert (old.X != new.X).nnz == 0 and (old.raw.X != new.raw.X).nnz == 0
assert all((old.obs[name].astype(str) == new.obs[name].astype(str)).all() for name in old.obs.columns)
assert new.obs["assay"].dtype == "category" and new.var["feature_length"].dtype == "int32"
assert "feature_name" in new.raw.var.columns and new.uns["schema_version"] == "7.0.0"
print("same")`;
    const run = spawnSync(python.command ?? '', ['-c', script, at('sound.h5ad'), at('labelled.h5ad')], {
      encoding: 'utf8',
    });

    expect(run.stdout.trim(), run.stderr).toBe('same');
  });
});
