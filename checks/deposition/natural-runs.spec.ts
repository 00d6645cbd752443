import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../test/sample-files.js';
import { sharedFolder } from '../../test/shared.js';
import { CHECKS } from '../formats/index.js';
import type { TomographyFacts } from '../formats/tomography-facts.js';
import { checksFor, runCheck } from '../run-checks.js';
import { soundDataset, soundDeposition } from '../samples/deposition.js';
import { associate } from './associate.js';
import type { RunValues } from './declared.js';
import type { Run } from './deposition.js';
import { ACQUISITION_RULES } from './rules/acquisition.js';
import { ALIGNMENT_COUNT_RULES } from './rules/alignment-counts.js';
import { COMPLETENESS_RULES } from './rules/completeness.js';
import { FRAMES_AND_MDOC_RULES } from './rules/frames-and-mdoc.js';
import { RAW_ANGLE_RULES } from './rules/raw-angles.js';
import { REFINED_ANGLE_RULES } from './rules/refined-angles.js';
import { TILT_AXIS_RULES } from './rules/tilt-axis.js';

const fixtures = sharedFolder('fixtures/cryoet');
const RULES = [
  ...[COMPLETENESS_RULES, FRAMES_AND_MDOC_RULES, RAW_ANGLE_RULES, REFINED_ANGLE_RULES].flat(),
  ...[ALIGNMENT_COUNT_RULES, ACQUISITION_RULES, TILT_AXIS_RULES].flat(),
];

const PORTAL = 'chanzuckerberg+cryoet-data-portal-backend/test_infra/test_files/input_bucket/10001_input';
const ETOMO = 'teamtomo+etomofiles/test_data/TS_001';
const IMOD = 'uermel+cryoet-alignment/tests/data/convert/imod_1';
const MDOCS = 'teamtomo+mdocfile/tests/test_data';

/** What the check of its format learns of a file. */
async function factsOf(path: string): Promise<TomographyFacts | null> {
  const [check] = checksFor(path, CHECKS);
  if (!check) return null;
  const { cause, facts } = await runCheck(check, fileOf(path, fixtures.bytes(path)), { schema: null, full: true });
  expect(cause).toBeUndefined();
  return 'format' in facts ? (facts as unknown as TomographyFacts) : null;
}

/** A run of real files, as they find it. */
async function runOf(name: string, paths: readonly string[], declared: RunValues = {}): Promise<Run> {
  const files = await Promise.all(paths.map(async (path) => ({ path, sha256: null, facts: await factsOf(path) })));
  const dataset = { key: 'real', runs: [name], mapping: [], tomograms: {}, annotations: {} };
  const placed = associate({ datasets: [dataset], files }).files.filter(({ run, kind }) => run === name && kind);
  const facts = new Map(files.map((file) => [file.path, file.facts]));
  const its = placed.flatMap(({ path, kind }) =>
    kind ? [{ path, kind, sha256: null, facts: facts.get(path) ?? null, belongsTo: null }] : [],
  );
  expect(its.map(({ path }) => path)).toEqual([...paths].sort());
  return { dataset: 'real', name, declared, files: its };
}

/** `X-11 offset`, and the rules that found it right. */
function judged(run: Run) {
  const dataset = soundDataset({ key: 'real', runs: [run], tomograms: {}, annotations: {} });
  const within = { dataset, deposition: soundDeposition({ datasets: [dataset] }) };
  const cells = RULES.map((rule) => ({ rule, said: [...rule.judge(run, within)] }));
  const isFound = (rule: (typeof RULES)[number]) =>
    cells.some((cell) => cell.rule === rule && cell.said.some((one) => 'says' in one));
  return {
    findings: cells.flatMap(({ rule, said }) =>
      said.flatMap((one) => ('says' in one ? `${rule.id} ${rule.says[one.says]?.severity} ${one.says}` : [])),
    ),
    right: cells.flatMap(({ rule, said }) => (!isFound(rule) && said.some((one) => 'compared' in one) ? rule.id : [])),
    told: (id: string) =>
      cells.flatMap(({ rule, said }) => said.flatMap((one) => ('says' in one && rule.id === id ? one.told : []))),
  };
}

describe.skipIf(fixtures.isMissing)(`rules of a run of real files${fixtures.note}`, () => {
  it('find the refined angles of TS_001 moved by the tilt of the sample, and all counts right', async () => {
    const names = ['TS_001.st', 'TS_001.rawtlt', 'TS_001.tlt', 'TS_001.xf', 'TS_001.xtilt'];
    const run = await runOf(
      'TS_001',
      names.map((name) => `${ETOMO}/${name}`),
    );

    const { findings, right, told } = judged(run);
    expect(findings).toEqual(['X-01 error no_mdoc', 'X-01 error no_frames', 'X-11 info offset']);
    expect(right).toEqual(['X-06', 'X-09', 'X-10', 'X-12', 'X-13', 'X-14']);
    expect(told('X-11')).toMatchObject([{ found: '2.81..3.23°', all: 40 }]);
  });

  it('find the tilt axis of TS_001 as its project file tells it', async () => {
    const run = await runOf('TS_001', [`${ETOMO}/TS_001.xf`], { tilt_axis_rotation_deg: 83.9 });

    expect(judged(run).right).toContain('X-20');
  });

  const ALIGNMENT = ['TS_run1.tlt', 'TS_run1.xtilt', 'TS_run1.xf', 'TS_run1.aln'].map((name) => `alignments/${name}`);
  const portal = (mdoc: string, rawtlt: string) =>
    runOf(
      'TS_run1',
      ['metadata/TS_run1.st', `metadata/mdocs_modified/${mdoc}`, `metadata/${rawtlt}`, ...ALIGNMENT].map(
        (path) => `${PORTAL}/${path}`,
      ),
    );
  /** The alignment was made of other images than lie beside it. */
  const OTHER_ALIGNMENT = [
    'X-10 error of_sections',
    'X-13 error of_sections',
    'X-15 error exchanged',
    'X-15 error sections',
  ];

  it('find the alignment of the sample run of the portal to be of another tilt series', async () => {
    const { findings, right } = judged(await portal('foo-TS_run1.mdoc', 'TS_run1.rawtlt'));

    expect(findings.filter((finding) => /X-(06|10|13|15)/.test(finding))).toEqual(OTHER_ALIGNMENT);
    expect(right).toEqual(expect.arrayContaining(['X-06', 'X-08', 'X-09', 'X-14', 'X-20']));
  });

  it('find the raw angle of it that was not recorded', async () => {
    const { findings, told } = judged(await portal('foo-TS_run1.mdoc', 'invalid_TS_run1.rawtlt'));

    expect(findings).toEqual(expect.arrayContaining(['X-06 error differs', 'X-08 error unmatched']));
    expect(told('X-08')).toMatchObject([{ count: 1, samples: ['line 5: 6°'] }]);
  });

  it('find a tilt of its own for each of the raw angles of it that nearly coincide', async () => {
    const { findings, right } = judged(await portal('close-TS_run1.mdoc', 'close_TS_run1.rawtlt'));

    expect(right).toContain('X-08');
    expect(findings).toContain('X-07 warning dropped');
  });

  it('find as many transforms, angles and tilts about X in an alignment by IMOD', async () => {
    const { findings, right } = judged(
      await runOf(
        'imod_1',
        readdirSync(fixtures.at(IMOD)).map((name) => `${IMOD}/${name}`),
      ),
    );

    expect(right).toEqual(['X-12', 'X-13', 'X-14']);
    expect(findings.filter((finding) => !finding.startsWith('X-01'))).toEqual([]);
  });

  it('find range and step of a real tilt series as they were set', async () => {
    const declared = { tilt_min_deg: -60, tilt_max_deg: 60, tilt_step_deg: 3, tilt_scheme: 'dose_symmetric' } as const;
    const { findings, right } = judged(await runOf('test_data', [`${MDOCS}/tilt_series.mdoc`], declared));

    expect(findings.filter((finding) => !finding.startsWith('X-01'))).toEqual([]);
    expect(right).toEqual(expect.arrayContaining(['X-17', 'X-18', 'X-19']));
  });

  it('read MDOCs of frames as one', async () => {
    const { findings } = judged(await runOf('test_data', [`${MDOCS}/frame_set_single.mdoc`]));

    expect(findings).toContain('X-01 warning mdoc_of_frames');
  });
});
