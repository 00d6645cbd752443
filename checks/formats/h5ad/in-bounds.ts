/** What becomes of more faults of one rule than anybody reads? The first are told one by one, the rest together. */
import type { Pen, Told } from '../../check.js';
import type { Saying } from './saying.js';

export interface Fault<Code extends string> {
  readonly rule: Code;
  /** Fills `{subject}`. */
  readonly subject: string;
  readonly told: Told;
}

const MOST_TOLD = 20;

/** Findings of `faults`; what is beyond the first of a rule is one finding more, at `location`. */
export function* inBounds<Code extends string>(
  pen: Pen<Code>,
  location: string,
  faults: Iterable<Fault<Code>>,
): Saying {
  const counts = new Map<Code, number>();
  const rests = new Map<Code, { first: Fault<Code>; samples: string[] }>();
  for (const fault of faults) {
    const { rule, subject, told } = fault;
    const count = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, count);
    if (count <= MOST_TOLD) {
      yield pen.report(rule, { subject, ...told });
      continue;
    }
    const rest = rests.get(rule) ?? { first: fault, samples: [] };
    rests.set(rule, rest);
    if (rest.samples.length < 5) rest.samples.push(subject);
  }
  for (const [rule, { first, samples }] of rests) {
    const count = (counts.get(rule) ?? 0) - MOST_TOLD;
    const subject = count > 1 ? `${first.subject} (and ${count - 1} more like it)` : first.subject;
    yield pen.report(rule, { ...first.told, location, key: 'more', subject, count, samples });
  }
}
