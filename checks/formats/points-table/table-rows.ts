/** Who takes the rows of a table, and tells in the end what they say? One for each kind of table. */
import type { FaultTally } from '../fault-tally.js';
import type { TomographyFacts } from '../tomography-facts.js';

/** What can be wrong in a row. */
export type RowFault =
  | 'not_number'
  | 'decimal_comma'
  | 'angle'
  | 'repeated'
  | 'run_missing'
  | 'run_name'
  | 'run_repeated'
  | 'file_missing'
  | 'tilt_angle'
  | 'tilt_order'
  | 'tilt_order_repeated'
  | 'tilt_dose'
  | 'frame_missing'
  | 'frame_repeated'
  | 'too_many_rows';

export interface TableRows {
  take(cells: readonly string[], line: number): void;
  facts(): TomographyFacts & Record<string, unknown>;
}

export type RowFaults = Pick<FaultTally<RowFault>, 'note'>;
