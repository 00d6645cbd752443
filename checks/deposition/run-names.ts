/** Which runs does a name hold? All names of runs in one tree of letters, so that many files times many runs cost nothing. */

interface Node {
  readonly next: Map<string, Node>;
  run: string | null;
}

const DELIMITERS = new Set(['_', '-', '.', ' ']);

export type RunNames = ReturnType<typeof indexRuns>;

export function indexRuns(runs: Iterable<string>) {
  const names = new Set(runs);
  const folded = new Map([...names].map((run) => [run.toLowerCase(), run]));
  const root = treeOf(names);

  return {
    has: (name: string): boolean => names.has(name),
    /** The run that differs from this name by capitals alone. */
    foldedAs: (name: string): string | null => folded.get(name.toLowerCase()) ?? null,
    /** Runs with which `text` goes on at `start`, whatever follows; the longest first. */
    begunAt: (text: string, start: number): string[] => [...runsFrom(root, text, start, () => true)].reverse(),
    /**
     * The longest runs that stand in `text` between delimiters or ends: `TS_1` is not in `TS_10`.
     * Several where they are equally long, in order.
     */
    within(text: string): string[] {
      let longest = 0;
      let found = new Set<string>();
      for (let start = 0; start < text.length; start++) {
        if (start > 0 && !DELIMITERS.has(text.charAt(start - 1))) continue;
        for (const run of runsFrom(root, text, start, isDelimited)) {
          if (run.length < longest) continue;
          if (run.length > longest) found = new Set();
          longest = run.length;
          found.add(run);
        }
      }
      return [...found].sort();
    },
  };
}

const isDelimited = (text: string, end: number): boolean => end === text.length || DELIMITERS.has(text.charAt(end));

/** Runs that stand in `text` from `start` to an `end` that is right, the shortest first. */
function* runsFrom(root: Node, text: string, start: number, isEnd: (text: string, end: number) => boolean) {
  let node: Node | undefined = root;
  for (let at = start; at < text.length; at++) {
    node = node.next.get(text.charAt(at));
    if (!node) return;
    if (node.run !== null && isEnd(text, at + 1)) yield node.run;
  }
}

function treeOf(runs: Iterable<string>): Node {
  const root: Node = { next: new Map(), run: null };
  for (const run of runs) {
    let node = root;
    for (const letter of run.split('')) {
      const next: Node = node.next.get(letter) ?? { next: new Map(), run: null };
      node.next.set(letter, next);
      node = next;
    }
    node.run = run;
  }
  return root;
}
