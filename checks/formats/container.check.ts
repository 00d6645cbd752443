/** Is the file that lies packed in this one whole and sound? What is packed is judged by the check of its format, which knows nothing of this. */
import { basename, dirname, join } from 'node:path/posix';
import { type Check, defineCheck, type Options, type Pen, penOf, type Said, type SourceFile } from '../check.js';
import type { Rule } from '../finding.js';
import { isBzip2, openBzip2 } from '../readers/bzip2-streams.js';
import { contentOf } from '../readers/content.js';
import { isGzip, MOST_RATIO, openGzip } from '../readers/gzip-members.js';
import { type Fault, type Packed, PackFault, SUFFIXES, type Suffix } from '../readers/pack.js';
import {
  BeyondHead,
  HEAD_BYTES,
  UNPACK_LIMITS,
  type Unpacked,
  type UnpackLimits,
  unpack,
} from '../readers/unpacked.js';
import { isZip, openZip } from '../readers/zip-member.js';
import { checksFor } from '../run-checks.js';

const PACK_AGAIN = 'Pack the file again, test the result (`gzip -t`, `bzip2 -t`, `unzip -t`), and upload that.';
const UPLOAD_PLAIN = 'Upload the file as it is, without packing it.';

const RULES = {
  pack_not: {
    severity: 'error',
    message: 'The name ends in {suffix}, and this is {what}.',
    fix: 'Give the file the name of what it is, or pack it.',
  },
  pack_truncated: {
    severity: 'error',
    message: 'The packed data are cut short: the file ends before they do.',
    fix: 'Upload the file again, and compare its size with the original.',
  },
  pack_size: {
    severity: 'warning',
    message:
      'Its last bytes say that it unpacks to {found}, and it holds {expected}: it is cut short, or made of parts.',
    fix: 'Test it with `gzip -t`, and compare its size with the original.',
  },
  pack_damaged: { severity: 'error', message: 'The packed data are damaged: {why}.', fix: PACK_AGAIN },
  pack_trailing: {
    severity: 'warning',
    message: 'After the packed data follow {found} that belong to nothing.',
    fix: PACK_AGAIN,
  },
  pack_encrypted: {
    severity: 'error',
    message: 'The file in the archive is encrypted.',
    fix: 'Pack it again without a password.',
  },
  pack_method: {
    severity: 'error',
    message: 'The file in the archive is packed by method {found}; known are 0 (stored) and 8 (deflated).',
    fix: 'Pack it again with `zip`, or with `gzip`.',
  },
  pack_empty: { severity: 'error', message: 'There is no file in the archive.', fix: PACK_AGAIN },
  pack_members: {
    severity: 'error',
    message: 'There are several files in the archive, and there may be one.',
    fix: 'Upload the files by themselves; an archive of a Zarr folder must end in .zarr.zip.',
  },
  pack_path: {
    severity: 'error',
    message: 'Names in the archive lead out of the folder that it is unpacked in.',
    fix: 'Make the archive again, from within the folder of the file.',
  },
  pack_unknown: {
    severity: 'warning',
    message: 'In the archive lies "{found}", and no check knows files of this name.',
    fix: 'Look whether the right file was packed, once and not twice.',
  },
  pack_bomb: {
    severity: 'error',
    message: 'It unpacks to {found} and more, over {ratio} times its size: it is not unpacked.',
    fix: UPLOAD_PLAIN,
  },
  pack_too_large: {
    severity: 'error',
    message: 'It unpacks to {found} and more: no more than {most} are unpacked.',
    fix: UPLOAD_PLAIN,
  },
  pack_too_slow: {
    severity: 'error',
    message: 'Unpacking took more than {minutes} minutes, for {found} until then.',
    fix: UPLOAD_PLAIN,
  },
} as const satisfies Record<string, Rule> & Record<Fault, Rule>;

type PackPen = Pen<keyof typeof RULES>;

interface Format {
  readonly is: (bytes: Uint8Array) => boolean;
  readonly open: (file: SourceFile) => Promise<Packed>;
}

const FORMATS: Readonly<Record<Suffix, Format>> = {
  '.gz': { is: isGzip, open: openGzip },
  '.bz2': { is: isBzip2, open: openBzip2 },
  '.zip': { is: isZip, open: openZip },
};

/** Goes up when what is said of the file around it may change. */
const VERSION = 2;
const START_BYTES = 512;

/**
 * One check of all files that are packed: `inside` know what may be in them, `others` are names that are not ours. Whatever
 * lies in a ZIP archive tells its own name; gzip and bzip2 are known by the name of the file.
 */
export function containersOf(
  inside: readonly Check[],
  others: readonly string[],
  limits: UnpackLimits = UNPACK_LIMITS,
): Check {
  const known = [...new Set(inside.flatMap(({ extensions }) => extensions))];
  const names = known.flatMap((extension) => [`${extension}.gz`, `${extension}.bz2`]);
  return defineCheck<keyof typeof RULES>({
    id: 'container',
    version: inside.reduce((sum, { version }) => sum + version, VERSION),
    title: 'File in gzip, bzip2 or ZIP',
    extensions: [...names, '.zip'],
    except: others,
    rules: RULES,
    // It keeps nothing; whether those inside do is theirs to say.
    sharesProcess: inside.every(({ sharesProcess }) => sharesProcess),

    async *run(file, pen, options) {
      const suffix = SUFFIXES.find((one) => file.path.toLowerCase().endsWith(one)) ?? '.zip';
      const start = await file.read(0, START_BYTES);
      if (!FORMATS[suffix].is(start)) {
        const what = start.length === 0 ? 'an empty file' : (contentOf(start)?.name ?? 'something else');
        return yield pen.report('pack_not', { suffix, what, location: 'byte 0' });
      }
      const packed = await opened(FORMATS[suffix], file);
      if (packed instanceof PackFault) return yield refusal(packed, limits, pen);

      const path = pathInside(file.path, suffix, packed);
      const checks = checksFor(path, inside);
      if (checks.length === 0) yield pen.report('pack_unknown', { found: basename(path) });

      const unpacked = await unpack(packed, file, path, { full: options.full, limits });
      try {
        if (unpacked.fault) yield refusal(unpacked.fault, limits, pen);
        yield* judgeEnd(packed, unpacked, file, pen);
        if (unpacked.trailing > 0) yield pen.report('pack_trailing', { found: `${unpacked.trailing} bytes` });
        for (const check of checks) yield* saidInside(check, file, unpacked, suffix, options);
      } finally {
        await unpacked.remove();
      }
    },
  });
}

async function opened({ open }: Format, file: SourceFile): Promise<Packed | PackFault> {
  try {
    return await open(file);
  } catch (error) {
    if (error instanceof PackFault) return error;
    throw error;
  }
}

function pathInside(path: string, suffix: Suffix, { name }: Packed): string {
  return name === null ? path.slice(0, -suffix.length) : join(dirname(path), basename(name));
}

function refusal({ fault, told }: PackFault, limits: UnpackLimits, pen: PackPen): Said {
  const most = `${limits.bytes} bytes`;
  return pen.report(fault, { ratio: limits.ratio, most, minutes: limits.ms / 60_000, ...told });
}

/** Of what was not unpacked to its end: whether that end can be one. */
function* judgeEnd({ saysAtEnd }: Packed, { isWhole, fault }: Unpacked, outer: SourceFile, pen: PackPen) {
  if (isWhole || fault || saysAtEnd === null) return;
  const most = MOST_RATIO * outer.size;
  const told = { location: `byte ${outer.size - 4}`, found: `${saysAtEnd} bytes` };
  if (saysAtEnd < HEAD_BYTES) yield pen.report('pack_size', { ...told, expected: `more than ${HEAD_BYTES}` });
  else if (saysAtEnd > most) yield pen.report('pack_size', { ...told, expected: `no more than ${most}` });
}

/** What the check of its format says; of a beginning, what the beginning tells. */
async function* saidInside(
  check: Check,
  outer: SourceFile,
  { file, isWhole }: Unpacked,
  suffix: Suffix,
  options: Options,
): AsyncGenerator<Said, void> {
  const container = suffix.slice(1);
  try {
    for await (const said of check.run(file, penOf(check, outer), { ...options, full: options.full && isWhole }))
      yield 'facts' in said ? { facts: { ...said.facts, container } } : said;
  } catch (error) {
    if (!(error instanceof BeyondHead)) throw error;
  }
}
