/** Do the files of an alignment speak of the same sections, of a tilt series of the same size? */

import type { AlnFacts } from '../../formats/tomography-facts.js';
import { offsetsOf } from '../angle-matching.js';
import { factsAs, onlyFile, type RunFile } from '../deposition.js';
import { dimensionsOf, rounded } from '../pixel-size.js';
import { anglesOf, sectionsIn, tiltSeriesOf } from '../run-parts.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';
import { excludedOf } from './refined-angles.js';

const MOST_SAMPLES = 10;
const SAME_ALIGNMENT = 'Upload the files that one alignment of this tilt series wrote, all together.';

const transformCount = defineRunRule({
  id: 'X-13',
  title: 'One transform per refined tilt angle',
  why: 'XF and TLT describe the same sections row by row; where they differ they are of two alignments, or of two axes.',
  says: {
    of_angles: {
      severity: 'error',
      message: 'There are {found} transforms in the XF, and {sections} refined tilt angles in the TLT.',
      fix: SAME_ALIGNMENT,
    },
    of_sections: {
      severity: 'error',
      message: 'There are {found} transforms in the XF, and {sections} sections in the tilt series.',
      fix: SAME_ALIGNMENT,
    },
  },
  *judge(run) {
    const file = onlyFile(run, 'xf');
    const xf = factsAs(file, 'xf');
    if (!file || !xf) return yield notApplicable('There is no XF that can be read.');
    const angles = anglesOf(run, 'tlt')?.facts.angles.length ?? null;
    const sections = sectionsIn(tiltSeriesOf(run));
    if (angles === null && sections === null)
      return yield notApplicable('Neither refined tilt angles nor the sections of a tilt series are known.');

    const found = xf.rows.length;
    const told = { file: file.path, found: String(found) };
    if (angles !== null && found !== angles)
      yield { says: 'of_angles', told: { ...told, sections: angles, expected: `${angles} rows` } };
    const kept = sections === null ? null : sections - excludedOf(run).size;
    if (sections !== null && found !== sections && found !== kept)
      yield { says: 'of_sections', told: { ...told, sections, expected: `${sections} rows` } };
    yield compared(`${angles ?? sections} rows`, `${found} transforms`);
  },
});

const xAxisTiltCount = defineRunRule({
  id: 'X-14',
  title: 'One tilt about X per refined tilt angle',
  why: 'XTILT and TLT describe the same sections row by row.',
  says: {
    differs: {
      severity: 'error',
      message: 'There are {found} angles in the XTILT, and {sections} refined tilt angles in the TLT.',
      fix: SAME_ALIGNMENT,
    },
  },
  *judge(run) {
    const xtilt = anglesOf(run, 'xtilt');
    const tlt = anglesOf(run, 'tlt');
    if (!xtilt) return yield notApplicable('There is no XTILT that can be read; it need not be.');
    if (!tlt) return yield notApplicable('There are no refined tilt angles that can be read.');
    const [sections, found] = [tlt.facts.angles.length, xtilt.facts.angles.length];
    if (found === sections) return yield compared(`${sections} refined tilt angles`, `${found} tilts about X`);
    yield {
      says: 'differs',
      told: { file: xtilt.file.path, sections, expected: `${sections} angles`, found: String(found) },
    };
  },
});

const alnSize = defineRunRule({
  id: 'X-15',
  title: 'ALN fits the tilt series',
  why: 'AreTomo writes the size of the tilt series that it aligned, and a row for each section that it kept.',
  says: {
    exchanged: {
      severity: 'error',
      message: 'RawSize says {found} pixels, and images of the tilt series have {expected}: x and y are exchanged.',
      fix: 'Upload the tilt series that was aligned, or align the uploaded one: one of them was turned.',
    },
    size: {
      severity: 'error',
      message: 'RawSize says {found} pixels, and images of the tilt series have {expected}.',
      fix: 'Upload the ALN of this tilt series, and the tilt series as it was given to AreTomo.',
    },
    sections: {
      severity: 'error',
      message: 'RawSize says {found} sections, and the tilt series has {expected}.',
      fix: 'Upload the ALN of this tilt series, and the tilt series as it was given to AreTomo.',
    },
    rows: {
      severity: 'error',
      message: 'There are {found} rows; {all} sections less {dark} dark ones are {expected}.',
      fix: 'Upload the ALN again, and compare its size with the original.',
    },
    repeated: {
      severity: 'error',
      message: '{count} sections stand in more than one row.',
      fix: 'Upload the ALN as AreTomo wrote it.',
    },
    local_rows: {
      severity: 'error',
      message: 'There are {found} rows of local alignment; {patches} patches of {all} sections are {expected}.',
      fix: 'Upload the ALN again, and compare its size with the original.',
    },
  },
  *judge(run) {
    const file = onlyFile(run, 'aln');
    const aln = factsAs(file, 'aln');
    if (!file || !aln) return yield notApplicable('There is no ALN that can be read.');
    const stack = dimensionsOf(tiltSeriesOf(run));
    const faults = [...sizeFaults(file, aln, stack), ...rowFaults(file, aln)];
    if (faults.length > 0) return yield* faults;
    if (!stack || !aln.rawSize)
      return yield notApplicable('The size of the tilt series, or that of the ALN, is not known.');
    yield compared(
      `${stack.join(' x ')}`,
      `${aln.rawSize.join(' x ')}, ${aln.rows.length} rows and ${aln.dark.length} dark`,
    );
  },
});

type AlnFault = CellSaid<'exchanged' | 'size' | 'sections' | 'rows' | 'repeated' | 'local_rows'>;

function* sizeFaults(
  { path: file }: RunFile,
  { rawSize }: AlnFacts,
  stack: readonly number[] | null,
): Generator<AlnFault> {
  if (!rawSize || !stack) return;
  const [x, y, z] = rawSize;
  const [nx, ny, nz] = stack;
  const told = { file, found: `${x} x ${y}`, expected: `${nx} x ${ny}` };
  if (x !== nx || y !== ny) yield { says: x === ny && y === nx ? 'exchanged' : 'size', told };
  if (z !== nz) yield { says: 'sections', told: { file, found: String(z), expected: String(nz) } };
}

function* rowFaults(
  { path: file }: RunFile,
  { rawSize, rows, dark, patches, localRows }: AlnFacts,
): Generator<AlnFault> {
  const kept = rawSize ? rawSize[2] - dark.length : null;
  if (kept !== null && rows.length !== kept) {
    const sizes = { found: String(rows.length), expected: String(kept), all: rawSize?.[2], dark: dark.length };
    yield { says: 'rows', told: { file, ...sizes } };
  }
  const seen = new Set<number>();
  const again = rows.filter(({ section }) => seen.size === seen.add(section).size);
  if (again.length > 0) {
    const samples = again.slice(0, MOST_SAMPLES).map(({ section, line }) => `line ${line}: section ${section}`);
    yield { says: 'repeated', told: { file, location: `line ${again[0]?.line ?? 1}`, count: again.length, samples } };
  }
  const local = patches * rows.length;
  if (localRows !== local) {
    const sizes = { found: String(localRows), expected: String(local), patches, all: rows.length };
    yield { says: 'local_rows', told: { file, ...sizes } };
  }
}

const alnTilts = defineRunRule({
  id: 'X-16',
  title: 'Tilts of the ALN are the raw ones',
  why: 'AreTomo keeps the raw tilt angles, but for one offset of all: other tilts are those of other sections.',
  says: {
    spread: {
      severity: 'warning',
      message:
        '{count} of {all} tilts of the ALN are not as far from their raw tilt angles as the others ({tolerance}).',
      fix: 'Upload the ALN and the RAWTLT of the same tilt series, whose rows are in the order of its sections.',
    },
  },
  *judge(run) {
    const file = onlyFile(run, 'aln');
    const aln = factsAs(file, 'aln');
    const raw = anglesOf(run, 'rawtlt');
    if (!file || !aln || aln.rows.length === 0) return yield notApplicable('There is no ALN that can be read.');
    if (!raw) return yield notApplicable('There are no raw tilt angles that can be read.');
    const { angles } = raw.facts;
    if (aln.rows.some(({ section }) => section < 0 || section >= angles.length))
      return yield notApplicable('The ALN has rows of sections for which there are no raw tilt angles.');

    // AreTomo sorts by tilt: RAWTLT may be in the order of acquisition.
    const orders = [angles, angles.toSorted((a, b) => a - b)];
    const tried = orders.map((order) =>
      offsetsOf(
        aln.rows.map(({ tilt }) => tilt),
        aln.rows.map(({ section }) => order[section] ?? 0),
      ),
    );
    const best = tried.reduce((one, other) => (other.spread < one.spread ? other : one));
    const tolerance = TOLERANCES['X-16'].spread;
    const off = best.each.flatMap((offset, i) =>
      Math.abs(offset - best.median) > tolerance.value / 2 + 1e-6 ? [i] : [],
    );
    const told = { file: file.path, all: aln.rows.length, tolerance: shown(tolerance) };
    if (best.spread <= tolerance.value + 1e-6)
      return yield compared(`one offset (${shown(tolerance)})`, `${rounded(Number(best.mean.toFixed(3)))}°`);
    const samples = off
      .slice(0, MOST_SAMPLES)
      .map(
        (i) =>
          `line ${aln.rows[i]?.line}: ${aln.rows[i]?.tilt}°, off by ${rounded(Number((best.each[i] ?? 0).toFixed(3)))}°`,
      );
    const place = { location: `line ${aln.rows[off[0] ?? 0]?.line ?? 1}`, count: off.length, samples };
    yield {
      says: 'spread',
      told: {
        ...told,
        ...place,
        found: `a spread of ${rounded(best.spread)}°`,
        expected: `a spread of ${tolerance.value}° at most`,
      },
    };
  },
});

export const ALIGNMENT_COUNT_RULES: readonly RunRule[] = [transformCount, xAxisTiltCount, alnSize, alnTilts];
