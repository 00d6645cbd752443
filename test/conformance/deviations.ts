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
  {
    cases: /test_invalidate$|validate_with_h5ad_invalid/,
    less: ['V06'],
    because: 'the values of the filtered gene are zeros that are stored, and zeros are what is asked for',
  },
  {
    cases: /obsm_(size_zero|shape_zero_column)/,
    less: ['E13'],
    because: 'an embedding without columns has no values that could all be NaN; F08 and E10 say what is wrong',
  },
  {
    cases: /column_presence_assay$/,
    less: ['O12'],
    because: 'without the column there are no assays that the table could lack; O01 says that it is missing',
  },
];

/** Of data sets in words. */
export const DATA_DEVIATIONS: readonly Deviation[] = [];
