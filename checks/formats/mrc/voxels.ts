/** Is there an image in this MRC file, and are the statistics of its header those of its voxels? */
import type { Options, Said, SourceFile } from '../../check.js';
import { HEADER_BYTES, type MrcHeader } from '../../readers/mrc.js';
import { isConstant, isZero, type Range } from '../../readers/mrc-bytes.js';
import { scan } from '../../readers/mrc-scan.js';
import type { Tally } from '../../readers/mrc-voxels.js';
import type { MrcFacts } from '../tomography-facts.js';
import { type Described, numeric, rounded } from './described.js';
import type { MrcPen } from './rules.js';

/** How many bytes of each of three sections are looked at, and how large the data may be to be looked at as a whole. */
const SAMPLE_BYTES = 16 << 10;
const FEW_BYTES = 64 << 10;

const INTEGERS = ['int8', 'uint8', 'int16', 'uint16'];

export async function* judgeVoxels(
  described: Described,
  file: SourceFile,
  pen: MrcPen,
  { full }: Options,
): AsyncGenerator<Said, void> {
  const { header, layout, dtype, isStack, isMask } = described;
  const [nx, ny, nz] = header.dimensions;
  const data = { offset: HEADER_BYTES + header.extendedBytes, length: Number(layout.dataBytes) };
  const sections = sectionsOf(data, Number(layout.sectionBytes), nz);
  const isWhole = full || data.length <= FEW_BYTES;

  const [first, middle, last] = sections;
  const samples = [startOf(first), startOf(middle), endOf(last)] as const;
  const seen = await scan(file, isWhole ? [data] : samples, described);
  if (seen && seen.notFinite > 0) {
    const section = isWhole && seen.firstNotFinite !== null ? Math.floor(seen.firstNotFinite / (nx * ny)) + 1 : null;
    const told = { count: seen.notFinite, samples: section === null ? [] : [`section ${section}`] };
    return yield pen.report('not_finite', { ...told, found: 'NaN or infinity' });
  }
  if (seen && isWhole) {
    const values = INTEGERS.includes(dtype) ? { values: seen.values } : {};
    yield pen.learn({ measured: measuredOf(seen), ...values });
  }

  // Samples that are all the same make it worth while to read the rest.
  const mayBeEmpty = nx * ny * nz > 1 && (!seen || seen.min === seen.max);
  const isEmpty =
    mayBeEmpty && ((seen && isWhole) || (await isConstant(file, data, Math.ceil(data.length / (nx * ny * nz)))));
  if (isEmpty) return yield pen.report(isStack ? 'empty_stack' : isMask ? 'empty_mask' : 'empty_volume');

  const isPadded = async () =>
    (await isZero(file, last)) && !(await isZero(file, first)) && !(await isZero(file, middle));
  if (nz > 1 && !isMask && (await isPadded())) yield pen.report('padded', { location: `section ${nz}` });

  if (seen) yield* judgeStatistics(header, seen, isWhole, pen);
}

/** The first one, one in the middle and the last. */
function sectionsOf({ offset, length }: Range, section: number, nz: number): readonly [Range, Range, Range] {
  const middle = offset + Math.floor((nz - 1) / 2) * section;
  return [
    { offset, length: section },
    { offset: middle, length: section },
    { offset: offset + length - section, length: section },
  ];
}

const startOf = ({ offset, length }: Range): Range => ({ offset, length: Math.min(length, SAMPLE_BYTES) });

function endOf({ offset, length }: Range): Range {
  const size = Math.min(length, SAMPLE_BYTES);
  return { offset: offset + length - size, length: size };
}

/** Of what is declared at all: a minimum above the maximum, a mean below it and a negative RMS say "not known". */
function* judgeStatistics(
  { min, max, mean, rms }: MrcHeader,
  seen: Tally,
  isWhole: boolean,
  pen: MrcPen,
): Generator<Said, void> {
  const measured = measuredOf(seen);
  const near = (a: number, b: number) =>
    Math.abs(a - b) <= 0.01 * Math.max(Math.abs(a), Math.abs(b), measured.rms) + 1e-6;
  const wrong: [what: string, declared: number, found: number, isRight: boolean][] = [];
  if (min <= max && isWhole) wrong.push(['minimum', min, seen.min, min === seen.min]);
  if (min <= max && isWhole) wrong.push(['maximum', max, seen.max, max === seen.max]);
  if (min <= max && !isWhole) wrong.push(['minimum', min, seen.min, min <= seen.min]);
  if (min <= max && !isWhole) wrong.push(['maximum', max, seen.max, max >= seen.max]);
  if (mean >= Math.min(min, max) && isWhole) wrong.push(['mean', mean, measured.mean, near(mean, measured.mean)]);
  if (rms >= 0 && isWhole) wrong.push(['RMS', rms, measured.rms, near(rms, measured.rms)]);

  const faults = wrong.filter(([, , , isRight]) => !isRight);
  if (faults.length === 0) return;
  const found = faults.map(([what, declared]) => `${what} ${rounded(declared)}`).join(', ');
  const expected = faults.map(([what, , value]) => `${what} ${rounded(value)}`).join(', ');
  yield pen.report('statistics', { location: 'byte 76', found, expected });
}

const measuredOf = ({ min, max, mean, spread, count }: Tally): NonNullable<MrcFacts['measured']> => ({
  ...{ min: numeric(min) ?? 0, max: numeric(max) ?? 0, mean },
  rms: Math.sqrt(spread / count),
});
