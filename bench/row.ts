/** What is a line of the table? Our figure, that of the thing it is measured against, and what we want of the two. */
export interface Row {
  readonly what: string;
  readonly unit: 'a second' | 'MB a second' | 'ms' | 's' | 'MB';
  readonly ours: number;
  readonly against?: { readonly what: string; readonly value: number };
  /** `atLeast` is a share of the other's figure, `atMost` a figure of ours. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

const HEADINGS = ['what', 'ours', 'unit', 'against', 'its', 'ratio', 'goal', 'met'];

/** As Markdown, which a terminal shows well enough. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
  const written = lines.map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [written[0], rule, ...written.slice(1)].join('\n');
}

function cellsOf(row: Row): string[] {
  const { what, ours, unit, against, goal } = row;
  const ratio = ratioOf(row);
  const wanted = goal && ('atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${figure(goal.atMost)} ${unit}`);
  return [
    ...[what, figure(ours), unit],
    ...[against?.what ?? '', against ? figure(against.value) : '', ratio === null ? '' : ratio.toFixed(2)],
    ...[wanted ?? '', goal ? (isMet(row) ? 'yes' : 'NO') : ''],
  ];
}

const ratioOf = ({ ours, against }: Row) => (against ? ours / against.value : null);

export function isMet(row: Row): boolean {
  if (!row.goal) return true;
  return 'atMost' in row.goal ? row.ours <= row.goal.atMost : (ratioOf(row) ?? 0) >= row.goal.atLeast;
}

const figure = (value: number) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
