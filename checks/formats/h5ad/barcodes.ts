/** What must be known of the cells when fragments of open chromatin come with them? Their barcodes, and what their assays ask. */

import type { Pen } from '../../check.js';
import { BarcodeSet } from '../../readers/barcode-set.js';
import { textsOf, valuesOf } from '../../readers/columns.js';
import { FRAGMENT_SCHEMA } from '../../schemas/fragments.js';
import { allOf, anyOf, isWithin } from './assays.js';
import type { H5ad } from './h5ad.js';
import { type FILE_RULES, guarded, type Saying } from './saying.js';

type FilePen = Pen<keyof typeof FILE_RULES>;

/** The fact `atac`. */
export interface AtacFacts {
  /** `mixed`: some of the assays have RNA beside and some do not. Null: the assays are not known. */
  readonly fragments: 'forbidden' | 'optional' | 'required' | 'mixed' | null;
  /** Cells whose is_primary_data is not True; null where it cannot be read. */
  readonly notPrimary: number | null;
  /** `NCBITaxon:9606` */
  readonly organism: string | null;
}

/** The barcodes, of which there may be millions, only where they may be asked for. */
export function* learnBarcodes(h5ad: H5ad, pen: FilePen): Saying {
  const fragments = fragmentsFor(h5ad);
  yield* guarded(pen, learnAtac(h5ad, fragments, pen));
  if (fragments !== 'forbidden') yield* guarded(pen, learnCells(h5ad, pen));
}

function* learnAtac(h5ad: H5ad, fragments: AtacFacts['fragments'], pen: FilePen): Saying {
  const atac: AtacFacts = { fragments, notPrimary: notPrimaryIn(h5ad), organism: h5ad.organism };
  yield pen.learn({ atac });
}

function* learnCells({ hdf5, anndata: { obs } }: H5ad, pen: FilePen): Saying {
  if (!obs?.index || obs.index.kind === 'closed') return;
  const cells = new BarcodeSet();
  for (const { values } of textsOf(hdf5, obs.index)) for (const name of values) cells.add(Buffer.from(name ?? ''));
  yield pen.learn({ barcodes: cells.facts() });
}

function fragmentsFor({ assays, reference }: H5ad): AtacFacts['fragments'] {
  if (!assays || assays.size === 0) return null;
  const { accessibility, rna } = FRAGMENT_SCHEMA;
  const ids = [...assays.keys()];
  const areAtac = allOf(ids.map((id) => isWithin(reference, id, accessibility)));
  if (areAtac === false) return 'forbidden';
  const ofRna = ids.map((id) => isWithin(reference, id, rna));
  if (areAtac === null || ofRna.includes(null)) return null;
  if (allOf(ofRna)) return 'optional';
  return anyOf(ofRna) ? 'mixed' : 'required';
}

function notPrimaryIn({ hdf5, anndata: { obs } }: H5ad): number | null {
  const column = obs?.columns.get('is_primary_data');
  if (!column || column.kind === 'closed') return null;
  let count = 0;
  for (const [value, rows] of valuesOf(hdf5, column, 100)) if (value !== '1' && value !== 'True') count += rows;
  return count;
}
