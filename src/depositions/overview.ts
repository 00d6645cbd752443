/** How far is a deposition? Its runs with what became of each rule, and what is worth a look in its metadata: pure. */
import type { Judged } from '../../checks/deposition/judge-deposition.js';
import type { Cell, CellStatus, Column } from '../../checks/deposition/matrix.js';
import { notesOf } from '../../checks/deposition/notes.js';
import type { Submission } from '../submissions/submission.entity.js';
import type { DepositionView } from './depositions.schema.js';

export function overviewOf(
  { id, profile, metadata }: Pick<Submission, 'id' | 'profile' | 'metadata'>,
  { association, deposition, cells, unread }: Judged & { readonly unread: number },
  columns: readonly Column[],
): DepositionView {
  const placed = (status: string) => association.files.filter((file) => file.status === status).length;
  const counts = countsOf(cells);
  const self = `/api/v1/submissions/${id}`;
  return {
    kind: profile,
    files: { matched: placed('matched'), ambiguous: placed('ambiguous'), unmatched: placed('unmatched'), unread },
    proposedRuns: [...association.proposedRuns],
    mappingFaults: association.faults.map(({ message }) => ({ message })),
    runs: deposition.datasets.flatMap((dataset) =>
      dataset.runs.map(({ name, files }) => {
        const of = (status: CellStatus) => counts.get(`${dataset.key}\0${name}\0${status}`) ?? 0;
        return {
          ...{ dataset: dataset.key, name, files: files.length },
          ...{ passed: of('passed'), warning: of('warning'), failed: of('failed'), undecided: of('undecided') },
          notApplicable: of('not_applicable'),
        };
      }),
    ),
    rules: columns.map((column) => ({ ...column, tolerances: { ...column.tolerances } })),
    notes: notesOf(metadata).map((note) => ({ ...note, proposal: note.proposal ?? null })),
    links: {
      self: `${self}/deposition`,
      association: `${self}/association`,
      matrix: `${self}/matrix`,
      submission: self,
    },
  };
}

function countsOf(cells: readonly Cell[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { dataset, run, status } of cells) {
    const key = `${dataset}\0${run ?? ''}\0${status}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
