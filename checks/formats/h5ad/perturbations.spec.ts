import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../test/shared.js';
import type { Options } from '../../check.js';
import { penOf, type Said } from '../../check.js';
import { withLocalFile } from '../../local-file.js';
import { openHdf5 } from '../../readers/hdf5.js';
import { referenceFor } from '../../reference/open-reference.js';
import { runCheck } from '../../run-checks.js';
import { type H5adParts, writeH5ad } from '../../samples/h5ad.js';
import { SCHEMA_7_1_0 } from '../../schemas/schema-7.1.0.js';
import { h5adCheck, judge } from '../h5ad.check.js';
import { PERTURBATION_RULES } from './perturbations.js';

const folder = mkdtempSync(join(tmpdir(), 'h5ad-perturbations-'));
const local = join(folder, 'sample.h5ad');
afterAll(() => rmSync(folder, { recursive: true }));

async function findingsOf(path: string, options: Partial<Options> = {}) {
  const by = { schema: '7.1.0', full: true, ...options };
  const result = await withLocalFile({ path: 'sample.h5ad', local: path }, (file) => runCheck(h5adCheck, file, by));
  expect(result.cause).toBeUndefined();
  return result.findings.filter(({ rule }) => rule in PERTURBATION_RULES);
}

async function foundIn(parts: Partial<H5adParts>, options: Partial<Options> = {}) {
  await writeH5ad(local, parts);
  return findingsOf(local, options);
}

const rulesIn = (findings: readonly { readonly rule: string }[]) => findings.map(({ rule }) => rule);
/** The first half of the cells one, the others the other. */
const halves = (first: string, second = first) => ({
  categories: first === second ? [first] : [first, second],
  codes: Int8Array.from({ length: 40 }, (_, row) => (first === second || row < 20 ? 0 : 1)),
});

const GUIDE = {
  role: 'targeting',
  protospacer_sequence: 'CAGAGGGAGGAGAGAACCG',
  protospacer_adjacent_motif: "3' NGG",
};
const GUIDES = {
  'CERS6-2': GUIDE,
  'KARS-1': { ...GUIDE, protospacer_sequence: 'GGGCCCTCCGGGAAGATGG' },
  'CTRL-1': { ...GUIDE, role: 'control', protospacer_sequence: 'TTTTTTTTTTTTTTTTTTTT' },
};
const SCREEN = 'CRISPR knockout screen';

function perturbed({
  ids = halves('CERS6-2', 'CERS6-2 || KARS-1'),
  strategies = halves(SCREEN),
  guides = GUIDES as NonNullable<H5adParts['uns'][string]> | null,
}): Partial<H5adParts> {
  return {
    obs: { genetic_perturbation_id: ids, genetic_perturbation_strategy: strategies },
    uns: { genetic_perturbations: guides },
  };
}

describe('genetic perturbations', () => {
  it('need not be there', async () => {
    expect(await foundIn({})).toEqual([]);
  });

  it('are sound where obs names the guides that uns describes', async () => {
    expect(await foundIn(perturbed({}))).toEqual([]);
    expect(await foundIn(perturbed({ ids: halves('CTRL-1'), strategies: halves('control') }))).toEqual([]);
  });

  it('are nothing to an edition that does not know them', async () => {
    expect(await foundIn(perturbed({ ids: halves('nobody') }), { schema: '7.0.0' })).toEqual([]);
  });

  it.each<[string, string[], Parameters<typeof perturbed>[0]]>([
    ['guides that are a list', ['G01', 'G06', 'G06'], { guides: ['CERS6-2', 'KARS-1'] }],
    ['a guide that is a sequence', ['G01'], { guides: { ...GUIDES, A: 'ACGT' } }],
    ['an id with a comma', ['G01'], { guides: { ...GUIDES, 'A,B': GUIDE } }],
    ['an id with a space', ['G01'], { guides: { ...GUIDES, 'A B': GUIDE } }],
    ['an id with a quotation mark', ['G01'], { guides: { ...GUIDES, "A'B": GUIDE } }],
    ['a guide without anything', ['G02', 'G02', 'G02'], { guides: { ...GUIDES, A: {} } }],
    ['a role that is none', ['G02'], { guides: { ...GUIDES, A: { ...GUIDE, role: 'hitting' } } }],
    ['a short protospacer', ['G02'], { guides: { ...GUIDES, A: { ...GUIDE, protospacer_sequence: 'ACGTACGTACGTA' } } }],
    ['a long protospacer', ['G02'], { guides: { ...GUIDES, A: { ...GUIDE, protospacer_sequence: 'A'.repeat(23) } } }],
    ['a protospacer of RNA', ['G02'], { guides: { ...GUIDES, A: { ...GUIDE, protospacer_sequence: 'U'.repeat(20) } } }],
    [
      'a motif at the other end',
      ['G02'],
      { guides: { ...GUIDES, A: { ...GUIDE, protospacer_adjacent_motif: "5' NGG" } } },
    ],
    ['a motif of no letters', ['G02'], { guides: { ...GUIDES, A: { ...GUIDE, protospacer_adjacent_motif: "3' " } } }],
    [
      'regions of the system',
      ['G03'],
      { guides: { ...GUIDES, A: { ...GUIDE, derived_genomic_regions: ['1:1-2(+)'] } } },
    ],
    ['guides out of order', ['G04'], { ids: halves('KARS-1 || CERS6-2') }],
    ['a guide twice', ['G04'], { ids: halves('CERS6-2 || CERS6-2') }],
    ['both of it', ['G04', 'G04'], { ids: halves('KARS-1 || CERS6-2', 'CERS6-2 || CERS6-2') }],
    [
      'cells without a guide',
      ['G05'],
      { ids: halves('CERS6-2', 'na'), strategies: halves(SCREEN, 'no perturbations') },
    ],
    ['a guide that nobody described', ['G06'], { ids: halves('CERS6-2 || MISSING') }],
    ['no perturbations by a guide', ['G07'], { ids: halves('CERS6-2'), strategies: halves('no perturbations') }],
    ['a control that targets', ['G08'], { ids: halves('KARS-1'), strategies: halves('control') }],
    ['a strategy that is none', ['X02'], { strategies: halves('CRISPR interference') }],
  ])('report %s', async (_, rules, parts) => {
    expect(rulesIn(await foundIn(perturbed(parts)))).toEqual(rules);
  });

  it.each([
    ['the ids', { obs: { ...perturbed({}).obs, genetic_perturbation_id: null } }, '/obs/genetic_perturbation_id'],
    [
      'the strategies',
      { obs: { ...perturbed({}).obs, genetic_perturbation_strategy: null } },
      '/obs/genetic_perturbation_strategy',
    ],
  ])('come with %s', async (_, parts, location) => {
    expect(await foundIn({ ...perturbed({}), ...parts })).toMatchObject([{ rule: 'X03', location }]);
  });

  it('come with the guides', async () => {
    expect(rulesIn(await foundIn(perturbed({ guides: null })))).toEqual(['X03', 'G06', 'G06']);
  });

  it('are mended by lines for columns of strings and of categories, missing values among them', async () => {
    const missing = { ...halves('CERS6-2'), codes: Int8Array.from({ length: 40 }, (_, row) => (row === 7 ? -1 : 0)) };

    const [ids] = await foundIn(perturbed({ ids: missing }));
    const [strategy] = await foundIn(perturbed({ strategies: halves('CRISPR interference') }));

    expect(ids).toMatchObject({ rule: 'G05', count: 1, samples: ['row 7'] });
    expect(ids?.fix).toContain('adata[adata.obs["genetic_perturbation_id"].notna()]');
    expect(strategy?.fix).toContain(
      '.astype(str).replace({"CRISPR interference": "CRISPR interference screen"}).astype("category")',
    );
  });

  it('are of three organisms', async () => {
    const { obs, uns } = perturbed({});

    const findings = await foundIn({ obs, uns: { ...uns, organism_ontology_term_id: 'NCBITaxon:9544' } });

    expect(rulesIn(findings)).toEqual(['X04']);
  });

  it('may have what the system derives where the file is labelled', async () => {
    const guides = { ...GUIDES, A: { ...GUIDE, derived_features: ['ENSG00000141510'] } };

    expect(await foundIn(perturbed({ guides }), { ignoreLabels: true })).toEqual([]);
  });

  it('say which cells and how many', async () => {
    const [finding] = await foundIn(perturbed({ ids: halves('CERS6-2', 'CERS6-2 || MISSING') }));

    expect(finding).toMatchObject({
      rule: 'G06',
      found: 'MISSING',
      count: 20,
      location: '/obs/genetic_perturbation_id',
    });
    expect(finding?.samples).toEqual(['row 20', 'row 21', 'row 22', 'row 23', 'row 24']);
    expect(finding?.message).toBe('"MISSING" is no guide of uns["genetic_perturbations"].');
  });

  it('may lack a guide in some cells where the edition says so, as the text of 7.1.0 does', async () => {
    const { perturbations } = SCHEMA_7_1_0;
    if (!perturbations) throw new Error('7.1.0 has perturbations');
    const schema = { ...SCHEMA_7_1_0, perturbations: { ...perturbations, mayLackGuides: 'some' as const } };
    const rulesOf = async (parts: Partial<H5adParts>) => {
      await writeH5ad(local, parts);
      const hdf5 = await openHdf5(local);
      const said: Said[] = [];
      const mode = { ignoreLabels: false, preAnalysis: false };
      try {
        const pen = penOf(h5adCheck, { path: '' });
        for await (const one of judge(hdf5, pen, { schema, reference: referenceFor('7.0.0'), mode })) said.push(one);
      } finally {
        hdf5.close();
      }
      return rulesIn(said.flatMap((one) => ('finding' in one ? one.finding : []))).filter(
        (rule) => rule in PERTURBATION_RULES,
      );
    };

    expect(
      await rulesOf(perturbed({ ids: halves('CERS6-2', 'na'), strategies: halves(SCREEN, 'no perturbations') })),
    ).toEqual([]);
    expect(await rulesOf(perturbed({ ids: halves('na'), strategies: halves('no perturbations') }))).toEqual(['G05']);
    expect(await rulesOf(perturbed({ ids: halves('CERS6-2', 'CERS6-2 || na') }))).toEqual(['G05']);
  });
});

const fixtures = sharedFolder('fixtures/h5ad');
const cases = sharedFolder('conformance/single-cell');

describe.skipIf(fixtures.isMissing)(`genetic perturbations of a real file${fixtures.note}`, () => {
  it('are read, and told where the draft has changed since it was made', async () => {
    const findings = await findingsOf(fixtures.at('small_perturbations_7.1.0-branch.h5ad'), { ignoreLabels: true });

    expect(new Set(rulesIn(findings))).toEqual(new Set(['G04', 'G05', 'G06', 'X02']));
    expect(findings.find(({ rule }) => rule === 'X02')).toMatchObject({ found: 'CRISPR interference', count: 487 });
    expect(findings.find(({ rule }) => rule === 'G05')).toMatchObject({ found: 'na', count: 1, samples: ['row 7'] });
  });
});

interface Case {
  readonly name: string;
  readonly suite: string;
  readonly mutations: readonly {
    op: string;
    col?: string;
    values?: [string, string];
    path?: string[];
    value?: typeof GUIDES;
  }[];
  readonly errors?: readonly { readonly rule: string }[];
}

const linesOf = (): readonly Case[] =>
  cases.isMissing
    ? []
    : readFileSync(cases.at('cases.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));

describe.skipIf(cases.isMissing)(
  `genetic perturbations beside the branch of the reference validator${cases.note}`,
  () => {
    it.each(
      linesOf()
        .filter(({ suite }) => suite === 'perturbation-branch')
        .map((one) => [one.name, one] as const),
    )('agree on %s', async (_, { mutations, errors = [] }) => {
      const valuesOf = (name: string) => mutations.find(({ col }) => col === name)?.values ?? (['', ''] as const);
      const guides = mutations.find(({ path }) => path?.[0] === 'genetic_perturbations')?.value ?? null;
      const ids = halves(...valuesOf('genetic_perturbation_id'));
      const strategies = halves(...valuesOf('genetic_perturbation_strategy'));

      const found = new Set(rulesIn(await foundIn(perturbed({ ids, strategies, guides }))));

      for (const { rule } of errors) expect(found).toContain(rule);
      if (errors.length === 0) expect(found.size).toBe(0);
    });
  },
);
