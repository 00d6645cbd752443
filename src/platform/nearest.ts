/** Which of the known names was meant? The one that the fewest strokes of a key lead to, if that is few enough. */

export function nearest(name: string, known: readonly string[]): string | null {
  const scored = known.map((each) => ({ each, strokes: distance(name.toLowerCase(), each.toLowerCase()) }));
  const [best] = scored.sort((a, b) => a.strokes - b.strokes);
  return best && best.strokes <= Math.max(2, Math.floor(best.each.length / 3)) ? best.each : null;
}

/** Levenshtein's, with two neighbours exchanged counted as one. Names are short, and what is long was not meant. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const cell = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(i - 2, j - 2) + 1 : replaced;
      rows[i]?.push(Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, replaced, exchanged));
    }
  }
  return cell(a.length, b.length);
}
