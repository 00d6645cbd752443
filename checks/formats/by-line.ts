/** How do many faults of one rule in one file become one finding? It stands at the first of them and shows a few. */

export interface LineFault {
  /** From 1. */
  readonly line: number;
  /** What stands there. */
  readonly value: string;
  /** Where it is, for people, if a line says too little: `[ZValue = 3], line 40`. */
  readonly where?: string;
}

const MOST_SAMPLES = 5;
const MOST_LETTERS = 80;

export function byLine(faults: readonly LineFault[], expected?: string) {
  const [first] = faults;
  const found = first?.value ? shortened(first.value) : undefined;
  return {
    ...{ location: first && `line ${first.line}`, found, expected, count: faults.length },
    samples: faults.slice(0, MOST_SAMPLES).map(({ line, value, where = `line ${line}` }) => {
      return value ? `${where}: ${shortened(value)}` : where;
    }),
  };
}

/** Files may hold lines of any length; reports do not. */
export const shortened = (text: string): string =>
  text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
