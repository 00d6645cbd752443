/** Do extended headers, command files and offsets of an alignment agree with the tilt series and with what is declared? */
import type { RunValues } from '../declared.js';
import { factsAs, filesOf, onlyFile, type Run, type RunFile } from '../deposition.js';
import { dimensionsOf, isWithin, rounded, tiltSeriesPixel } from '../pixel-size.js';
import { tiltSeriesOf } from '../run-parts.js';
import { type CellSaid, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';
import { shown, TOLERANCES } from '../tolerances.js';

const extendedHeader = defineRunRule({
  id: 'X-32',
  title: 'Tilts of the extended header',
  why: 'The microscope wrote the tilt of each image into the file itself: raw tilt angles must be the same ones.',
  says: {
    differs: {
      severity: 'warning',
      message:
        '{count} of {all} tilts in the extended header of the tilt series are not those of {file} ({tolerance}).',
      fix: 'Write the raw tilt angles anew from the tilt series: `extracttilts` of IMOD does.',
    },
  },
  *judge(run) {
    const stack = filesOf(run, 'tilt_series').flatMap((file) => factsAs(file, 'mrc') ?? [])[0];
    const written = stack?.tiltAngles?.filter((angle) => angle !== null) ?? [];
    const file = onlyFile(run, 'rawtlt');
    const raw = factsAs(file, 'angles');
    if (!file || !raw) return yield notApplicable('There are no raw tilt angles that can be read.');
    if (!written.some(Boolean)) return yield notApplicable('The tilt series has no tilts in an extended header.');
    if (written.length !== raw.angles.length) {
      return yield notApplicable(
        `There are ${written.length} tilts in the header, and ${raw.angles.length} raw angles.`,
      );
    }

    const tolerance = TOLERANCES['X-32'].angle;
    const sorted = [written, raw.angles].map((angles) => [...angles].sort((one, other) => one - other));
    const [headers = [], angles = []] = sorted;
    const off = angles.flatMap((angle, i) => (isWithin(tolerance, angle, headers[i] ?? angle) ? [] : [i]));
    if (off.length === 0) return yield compared(`the raw tilt angles (${shown(tolerance)})`, `${angles.length} tilts`);
    const samples = off.slice(0, 10).map((i) => `${angles[i]}°, in the header ${rounded(headers[i] ?? 0)}°`);
    const at = raw.lines[raw.angles.indexOf(angles[off[0] ?? 0] ?? 0)];
    const told = { count: off.length, all: angles.length, samples, tolerance: shown(tolerance) };
    const sizes = { expected: rounded(headers[off[0] ?? 0] ?? 0), found: String(angles[off[0] ?? 0]) };
    yield { says: 'differs', told: { file: file.path, location: `line ${at ?? 1}`, ...told, ...sizes } };
  },
});

type Offset = 'x_tilt_offset_deg' | 'tilt_offset_deg' | 'volume_offset_x_a' | 'volume_offset_z_a';

/** What a file says of an offset, and the field in which it may be declared too. */
interface CapturedOffset {
  readonly file: RunFile;
  readonly name: string;
  readonly field: Offset;
  readonly value: number;
  readonly unit: '°' | 'Å';
  /** Within which the declared value is the same. */
  readonly tolerance: number;
}

const commandFiles = defineRunRule({
  id: 'X-34',
  title: 'Command files and offsets of the alignment',
  why: 'tilt.com and newst.com say how the tomogram was made: of which files, of which size, with which offsets.',
  says: {
    full_image: {
      severity: 'warning',
      message: 'FULLIMAGE of {file} is {found}; the images of the tilt series are {expected}.',
      fix: 'Upload the tilt.com that belongs to this tilt series.',
    },
    offset: {
      severity: 'warning',
      message: '{name} of {file} is {found}; {field} is declared as {expected} ({tolerance}).',
      fix: 'Leave {field} out, since the file tells it, or correct it.',
    },
    missing_file: {
      severity: 'warning',
      message: '{name} of {file} is {found}, and no file of that name was uploaded for this run.',
      fix: 'Upload {found}, or the command file that belongs to the uploaded alignment.',
    },
  },
  *judge(run) {
    const tilt = onlyFile(run, 'tilt_com');
    const com = factsAs(tilt, 'tilt-com');
    const newst = onlyFile(run, 'newst_com');
    const newstCom = factsAs(newst, 'newst-com');
    const offsets = capturedOffsets(run);
    if (!com && !newstCom && offsets.length === 0) {
      return yield notApplicable('There is no tilt.com, newst.com or ALN that can be read.');
    }

    const stack = dimensionsOf(tiltSeriesOf(run));
    const faults: CellSaid<'full_image' | 'offset' | 'missing_file'>[] = [];
    if (com?.fullImage && stack && (com.fullImage[0] !== stack[0] || com.fullImage[1] !== stack[1])) {
      const [found, expected] = [com.fullImage, stack].map(([nx, ny]) => `${nx} × ${ny}`);
      faults.push({ says: 'full_image', told: { file: tilt?.path, expected, found } });
    }
    const named = [
      ...namedFiles(tilt, { TILTFILE: com?.tiltFile, XTILTFILE: com?.xTiltFile, LOCALFILE: com?.localFile }),
      ...namedFiles(newst, { TransformFile: newstCom?.transformFile }),
    ];
    const uploaded = new Set(run.files.map(({ path }) => lastName(path)));
    for (const { file, name, found } of named) {
      if (uploaded.has(lastName(found))) continue;
      faults.push({ says: 'missing_file', told: { file, name, key: name, expected: 'an uploaded file', found } });
    }
    const both = offsets.filter(({ field }) => run.declared[field] !== undefined);
    for (const offset of both) if (!isDeclared(offset, run.declared)) faults.push(differing(offset, run.declared));
    if (faults.length > 0) return yield* faults;

    const sizes = com?.fullImage ? [`FULLIMAGE ${com.fullImage.join(' × ')}`] : [];
    const found = [...sizes, ...named.map((one) => one.found), ...offsets.map(({ name, value }) => `${name} ${value}`)];
    yield compared(
      'the tilt series, files of this run, the declared offsets',
      found.join(', ') || 'nothing to compare',
    );
  },
});

function* namedFiles(file: RunFile | null, names: Readonly<Record<string, string | null | undefined>>) {
  for (const [name, found] of Object.entries(names)) if (file && found) yield { file: file.path, name, found };
}

/** Shifts of IMOD are in unbinned pixels, declared ones in ångström. */
function capturedOffsets(run: Run): CapturedOffset[] {
  const { value: within } = TOLERANCES['X-34'].declared;
  const angle = { unit: '°', tolerance: within } as const;
  const tilt = onlyFile(run, 'tilt_com');
  const com = factsAs(tilt, 'tilt-com');
  const alnFile = onlyFile(run, 'aln');
  const aln = factsAs(alnFile, 'aln');
  const pixel = tiltSeriesPixel(run);
  const rows: (Omit<CapturedOffset, 'value' | 'file'> & { file: RunFile | null; value: number | null | undefined })[] =
    [
      { file: tilt, name: 'XAXISTILT', field: 'x_tilt_offset_deg', value: com?.xAxisTilt, ...angle },
      { file: tilt, name: 'OFFSET', field: 'tilt_offset_deg', value: com?.offset, ...angle },
      { file: alnFile, name: 'AlphaOffset', field: 'tilt_offset_deg', value: aln?.alphaOffset, ...angle },
      { file: alnFile, name: 'BetaOffset', field: 'x_tilt_offset_deg', value: aln?.betaOffset, ...angle },
      ...(['volume_offset_x_a', 'volume_offset_z_a'] as const).map((field, i) => {
        const shift = com?.shift?.[i];
        const value = shift === undefined || pixel === null ? null : shift * pixel;
        const tolerance = within * (pixel ?? 1);
        return { file: tilt, name: `SHIFT in ${i === 0 ? 'X' : 'Z'}`, field, value, unit: 'Å' as const, tolerance };
      }),
    ];
  return rows.flatMap(({ file, value, ...row }) =>
    file && typeof value === 'number' ? [{ ...row, file, value }] : [],
  );
}

const isDeclared = ({ field, value, tolerance, unit }: CapturedOffset, declared: RunValues): boolean =>
  isWithin({ value: tolerance, unit }, value, declared[field] ?? 0);

function differing(offset: CapturedOffset, declared: RunValues): CellSaid<'offset'> {
  const { file, name, field, value, unit, tolerance } = offset;
  const [expected, found] = [declared[field] ?? 0, value].map((size) => `${rounded(size)} ${unit}`);
  const [from, to, why] = [declared[field], Number(rounded(value)), `${file.path} tells it.`];
  const repair = { kind: 'metadata', pointer: `/${field}`, from, to, why } as const;
  const told = { name, field, key: name, expected, found, repair, tolerance: `±${rounded(tolerance)} ${unit}` };
  return { says: 'offset', told: { file: file.path, ...told } };
}

const lastName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

export const ALIGNMENT_FILE_RULES: readonly RunRule[] = [extendedHeader, commandFiles];
