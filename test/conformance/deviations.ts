/**
 * Where does the h5ad check say other than the reference validator, and why? What a difference is for is told at length in
 * docs/single-cell-deviations.md. A difference that is not here is a fault.
 */
import type { Deviation } from './agreement.js';

/** Of files. */
export const FILE_DEVIATIONS: readonly Deviation[] = [
  {
    cases: /pre_analysis_(check_passes|validate_no_(obsm|uns))/,
    more: ['O01'],
    because: 'a file without cell types is of no use outside of pre-analysis, which is not asked for here',
  },
];

/** Of data sets in words. */
export const DATA_DEVIATIONS: readonly Deviation[] = [];
