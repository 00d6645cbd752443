/** Which labels are most like a text? Those that share most of their runs of three letters with it; capitals and hyphens do not count. */
import type { Texts } from './packed-file.js';

/** Less in common than this, of the runs of both, is chance. */
const LEAST_LIKENESS = 0.25;
const RUN = 3;
/** Runs are told apart by a number below this. */
const RUNS = 1 << 16;
/** Nobody names a term in more. */
const LONGEST = 256;

/** Places in `labels`, best first. */
export function nearestLabels(
  labels: Texts,
  text: string,
  most: number,
  isSought: (place: number) => boolean,
): readonly number[] {
  const asked = new Uint8Array(RUNS);
  let askedRuns = 0;
  for (const run of runsOf(Buffer.from(text.trim().toLowerCase()))) {
    if (asked[run] === 0) askedRuns++;
    asked[run] = 1;
  }

  // The number of the label that had a run last: each counts once a label.
  const last = new Uint32Array(RUNS);
  const found: { place: number; likeness: number }[] = [];
  for (let place = 0; place < labels.length; place++) {
    if (!isSought(place)) continue;
    let shared = 0;
    let own = 0;
    for (const run of runsOf(labels.bytesAt(place))) {
      if (last[run] === place + 1) continue;
      last[run] = place + 1;
      own++;
      shared += asked[run] ?? 0;
    }
    const likeness = (2 * shared) / (askedRuns + own);
    if (likeness >= LEAST_LIKENESS) found.push({ place, likeness });
  }
  return found
    .sort((a, b) => b.likeness - a.likeness || a.place - b.place)
    .slice(0, most)
    .map(({ place }) => place);
}

/** The runs of a text with a blank before and behind it, as numbers; what is neither letter nor digit is a blank. */
function runsOf(bytes: Uint8Array): Uint32Array {
  const length = Math.min(bytes.length, LONGEST);
  let run = BLANK;
  let letters = 1;
  for (let i = 0; i <= length; i++) {
    const letter = i === length ? BLANK : letterOf(bytes[i] ?? BLANK);
    if (letter === BLANK && (run & 0xff) === BLANK) continue;
    run = ((run << 8) | letter) & 0xffffff;
    if (++letters >= RUN) scratch[letters - RUN] = Math.imul(run, 0x9e3779b1) >>> 16;
  }
  return scratch.subarray(0, Math.max(0, letters - RUN + 1));
}

const BLANK = 0x20;
const scratch = new Uint32Array(LONGEST + RUN);

function letterOf(byte: number): number {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20;
  const isLetter = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte >= 0x80;
  return isLetter ? byte : BLANK;
}
