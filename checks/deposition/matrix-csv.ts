/** How is a matrix read in a spreadsheet? A row for each finding, and one for each cell without any. */
import type { Cell, CellFinding } from './matrix.js';

/** With the reason for which a curator let a finding pass, where somebody did. */
export interface ToldCell extends Pick<Cell, 'dataset' | 'run' | 'status' | 'reason' | 'expected' | 'found'> {
  readonly rule: string;
  readonly findings: readonly (Pick<CellFinding, Told> & { readonly waiver?: { readonly reason: string } | null })[];
}
type Told = 'severity' | 'message' | 'file' | 'location' | 'count' | 'fix' | 'expected' | 'found';

const HEAD = ['dataset', 'run', 'rule', 'status', 'reason', 'expected', 'found', 'severity', 'message'] as const;
const TAIL = ['file', 'location', 'count', 'fix', 'waiver'] as const;

/** RFC 4180. Texts of strangers that a spreadsheet would take for a formula begin with an apostrophe. */
export function csvOfCells(cells: Iterable<ToldCell>): string {
  const rows = [...cells].flatMap(({ findings, ...cell }) => {
    const own = [cell.dataset, cell.run, cell.rule, cell.status, cell.reason];
    if (findings.length === 0) return [[...own, cell.expected, cell.found, null, null, null, null, null, null, null]];
    return findings.map(({ severity, message, file, location, count, fix, expected, found, waiver }) => [
      ...own,
      ...[expected, found, severity, message, file, location, count, fix, waiver?.reason ?? null],
    ]);
  });
  return [[...HEAD, ...TAIL], ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) && !/^[+-]?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
