/** How is a file opened for curation? As the check opens it, and closed whatever happens. */
import { type H5ad, h5adOf } from '../formats/h5ad/h5ad.js';
import { annDataOf } from '../readers/anndata.js';
import { openHdf5 } from '../readers/hdf5.js';
import { referenceFor } from '../reference/open-reference.js';
import { editionOf } from '../schemas/editions.js';

/** @throws Hdf5Fault where it cannot be read, ReferenceFault where the reference data are damaged */
export async function withH5ad<T>(
  local: string,
  edition: string | null,
  use: (h5ad: H5ad) => T | Promise<T>,
): Promise<T> {
  const schema = editionOf(edition);
  const hdf5 = await openHdf5(local);
  try {
    const mode = { ignoreLabels: false, preAnalysis: false };
    return await use(h5adOf(hdf5, annDataOf(hdf5), { schema, reference: referenceFor(schema.version), mode }));
  } finally {
    hdf5.close();
  }
}
