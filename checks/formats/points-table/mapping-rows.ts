/** Which files does a table give to which runs? */
import type { MappingColumns } from '../../readers/table-kind.js';
import type { MappingFacts } from '../tomography-facts.js';
import type { RowFaults, TableRows } from './table-rows.js';

const RUN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** No deposition has as many runs; each may have a hundred frames. */
const MOST_ROWS = 100_000;
const LONGEST_PATH = 1000;

export function mappingRows(columns: MappingColumns, faults: RowFaults): TableRows {
  const rows: MappingFacts['rows'][number][] = [];
  const runs = new Set<string>();

  return {
    take(cells, line) {
      const run = cells[columns.run] ?? '';
      const files = columns.files.map(({ column }) => cells[column]?.slice(0, LONGEST_PATH) || null);
      if (rows.length === MOST_ROWS) faults.note('too_many_rows', line);
      else if (run === '') faults.note('run_missing', line);
      else {
        if (!RUN_NAME.test(run) || run.includes('..')) faults.note('run_name', line, run);
        // Of a table with a header, kinds say whether a run may come again: whoever associates files judges that.
        if (!columns.isHeaded && runs.has(run)) faults.note('run_repeated', line, run);
        if (files.includes(null)) faults.note('file_missing', line, run);
        runs.add(run);
        rows.push({ run: run.slice(0, LONGEST_PATH), line, files });
      }
    },
    facts: () => ({ format: 'mapping', columns: columns.files.map(({ name }) => name), rows }),
  };
}
