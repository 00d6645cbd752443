/** What stands where in AreTomo's alignment? `# Key = value` lines, a row for each section, then rows for each patch. */
import { tokensOf } from './decimal.js';
import type { TextLine } from './small-text.js';

export interface AlnRow {
  /** From 1. */
  readonly line: number;
  readonly values: readonly string[];
}

export interface AlnText {
  /** Its first line names AreTomo. */
  readonly isTagged: boolean;
  /** By their names in small letters; the last one counts. */
  readonly headers: ReadonlyMap<string, { readonly line: number; readonly value: string }>;
  readonly dark: readonly AlnRow[];
  readonly rows: readonly AlnRow[];
  /** What follows `# Local Alignment`. */
  readonly localRows: readonly AlnRow[];
}

const TAG = /^#\s*AreTomo\b/i;
const LOCAL = /^#\s*Local\s+Alignment/i;
const HEADER = /^#\s*(\w+)\s*=\s*(.*)$/s;

export function readAln(lines: readonly TextLine[]): AlnText {
  const headers = new Map<string, { line: number; value: string }>();
  const [dark, rows, localRows]: [AlnRow[], AlnRow[], AlnRow[]] = [[], [], []];
  let into = rows;
  for (const { number: line, text } of lines) {
    const [, name, value = ''] = HEADER.exec(text) ?? [];
    if (name?.toLowerCase() === 'darkframe') dark.push({ line, values: tokensOf(value) });
    else if (name) headers.set(name.toLowerCase(), { line, value });
    else if (LOCAL.test(text)) into = localRows;
    else if (!text.startsWith('#')) into.push({ line, values: tokensOf(text) });
  }
  return { isTagged: TAG.test(lines[0]?.text ?? ''), headers, dark, rows, localRows };
}
