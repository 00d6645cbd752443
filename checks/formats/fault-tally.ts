/** How do the faults of a file of millions of lines become a few findings? Counted by rule; the first are kept. */
import type { Pen, Said, Told } from '../check.js';
import { shortened } from './by-line.js';

const MOST_SAMPLES = 5;

interface Tally {
  count: number;
  readonly line: number;
  readonly value: string;
  readonly samples: string[];
}

export interface FaultTally<Code extends string> {
  /** @param value what stands there, if that says more than the line alone */
  note(code: Code, line: number, value?: string): void;
  countOf(code: Code): number;
  /** A finding for each rule that was broken, in the order of `codes`; `told` adds what is the same for all of its faults. */
  findings(pen: Pen<Code>, codes: readonly Code[], told?: Partial<Record<Code, Told>>): Generator<Said, void>;
}

export function faultTally<Code extends string>(): FaultTally<Code> {
  const tallies = new Map<Code, Tally>();
  return {
    note(code, line, value = '') {
      const shown = shortened(value);
      const tally = tallies.get(code);
      const sample = shown === '' ? `line ${line}` : `line ${line}: ${shown}`;
      if (!tally) tallies.set(code, { count: 1, line, value: shown, samples: [sample] });
      else if (tally.count++ < MOST_SAMPLES) tally.samples.push(sample);
    },
    countOf: (code) => tallies.get(code)?.count ?? 0,
    *findings(pen, codes, told) {
      for (const code of codes) {
        const tally = tallies.get(code);
        if (!tally) continue;
        const { count, line, value, samples } = tally;
        const found = value === '' ? undefined : value;
        yield pen.report(code, { location: `line ${line}`, found, count, samples, ...told?.[code] });
      }
    },
  };
}
