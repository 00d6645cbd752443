/** Has each run the files that a run must have, and each once? */
import { type Dataset, type DepositionKind, factsAs, filesOf, type Run, type RunFile } from '../deposition.js';
import { declareInstead } from '../repairs.js';
import { itemsOf } from '../run-parts.js';
import { type CellSaid, type CellTold, compared, defineRunRule, notApplicable, type RunRule } from '../run-rule.js';

const MOST_SAMPLES = 10;
const UPLOAD = 'Upload it, or say in file_mapping which of the uploaded files it is.';
const LEAVE_ONE = 'Leave one of them, or say in file_mapping to which runs the others belong.';

const SAYS = {
  no_tilt_series: { severity: 'error', message: 'There is no tilt series.', fix: UPLOAD },
  tilt_series: { severity: 'error', message: 'There are {found} tilt series; a run has one.', fix: LEAVE_ONE },
  no_mdoc: {
    severity: 'error',
    message: 'There is no MDOC, nor one for each of the frames.',
    fix: 'Upload the .mdoc that the microscope wrote, or a table of frames with their tilt angles.',
  },
  mdoc: {
    severity: 'error',
    message: 'There are {found} MDOCs, of which {series} describe a whole tilt series; a run has one.',
    fix: LEAVE_ONE,
  },
  mdoc_of_some: {
    severity: 'error',
    message: 'There are MDOCs of {found} frames, and {expected} frames: each has one, or none has.',
    fix: 'Upload the missing MDOCs of frames, or in place of all one MDOC of the tilt series.',
  },
  mdoc_of_frames: {
    severity: 'warning',
    message: 'Each of {found} frames has an MDOC of its own; they are read as one, {order}.',
    fix: 'See that they are in order; or upload the MDOC of the whole tilt series in their place.',
  },
  no_rawtlt: { severity: 'error', message: 'There are no raw tilt angles.', fix: UPLOAD },
  rawtlt: { severity: 'error', message: 'There are {found} files of raw tilt angles; a run has one.', fix: LEAVE_ONE },
  no_frames: {
    severity: 'error',
    message: 'There are no frames, and frames_not_deposited is not declared.',
    fix: 'Upload the movie stacks, or declare frames_not_deposited.',
  },
  frames_not_deposited: {
    severity: 'warning',
    message: 'Frames are declared as not deposited: the tilt series cannot be made anew.',
    fix: 'Upload the movie stacks if you still have them.',
  },
  frames_though_not: {
    severity: 'warning',
    message: 'There are {found} frames, and they are declared as not deposited.',
    fix: 'Take frames_not_deposited out of the metadata, or the frames out of the upload.',
  },
  no_alignment: {
    severity: 'error',
    message: 'There is no alignment: {expected}.',
    fix: 'Upload the files that alignment wrote: XF and TLT of IMOD, or the ALN of AreTomo.',
  },
  half_alignment: {
    severity: 'error',
    message: 'Of an alignment by IMOD there is {found} without {expected}.',
    fix: 'Upload XF and TLT of the same alignment.',
  },
  alignment: { severity: 'error', message: 'There are {found} {what}; a run has one alignment.', fix: LEAVE_ONE },
  no_local: {
    severity: 'warning',
    message: 'The alignment is declared as LOCAL, and {what}.',
    fix: 'Upload the local alignment, or declare the alignment as GLOBAL.',
  },
  local: {
    severity: 'warning',
    message: 'The alignment is declared as GLOBAL, and {what}.',
    fix: 'Declare the alignment as LOCAL, or upload the alignment without it.',
  },
  two_alignments: {
    severity: 'error',
    message: 'An alignment that exists is named, {found}, and a new one is uploaded.',
    fix: 'Take alignment_ref out of the metadata, or the files of the alignment out of the upload.',
  },
  no_tomogram: {
    severity: 'error',
    message: 'There is no tomogram, though tomograms are declared.',
    fix: 'Upload it, or take the tomograms out of the metadata where no run has one.',
  },
} as const satisfies RunRule['says'];

type Fault = CellSaid<keyof typeof SAYS>;
type Part = (run: Run, dataset: Dataset) => Generator<Fault>;

const complete = defineRunRule({
  id: 'X-01',
  title: 'The run is complete',
  why: 'A run is one tilt series with all that belongs to it: others can only use it again when nothing is missing.',
  says: SAYS,
  *judge(run, { dataset, deposition: { kind } }) {
    const parts = PARTS[kind];
    if (parts.length === 0) return yield notApplicable('The runs of this deposition exist already.');
    const faults = parts.flatMap((part) => [...part(run, dataset)]);
    yield* faults;
    yield compared('a complete run', contentsOf(run));
  },
});

const PARTS: Readonly<Record<DepositionKind, readonly Part[]>> = {
  'cryoet-dataset': [tiltSeries, mdocs, rawAngles, frames, alignment, alignmentType, tomograms],
  'cryoet-tomograms': [alignmentOfTomograms, alignmentType, tomogramsAlways],
  'cryoet-annotations': [],
};

function* tiltSeries(run: Run): Generator<Fault> {
  const items = itemsOf(filesOf(run, 'tilt_series'));
  if (items.length === 0) yield { says: 'no_tilt_series', told: {} };
  if (items.length > 1) yield { says: 'tilt_series', told: many(items.flat(), items.length) };
}

function* mdocs(run: Run): Generator<Fault> {
  const files = filesOf(run, 'mdoc');
  if (files.length === 0) yield { says: 'no_mdoc', told: {} };
  const sets = files.filter((file) => factsAs(file, 'mdoc')?.kind === 'frame set');
  const series = files.length - sets.length;
  if (files.length > 1 && series > 0) yield { says: 'mdoc', told: { ...many(files), series } };
  if (series > 0 || sets.length === 0) return;

  const count = filesOf(run, 'frame').length;
  const described = sets.reduce((sum, file) => sum + (factsAs(file, 'mdoc')?.sections ?? 0), 0);
  const hasTimes = sets.every((file) => typeof factsAs(file, 'mdoc')?.times[0] === 'number');
  const told = { ...many(sets, described), expected: String(count) };
  const order = hasTimes
    ? 'in the order of their DateTime'
    : 'in the order of their names, since some have no DateTime';
  if (count > 0 && described !== count) yield { says: 'mdoc_of_some', told };
  else yield { says: 'mdoc_of_frames', told: { ...told, expected: 'one MDOC', order } };
}

function* rawAngles(run: Run): Generator<Fault> {
  const files = filesOf(run, 'rawtlt');
  if (files.length === 0) yield { says: 'no_rawtlt', told: {} };
  if (files.length > 1) yield { says: 'rawtlt', told: many(files) };
}

function* frames(run: Run): Generator<Fault> {
  const files = filesOf(run, 'frame');
  const isNone = run.declared.frames_not_deposited === true;
  if (files.length === 0) yield { says: isNone ? 'frames_not_deposited' : 'no_frames', told: {} };
  else if (isNone) yield { says: 'frames_though_not', told: { ...many(files), expected: 'none' } };
}

function* alignment(run: Run): Generator<Fault> {
  const { alignment_software: software } = run.declared;
  const [aln, xf, tlt] = [filesOf(run, 'aln'), filesOf(run, 'xf'), filesOf(run, 'tlt')];
  const [isByAreTomo, isByImod] = [aln.length > 0, xf.length > 0 && tlt.length > 0];
  for (const [what, files] of [
    ['ALN', aln],
    ['XF', xf],
    ['TLT', tlt],
  ] as const)
    if (files.length > 1) yield { says: 'alignment', told: { ...many(files), what, expected: '1' } };

  if (software === 'ARETOMO' && !isByAreTomo) yield { says: 'no_alignment', told: { expected: 'an ALN of AreTomo' } };
  if (software === 'ARETOMO' || isByImod || (isByAreTomo && software !== 'IMOD')) return;
  const [half] = [...xf, ...tlt];
  const [found, expected] = xf.length > 0 ? ['an XF', 'a TLT'] : ['a TLT', 'an XF'];
  if (half) yield { says: 'half_alignment', told: { file: half.path, found, expected } };
  else
    yield {
      says: 'no_alignment',
      told: { expected: software === 'IMOD' ? 'XF and TLT of IMOD' : 'XF and TLT, or an ALN' },
    };
}

/** What is local in the files of the alignment, where they are there: patches of an ALN, IMOD's file beside the XF. */
function localOf(run: Run): { readonly file: string; readonly isLocal: boolean; readonly what: string } | null {
  const [alnFile] = filesOf(run, 'aln');
  const aln = factsAs(alnFile ?? null, 'aln');
  if (alnFile && aln)
    return { file: alnFile.path, isLocal: aln.patches > 0, what: `the ALN has ${aln.patches} patches` };
  const [xf] = filesOf(run, 'xf');
  const [local] = filesOf(run, 'local_xf');
  if (alnFile || !xf) return null;
  const what = local ? 'there is a file of local alignments' : 'there is no file of local alignments, *local.xf';
  return { file: (local ?? xf).path, isLocal: local !== undefined, what };
}

function* alignmentType(run: Run): Generator<Fault> {
  const { alignment_type: type } = run.declared;
  const found = localOf(run);
  if (type === undefined || !found || found.isLocal === (type === 'LOCAL')) return;
  const to = found.isLocal ? 'LOCAL' : 'GLOBAL';
  const { file, what } = found;
  const told = {
    file,
    what,
    expected: type,
    found: to,
    ...declareInstead('alignment_type', type, to, `By the files: ${what}.`),
  };
  yield { says: found.isLocal ? 'local' : 'no_local', told };
}

/** Either one that exists, or a new one. */
function* alignmentOfTomograms(run: Run): Generator<Fault> {
  const files = filesOf(run, 'aln', 'xf', 'tlt');
  const { alignment_ref: found } = run.declared;
  if (found === undefined) yield* alignment(run);
  else if (files[0]) yield { says: 'two_alignments', told: { ...many(files), found, expected: 'one of them' } };
}

function* tomograms(run: Run, dataset: Dataset): Generator<Fault> {
  if (Object.keys(dataset.tomograms).length > 0) yield* tomogramsAlways(run);
}

function* tomogramsAlways(run: Run): Generator<Fault> {
  if (filesOf(run, 'tomogram').length === 0) yield { says: 'no_tomogram', told: {} };
}

/** Too many of something. */
function many(files: readonly RunFile[], count = files.length): CellTold & { readonly found: string } {
  const [first] = files;
  const samples = files.slice(0, MOST_SAMPLES).map(({ path }) => path);
  return { ...(first ? { file: first.path } : {}), found: String(count), expected: '1', count: files.length, samples };
}

const CONTENTS = ['frame', 'mdoc', 'tilt_series', 'rawtlt', 'xf', 'tlt', 'aln', 'tomogram'] as const;

function contentsOf(run: Run): string {
  const counts = CONTENTS.map((kind) => [filesOf(run, kind).length, kind.replace('_', ' ')] as const);
  return counts.flatMap(([count, kind]) => (count > 0 ? `${count} ${kind}` : [])).join(', ') || 'nothing';
}

export const COMPLETENESS_RULES: readonly RunRule[] = [complete];
