import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOUND_FRAGMENTS, writeFragments } from '../checks/samples/fragments.js';
import { type ColumnParts, writeH5ad } from '../checks/samples/h5ad.js';
import { type DepositionFiles, writeDeposition } from './deposition-files.js';
import { beginDocumented, type Documented, follow } from './documented.js';
import { linesOf, tiltsSorted } from './run-files.js';

let service: Documented;
beforeAll(async () => {
  service = await beginDocumented();
}, 90_000);
afterAll(() => service.end());

describe('the README', () => {
  it('tells a story that works, from a sample file to a public record', { timeout: 200_000 }, async () => {
    await follow('README.md', service, {
      look: ({ stdout, stderr, folder }) => {
        expect(stderr).toContain('curator_review');
        expect(stdout).toContain('"files":');
        const original = readFileSync(join(folder, 'my-data', 'sample.h5ad'));
        expect(readFileSync(join(folder, 'my-copy', 'sample.h5ad')).equals(original)).toBe(true);
      },
    });
  });

  it('is at most two screens', () => {
    expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(100);
  });
});

const turns = (...values: string[]): ColumnParts => ({
  categories: values,
  codes: Int8Array.from({ length: 40 }, (_, row) => row % values.length),
});
const FIELDS = [
  ...['cell_type', 'assay', 'disease', 'sex', 'tissue', 'self_reported_ethnicity', 'development_stage'].map(
    (name) => `${name}_ontology_term_id`,
  ),
  ...['tissue_type', 'is_primary_data', 'donor_id', 'suspension_type'],
];

describe('the page for contributors of single cells', () => {
  it('leads from a file of an analysis to a curator', { timeout: 200_000 }, async () => {
    const missing = Object.fromEntries(FIELDS.map((name) => [name, null]));
    const own = { cluster: turns('T cells', 'B cells'), patient: turns('p1', 'p2', 'p3', 'p4'), tissue: turns('Lung') };
    await follow('docs/contribute-single-cell.md', service, {
      prepare: async (folder) => {
        await writeH5ad(join(folder, 'lungs.h5ad'), {
          obs: { ...missing, ...own },
          var: { feature_is_filtered: null },
          uns: { title: null, organism_ontology_term_id: null },
        });
        writeFragments(join(folder, 'lungs.fragments.tsv.gz'), { rows: [...SOUND_FRAGMENTS].reverse() });
        mkdirSync(join(folder, 'sorted'));
      },
      look: ({ stdout, stderr }) => {
        expect(stdout).toContain('not yet');
        expect(stdout).toContain('/obs/tissue is kept as author_tissue');
        expect(stdout).toMatch(/lungs\/lungs\.h5ad h5ad: passed/);
        expect(stderr).toContain('curator_review');
        expect(stdout).toContain('3 fragments sorted and indexed');
        expect(stdout).toMatch(/fragments\.tsv\.bgz fragments: passed/);
      },
    });
  });
});

describe('the page for contributors of tilt series', () => {
  it('leads from the files of three runs to a curator', { timeout: 200_000 }, async () => {
    const mistyped = ({ files }: DepositionFiles) => {
      const angles = tiltsSorted('TS_001').map((tilt, i) => (i === 4 ? -4.99 : tilt));
      files.set('TS_001/TS_001.rawtlt', linesOf(angles));
    };
    await follow('docs/contribute-cryoet.md', service, {
      prepare: (folder) => void writeDeposition(join(folder, 'scope'), { spoil: mistyped }),
      look: ({ stdout, stderr }) => {
        expect(stdout.match(/not yet/g)).toHaveLength(2);
        expect(stdout).toContain('1 of 13 raw tilt angles have no tilt of their own in the MDOC');
        expect(stdout).toContain('Divided by 2 all lie inside');
        expect(stdout).toContain('last run: passed, 0 errors, 0 warnings');
        expect(stderr).toContain('curator_review');
      },
    });
  });
});
