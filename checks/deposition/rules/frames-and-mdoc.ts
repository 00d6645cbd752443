/** Are the frames of a run those that its MDOC names, each once? */
import { factsAs } from '../deposition.js';
import { claimedByOthers, framesAndMdoc, listed, MOST_SAMPLES, type Named, namedBy, pathKey } from '../named-frames.js';
import { MOST_LINES } from '../repairs.js';
import type { Acquisition } from '../run-parts.js';
import { compared, defineRunRule, notApplicable, type Repair, type RunRule } from '../run-rule.js';

const frameCount = defineRunRule({
  id: 'X-02',
  title: 'One movie stack per tilt',
  why: 'The MDOC has a section for each tilt, and each tilt was recorded as one movie stack.',
  says: {
    differs: {
      severity: 'error',
      message: 'The MDOC describes {expected} tilts, and there are {found} frames.',
      fix: 'Upload the movie stacks of all tilts, and no others; or take the sections without frames out of the MDOC.',
    },
  },
  *judge(run) {
    const both = framesAndMdoc(run);
    if ('notApplicable' in both) return yield both;
    const [expected, found] = [both.acquisition.facts.sections, both.frames.length];
    if (expected === found) return yield compared(`${expected} tilts`, `${found} frames`);
    yield { says: 'differs', told: { file: both.mdoc, expected: String(expected), found: String(found) } };
  },
});

const framesAreThere = defineRunRule({
  id: 'X-03',
  title: 'Frames that the MDOC names are there',
  why: 'By its SubFramePath each tilt finds its frames; a tilt without them cannot be processed.',
  says: {
    no_path: {
      severity: 'error',
      message: '{count} of {all} sections of the MDOC have no SubFramePath: their frames cannot be found.',
      fix: 'Add the path of the frames to these sections, or take the sections out of the MDOC.',
    },
    missing: {
      severity: 'error',
      message: '{count} of {all} sections of the MDOC name frames that were not uploaded for this run.',
      fix: 'Upload these frames, or take their sections out of the MDOC.',
    },
    capitals: {
      severity: 'warning',
      message: 'Names of {count} frames differ from those in the MDOC by capitals.',
      fix: 'Name the frames as the MDOC does.',
    },
    converted: {
      severity: 'warning',
      message: 'Names of {count} frames differ from those in the MDOC by their format: they were converted.',
      fix: 'Upload the frames as they were recorded, or correct their names in the MDOC.',
    },
  },
  *judge(run) {
    const both = framesAndMdoc(run);
    if ('notApplicable' in both) return yield both;
    const { acquisition, frames, mdoc } = both;
    const named = namedBy(acquisition, frames);
    const told = (some: readonly Named[]) => listed(acquisition, some, mdoc);

    const unnamed = named.filter(({ name }) => name === null);
    const missing = named.filter(({ name, frame }) => name !== null && !frame);
    const repair = withoutSections(acquisition, [...unnamed, ...missing]);
    if (unnamed.length > 0) yield { says: 'no_path', told: { ...told(unnamed), ...repair } };
    if (missing.length > 0) yield { says: 'missing', told: { ...told(missing), ...repair } };
    for (const likeness of ['capitals', 'converted'] as const) {
      const some = named.filter((one) => one.frame && one.likeness === likeness);
      if (some.length > 0) yield { says: likeness, told: told(some) };
    }
    yield compared(`${named.length} frames`, `${named.filter(({ frame }) => frame).length} of them`);
  },
});

const framesAreNamed = defineRunRule({
  id: 'X-04',
  title: 'Frames are named by the MDOC',
  why: 'The tilt angle and the dose of frames are known from the MDOC alone.',
  says: {
    extra: {
      severity: 'error',
      message: '{count} of {all} frames are not named by the MDOC.',
      fix: 'Leave them out where they are of another run, or upload the MDOC with all sections.',
    },
  },
  *judge(run) {
    const both = framesAndMdoc(run);
    if ('notApplicable' in both) return yield both;
    const { acquisition, frames } = both;
    const known = new Set(namedBy(acquisition, frames).map(({ frame }) => frame?.path));
    const extra = frames.filter(({ path }) => !known.has(path));
    const [first] = extra;
    if (!first) return yield compared(`${frames.length} frames`, `${frames.length} named`);
    const samples = extra.slice(0, MOST_SAMPLES).map(({ path }) => path);
    const sizes = { expected: 'a section of the MDOC for each', found: `${extra.length} without` };
    yield { says: 'extra', told: { file: first.path, count: extra.length, all: frames.length, samples, ...sizes } };
  },
});

const framesOnce = defineRunRule({
  id: 'X-05',
  title: 'Frames are named once',
  why: 'Frames are of one tilt of one run: named twice, one of the two has the wrong ones.',
  says: {
    sections: {
      severity: 'error',
      message: '{count} sections of the MDOC name frames that another section names.',
      fix: 'Give each section the SubFramePath of its own frames.',
    },
    runs: {
      severity: 'error',
      message: '{count} frames of this run are named by the MDOC of {other} too.',
      fix: 'Upload to each run the MDOC and the frames that it was recorded with.',
    },
  },
  *judge(run, { dataset }) {
    const both = framesAndMdoc(run);
    if ('notApplicable' in both) return yield both;
    const { acquisition, frames, mdoc } = both;
    const named = namedBy(acquisition, frames);
    const seen = new Set<string>();
    const keyOf = ({ frame, section }: Named) => frame?.path ?? pathKey(acquisition.facts.framePaths[section] ?? null);
    const again = named.filter((one) => {
      const key = keyOf(one);
      return key !== null && seen.size === seen.add(key).size;
    });
    if (again.length > 0) yield { says: 'sections', told: listed(acquisition, again, mdoc) };
    for (const [other, shared] of claimedByOthers(run, named, dataset)) {
      const samples = shared.slice(0, MOST_SAMPLES).map(({ path }) => path);
      const told = { file: shared[0]?.path ?? mdoc, count: shared.length, samples, other, key: other };
      yield { says: 'runs', told: { ...told, expected: run.name, found: other } };
    }
    yield compared('frames of one section each', `${seen.size} frames of ${named.length} sections`);
  },
});

const subFrames = defineRunRule({
  id: 'X-23',
  title: 'Frames of each movie stack',
  why: 'The MDOC says how many frames were recorded at each tilt: a movie stack with fewer was cut short.',
  says: {
    differs: {
      severity: 'warning',
      message: '{count} of {all} movie stacks do not have as many frames as NumSubFrames of the MDOC says.',
      fix: 'Upload these movie stacks again, and compare their sizes with the originals.',
    },
    eer: {
      severity: 'info',
      message: '{count} of {all} EER files do not have as many frames as NumSubFrames of the MDOC says.',
      fix: 'Nothing is to be done where frames of EER were put together in fractions.',
    },
  },
  *judge(run) {
    const both = framesAndMdoc(run);
    if ('notApplicable' in both) return yield both;
    const { acquisition, frames, mdoc } = both;
    const told = namedBy(acquisition, frames).flatMap((one) => {
      const expected = acquisition.facts.subFrames[one.section] ?? null;
      const found = factsAs(one.frame, 'mrc', 'tiff', 'eer')?.dimensions[2] ?? null;
      return expected === null || found === null
        ? []
        : [{ ...one, expected, found, isEer: one.frame?.facts?.format === 'eer' }];
    });
    if (told.length === 0)
      return yield notApplicable('The MDOC tells no NumSubFrames, or no movie stack that it names could be read.');

    for (const [says, isEer] of [
      ['differs', false],
      ['eer', true],
    ] as const) {
      const off = told.filter((one) => one.isEer === isEer && one.expected !== one.found);
      const [first] = off;
      if (!first) continue;
      const samples = off
        .slice(0, MOST_SAMPLES)
        .map(({ frame, expected, found }) => `${frame?.path}: ${found}, expected ${expected}`);
      const sizes = { expected: `${first.expected} frames`, found: `${first.found} frames` };
      yield { says, told: { file: first.frame?.path ?? mdoc, count: off.length, all: told.length, samples, ...sizes } };
    }
    yield compared('NumSubFrames of the MDOC', `${told.length} movie stacks`);
  },
});

/** The MDOC without these sections, where others are left. */
function withoutSections({ facts, files, isMerged }: Acquisition, some: readonly Named[]): { repair?: Repair } {
  const [file] = files;
  if (
    !file ||
    isMerged ||
    some.length === 0 ||
    some.length >= Math.min(facts.sections, MOST_LINES) ||
    facts.kind === 'table'
  )
    return {};
  const lines = some.flatMap(({ section }) => {
    const line = facts.lines?.[section];
    return line ? [{ line, from: `[ZValue = ${facts.zValues[section] ?? section}]`, to: null }] : [];
  });
  if (lines.length < some.length) return {};
  const what = `Take out ${some.length} sections that have no frames, each from its head to the line before the next, and number the others anew from 0.`;
  return { repair: { kind: 'file', path: file.path, what, lines: lines.sort((a, b) => a.line - b.line) } };
}

export const FRAMES_AND_MDOC_RULES: readonly RunRule[] = [
  frameCount,
  framesAreThere,
  framesAreNamed,
  framesOnce,
  subFrames,
];
