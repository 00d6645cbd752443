/** How are matrices and places in them named, for people and in Python? */
import type { AnnData, Frame, Matrix } from '../../readers/anndata.js';
import { textAt } from '../../readers/columns.js';
import type { Hdf5 } from '../../readers/hdf5.js';
import type { Place } from './matrix-count.js';

/** `row 17 (cell AAAC-1), gene 3 (ENSG00000141510)`; rows and genes are counted from 0, as in Python. */
export function nameOf(
  hdf5: Hdf5,
  { obs, var: genes, rawVar }: AnnData,
  { path }: Matrix,
  { row, column }: Place,
): string {
  const index = (path.startsWith('/raw/') ? rawVar : genes)?.index;
  const gene = index && column >= 0 ? textAt(hdf5, index, column) : null;
  return `${cellOf(hdf5, obs, row)}, gene ${column}${gene === null ? '' : ` (${gene})`}`;
}

export function cellOf(hdf5: Hdf5, obs: Frame | null, row: number): string {
  const name = obs?.index && row >= 0 ? textAt(hdf5, obs.index, row) : null;
  return `row ${row}${name === null ? '' : ` (cell ${name})`}`;
}

/** How Python names the matrix at `path`. */
export function accessTo(path: string): string {
  if (path.startsWith('/layers/')) return `adata.layers["${path.slice('/layers/'.length)}"]`;
  return path.startsWith('/raw') ? 'raw.X' : 'adata.X';
}

/** A line that puts `value` there; raw itself takes no assignment. */
export function assignTo(path: string, value: string): string {
  if (!path.startsWith('/raw')) return `${accessTo(path)} = ${value}`;
  return `raw = adata.raw.to_adata(); raw.X = ${value}; adata.raw = raw`;
}
