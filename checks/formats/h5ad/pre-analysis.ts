/** Is what an analysis has still to add left out of a file that is judged before it? */
import type { Pen } from '../../check.js';
import type { Rule } from '../../finding.js';
import { inWords, unsAt } from '../../readers/uns.js';
import { DOCS } from './docs.js';
import type { H5ad } from './h5ad.js';
import type { Saying } from './saying.js';

export const PRE_ANALYSIS_RULES = {
  P01: {
    severity: 'error',
    message: 'Before the analysis there are no embeddings; obsm has {count}: {keys}.',
    fix: 'Remove them, `adata.obsm.clear()`, or submit the file as one that is analysed.',
    docs: DOCS.schema,
  },
  P02: {
    severity: 'error',
    message: 'Before the analysis there are no cell types; obs has the column "{column}".',
    fix: 'Remove it, `del adata.obs["{column}"]`, or submit the file as one that is analysed.',
    docs: DOCS.schema,
  },
  P03: {
    severity: 'error',
    message: 'Before the analysis there is no default embedding; {location} is {found}.',
    fix: 'Remove it, `del adata.uns["default_embedding"]`, or submit the file as one that is analysed.',
    docs: DOCS.schema,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type PreAnalysisPen = Pen<keyof typeof PRE_ANALYSIS_RULES>;

const CELL_TYPE = 'cell_type_ontology_term_id';

export function* judgePreAnalysis({ hdf5, anndata, mode }: H5ad, pen: PreAnalysisPen): Saying {
  if (!mode.preAnalysis) return;
  const { embeddings, obs } = anndata;
  if (embeddings.length > 0) {
    const samples = embeddings.slice(0, 5);
    const keys = samples.join(', ') + (embeddings.length > samples.length ? ', …' : '');
    yield pen.report('P01', {
      location: '/obsm',
      count: embeddings.length,
      keys,
      found: keys,
      expected: 'none',
      samples,
    });
  }
  if (obs?.names.includes(CELL_TYPE)) yield pen.report('P02', { location: `/obs/${CELL_TYPE}`, column: CELL_TYPE });
  const embedding = unsAt(hdf5, 'default_embedding');
  if (embedding) yield pen.report('P03', { location: '/uns/default_embedding', found: inWords(embedding) });
}
