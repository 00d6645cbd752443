import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cryoetDataset } from '../profiles/cryoet-dataset.profile.js';
import { ALL } from '../profiles/index.js';
import { faultsOf } from '../profiles/profile.js';
import { notesOf } from './notes.js';

const yeast = cryoetDataset.example.metadata.datasets.yeast;
/** Notes on the example's data set with these fields in place of its own. */
const of = (changed: object) => notesOf({ datasets: { yeast: { ...yeast, ...changed } } });
const ofDefaults = (changed: object) => of({ run_defaults: { ...yeast.run_defaults, ...changed } });
const ofTomogram = (changed: object) => of({ tomograms: { raw: { ...yeast.tomograms.raw, ...changed } } });
const ofAnnotation = (changed: object) =>
  of({ annotations: { ribosomes: { ...yeast.annotations.ribosomes, ...changed } } });
const at = (field: string) => `/datasets/yeast/${field}`;

describe('the notes on metadata', () => {
  it.each(
    ALL.filter(({ id }) => id.startsWith('cryoet')).map((profile) => [`${profile.id} ${profile.version}`, profile]),
  )('are none of the example of %s', (_, profile) => {
    expect(notesOf(profile.example.metadata)).toEqual([]);
  });

  it.each([
    ['cell_type', 'tissue', 'cell or'],
    ['cell_strain', 'organelle', 'cell'],
    ['cell_kind', 'other', 'cell'],
  ])('mark %s as ignored since the sample is of the type %s', (field, sample_type) => {
    expect(of({ sample_type })).toContainEqual(
      expect.objectContaining({
        pointer: at(field),
        code: 'ignored',
        message: `The sample type is ${sample_type}: ${field} does not apply. It is kept, and ignored.`,
      }),
    );
  });

  it('mark nothing as ignored that the type asks for', () => {
    const term = { name: 'a', id: 'b' };

    expect(of({ sample_type: 'cell_line' })).toEqual([]);
    expect(of({ sample_type: 'tissue', tissue: term }).map(({ pointer }) => pointer)).not.toContain(at('tissue'));
  });

  it.each([
    ['acceleration_voltage_v', 300, 300_000],
    ['acceleration_voltage_v', 200, 200_000],
    ['cs_mm', 0.0027, 2.7],
    ['cs_mm', 2700, 2.7],
    ['frame_pixel_size_a', 0.1345, 1.345],
    ['tilt_series_pixel_size_a', 134.5, 1.345],
    ['dose_per_stack_e_a2', 300, 3],
    ['total_dose_e_a2', 12_000, 120],
  ])('propose for %s of %j to write %j', (field, from, to) => {
    expect(ofDefaults({ [field]: from })).toContainEqual(
      expect.objectContaining({
        pointer: at(`run_defaults/${field}`),
        code: 'unit-slip',
        severity: 'warning',
        proposal: { from, to },
      }),
    );
  });

  it('propose a voxel size in ångström for one in nanometres', () => {
    expect(ofTomogram({ voxel_size_a: 0.784 })).toMatchObject([
      { pointer: at('tomograms/raw/voxel_size_a'), code: 'unit-slip', proposal: { from: 0.784, to: 7.84 } },
    ]);
  });

  it('propose what is sound where it was not', () => {
    const broken = (volts: unknown) => ({
      ...cryoetDataset.example.metadata,
      datasets: { yeast: { ...yeast, run_defaults: { ...yeast.run_defaults, acceleration_voltage_v: volts } } },
    });
    const [note] = notesOf(broken(300));

    expect(faultsOf(cryoetDataset, broken(300))).toMatchObject([
      { detail: expect.stringContaining('did you mean 300000?') },
    ]);
    expect(faultsOf(cryoetDataset, broken(note?.proposal?.to))).toEqual([]);
  });

  it.each([
    ['acceleration_voltage_v', 250_000],
    ['cs_mm', 6],
    ['tilt_step_deg', 30],
    ['dose_per_stack_e_a2', 60],
    ['total_dose_e_a2', 500],
  ])('call %s of %j unusual', (field, value) => {
    expect(ofDefaults({ [field]: value })).toContainEqual(
      expect.objectContaining({ pointer: at(`run_defaults/${field}`), code: 'unusual' }),
    );
  });

  it.each([[10], [20], [1], [30]])('take a voxel size of %j Å for usual', (voxel_size_a) => {
    expect(ofTomogram({ voxel_size_a })).toEqual([]);
  });

  it.each([
    ['a camera of another manufacturer', { camera_manufacturer: 'TFS' }, 'camera_manufacturer', 'disagrees'],
    [
      'another spelling of a manufacturer',
      { camera_model: 'Falcon 4i', camera_manufacturer: 'Thermo Fisher' },
      'camera_manufacturer',
      'spelling',
    ],
    ['an aberration that nothing has corrected', { cs_mm: 0.01 }, 'image_corrector', 'disagrees'],
    ['movie stacks that are not deposited', { frames_not_deposited: true }, 'frames_not_deposited', 'left-out'],
  ])('tell of %s', (_, changed, field, code) => {
    expect(ofDefaults(changed)).toMatchObject([{ pointer: at(`run_defaults/${field}`), code }]);
  });

  it('tell of what one run declares where it declares it, and of the rest nothing', () => {
    const runs = { A: { cs_mm: 0.0027 }, B: {}, C: { camera_model: 'Falcon 4i' } };

    expect(of({ runs }).map(({ pointer }) => pointer)).toEqual([at('runs/A/cs_mm'), at('runs/C/camera_manufacturer')]);
  });

  it('name the first twenty of a thousand runs, and count the others', () => {
    const runs = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`TS_${i}`, { cs_mm: 2700 }]));
    const notes = of({ runs });

    expect(notes).toHaveLength(21);
    expect(notes.at(-1)).toMatchObject({ pointer: at('runs'), message: expect.stringContaining('980 more runs') });
  });

  it.each<[string, object, string, string]>([
    ['one step', { sample_preparation: 'Growth of Ca2+ free cells' }, 'sample_preparation', 'one-step'],
    ['many sentences', { description: 'One. Two. Three. Four. Five. Six.' }, 'description', 'many-sentences'],
    ['a title that is a file name', { title: 'TS_001.mrc' }, 'title', 'spelling'],
    ['a grant twice', { funding: [...yeast.funding, ...yeast.funding] }, 'funding/1', 'duplicate'],
    [
      'a taxon of another name',
      { organism: { name: 'Homo sapiens', taxonomy_id: 10_090 } },
      'organism/name',
      'disagrees',
    ],
    ['a strain without an identifier', { cell_strain: { name: 'W303', id: 'unknown' } }, 'cell_strain/id', 'left-out'],
    ['a kind of cells that is left open', { cell_kind: undefined }, 'cell_kind', 'left-out'],
  ])('tell of %s', (_, changed, field, code) => {
    expect(of(changed)).toMatchObject([{ pointer: at(field), code }]);
  });

  it('tell of a publication that is there twice, however it was written', () => {
    const cross_references = ['https://doi.org/10.1038/X', { kind: 'DOI', value: '10.1038/x' }, 'EMD 1234', 'emd-1234'];

    expect(notesOf({ cross_references }).map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/cross_references/1', 'duplicate'],
      ['/cross_references/3', 'duplicate'],
    ]);
  });

  it('tell of names in capitals, missing ORCID iDs and odd RORs', () => {
    const authors = [
      { name: 'A. B. CARBERRY', no_orcid_reason: 'Has none.', affiliation_ror: 'Brown' },
      { name: 'Li Wu' },
    ];

    expect(notesOf({ authors, cross_references_none_yet: true }).map(({ pointer }) => pointer)).toEqual([
      '/authors/0/name',
      '/authors/0/no_orcid_reason',
      '/authors/0/affiliation_ror',
      '/cross_references_none_yet',
    ]);
  });

  it.each<[string, object, string, string]>([
    ['an object beyond the policy', { object_id: 'CL:0000066' }, 'object_id', 'beyond-policy'],
    [
      'a method of one step',
      { method: { ...yeast.annotations.ribosomes.method, description: 'By eye' } },
      'method/description',
      'one-step',
    ],
    ['a method without links', { method: { description: 'a + b' } }, 'method/links', 'left-out'],
  ])('tell of %s', (_, changed, field, code) => {
    expect(ofAnnotation(changed)).toMatchObject([{ pointer: at(`annotations/ribosomes/${field}`), code }]);
  });

  it('tell of a file of two annotations, and leave software that made nothing to X-38', () => {
    const { ribosomes } = yeast.annotations;

    expect(of({ annotations: { ribosomes, copies: ribosomes } })).toMatchObject([
      { pointer: at('annotations/copies/files/0/path'), code: 'duplicate' },
    ]);
    expect(ofTomogram({ processing_software: 'IsoNet' })).toEqual([]);
  });

  it('tell that all runs are rated alike', () => {
    expect(ofDefaults({ tilt_series_quality: 4 })).toMatchObject([{ pointer: at('runs'), severity: 'info' }]);
  });

  it('are made of whatever the metadata are', () => {
    fc.assert(
      fc.property(fc.anything(), fc.jsonValue(), (a, b) => {
        const spoilt = {
          authors: a,
          cross_references: b,
          datasets: { x: { ...yeast, runs: a, run_defaults: b, tissue: a } },
        };

        expect(Array.isArray(notesOf(a))).toBe(true);
        expect(Array.isArray(notesOf(spoilt))).toBe(true);
        for (const profile of ALL) faultsOf(profile, spoilt);
      }),
    );
  });
});
