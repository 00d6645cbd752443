import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TomographyFacts } from '../../formats/tomography-facts.js';
import { soundRun, withFiles } from '../../samples/deposition.js';
import { judge } from '../../samples/judged-run.js';
import type { Run, RunFile } from '../deposition.js';
import { ACQUISITION_RULES } from './acquisition.js';
import { ALIGNMENT_COUNT_RULES } from './alignment-counts.js';
import { COMPLETENESS_RULES } from './completeness.js';
import { FRAMES_AND_MDOC_RULES } from './frames-and-mdoc.js';
import { RAW_ANGLE_RULES } from './raw-angles.js';
import { REFINED_ANGLE_RULES } from './refined-angles.js';
import { TILT_AXIS_RULES } from './tilt-axis.js';

const RULES = [
  ...[COMPLETENESS_RULES, FRAMES_AND_MDOC_RULES, RAW_ANGLE_RULES, REFINED_ANGLE_RULES].flat(),
  ...[ALIGNMENT_COUNT_RULES, ACQUISITION_RULES, TILT_AXIS_RULES].flat(),
];

const number = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(0),
);

/** A value of the same kind, but another: numbers, texts and lists of any length, or nothing. */
function otherThan(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === 'number') return number;
  if (typeof value === 'string') return fc.oneof(fc.string(), fc.constantFrom('frame set', 'table', 'tilt series'));
  if (typeof value === 'boolean') return fc.boolean();
  if (!Array.isArray(value)) return fc.constant(value);
  const [first] = value;
  const isTold = first === null || typeof first === 'number';
  return fc.oneof(
    fc.array(isTold ? fc.option(number) : fc.constant(first), { maxLength: 30 }),
    fc.constant(value.slice(1)),
    fc.constant([...value, first ?? null]),
  );
}

const RUNS = [soundRun(), soundRun({ alignment: 'ARETOMO' })];

/** A sound run of which something in the facts, the files or the metadata is another. */
const spoiltRun = fc
  .record({
    run: fc.constantFrom(...RUNS),
    at: fc.array(fc.tuple(fc.nat(40), fc.nat(30)), { minLength: 1, maxLength: 4 }),
    without: fc.array(fc.nat(40), { maxLength: 3 }),
    doubled: fc.array(fc.nat(40), { maxLength: 2 }),
  })
  .chain(({ run, at, without, doubled }) => {
    const changes = at.map(([file, field]) => changeOf(run.files[file % run.files.length], field));
    const declared = fc.record(
      {
        tilt_step_deg: number,
        tilt_min_deg: number,
        dose_per_stack_e_a2: number,
        total_dose_e_a2: number,
        tilt_axis_rotation_deg: number,
      },
      { requiredKeys: [] },
    );
    return fc.tuple(fc.tuple(...changes), declared).map(([changed, values]): Run => {
      const files = run.files.map((file) => changed.find(({ path }) => path === file.path) ?? file);
      const twice = doubled.flatMap((i) => (files[i] ? [{ ...files[i], path: `x/${files[i].path}` }] : []));
      const left = files.filter((_, i) => !without.includes(i));
      return withFiles({ ...run, files: left, declared: { ...run.declared, ...values } }, ...twice);
    });
  });

function changeOf(file: RunFile | undefined, field: number): fc.Arbitrary<RunFile> {
  if (!file) throw new Error('There is no such file.');
  const entries = Object.entries(file.facts ?? {}).filter(([name]) => name !== 'format' && name !== 'rows');
  const [name = '', value] = entries[field % Math.max(1, entries.length)] ?? [];
  return otherThan(value).map((other) => ({ ...file, facts: { ...file.facts, [name]: other } as TomographyFacts }));
}

describe('rules of a run', () => {
  it.each(RULES.map(({ id }) => id))('never break by %s, and always say something, whatever the facts are', (id) => {
    fc.assert(
      fc.property(spoiltRun, (run) => {
        const { faults, informs, compared, notApplicable } = judge(RULES, id, run);
        expect(faults.length + informs.length + compared.length + notApplicable.length).toBeGreaterThan(0);
      }),
      { seed: 1, numRuns: 80 },
    );
  });

  it('say the same in whatever order files come', () => {
    fc.assert(
      fc.property(spoiltRun, (run) => {
        const turned = { ...run, files: run.files.toReversed() };
        for (const { id } of RULES) expect(judge(RULES, id, turned).faults).toEqual(judge(RULES, id, run).faults);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('judge as many angles as a file can hold', () => {
    const angles = Array.from({ length: 400_000 }, (_, i) => (i % 120) - 60);
    const many = { format: 'angles' as const, angles, lines: angles };
    const run = soundRun();
    const files = run.files.map((file) =>
      file.kind === 'tlt' || file.kind === 'rawtlt' ? { ...file, facts: many } : file,
    );

    for (const { id } of RULES) expect(judge(RULES, id, { ...run, files })).toBeDefined();
  });
});
