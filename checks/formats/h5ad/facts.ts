/** What is there to know about the cells, for people and for search? */
import type { Pen } from '../../check.js';
import { lengthOf } from '../../readers/anndata.js';
import { valuesOf } from '../../readers/columns.js';
import { ASSAY, type H5ad } from './h5ad.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

type FactsPen = Pen<keyof typeof FILE_RULES>;

/** Values that are told as facts. */
const MOST_VALUES = 200;

export function* learnFacts(h5ad: H5ad, pen: FactsPen): Saying {
  const { obs, var: genes, embeddings, uns } = h5ad.anndata;
  yield pen.learn({
    cellCount: obs?.index ? lengthOf(obs.index) : null,
    geneCount: genes?.index ? lengthOf(genes.index) : null,
    obsColumns: obs ? [...obs.columns.keys()].slice(0, MOST_VALUES) : [],
    embeddings: embeddings.slice(0, MOST_VALUES),
    schemaVersion: uns.schema_version,
    organism: uns.organism_ontology_term_id,
    title: uns.title,
  });
  yield* guarded(pen, learnAssays(h5ad, pen));
}

function* learnAssays({ hdf5, anndata: { obs } }: H5ad, pen: FactsPen): Saying {
  const assays = obs?.columns.get(ASSAY);
  if (assays) yield pen.learn({ assays: [...valuesOf(hdf5, assays, MOST_VALUES).keys()] });
}
