/** What is every part of the check told? The open file, by which edition of the schema it is judged, and what all need of it. */

import type { AnnData } from '../../readers/anndata.js';
import { valuesOf } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import { Hdf5Fault } from '../../readers/hdf5-library.js';
import type { Reference } from '../../reference/reference.js';
import type { Schema } from '../../schemas/schema.js';

/** How a file is judged that is not simply to be published. */
export interface Mode {
  /** The labels that the system writes may be there already. */
  readonly ignoreLabels: boolean;
  /** Cell types and embeddings are still to come. */
  readonly preAnalysis: boolean;
}

export interface H5ad {
  readonly hdf5: Hdf5;
  readonly anndata: AnnData;
  readonly schema: Schema;
  readonly reference: Reference;
  readonly mode: Mode;
  /** `uns.organism_ontology_term_id`, whatever it says. */
  readonly organism: string | null;
  /** The values of `assay_ontology_term_id` and how many cells have each; null where it cannot be read. */
  readonly assays: ReadonlyMap<string, number> | null;
  /** `uns.spatial.is_single`, where it is a bool. */
  readonly isSingle: boolean | null;
}

export const ASSAY = 'assay_ontology_term_id';
/** Of more, the rest counts for nothing: a column of terms has a few. */
const MOST_ASSAYS = 1_000;

export function h5adOf(hdf5: Hdf5, anndata: AnnData, by: Pick<H5ad, 'schema' | 'reference' | 'mode'>): H5ad {
  return {
    ...{ hdf5, anndata, ...by },
    organism: anndata.uns.organism_ontology_term_id,
    assays: assaysOf(hdf5, anndata),
    isSingle: isSingleIn(hdf5),
  };
}

function assaysOf(hdf5: Hdf5, { obs }: AnnData): ReadonlyMap<string, number> | null {
  const column = obs?.columns.get(ASSAY);
  if (!column || column.kind === 'closed') return null;
  return unlessFaulty(() => valuesOf(hdf5, column, MOST_ASSAYS));
}

/** AnnData writes a bool of Python or NumPy as a scalar. */
function isSingleIn(hdf5: Hdf5): boolean | null {
  const uns = hdf5.root.children.get('uns');
  const spatial = uns?.kind === 'group' ? uns.children.get('spatial') : undefined;
  const value = spatial?.kind === 'group' ? spatial.children.get('is_single') : undefined;
  if (value?.kind !== 'dataset' || value.dtype !== 'bool' || value.shape.length > 0) return null;
  return unlessFaulty(() => hdf5.numbers(value)[0] === 1);
}

/** What cannot be read is told by the part whose matter it is. */
function unlessFaulty<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Hdf5Fault) return null;
    throw error;
  }
}
