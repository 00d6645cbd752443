import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { AnnotationValues, RunValues, TomogramValues } from '../deposition/declared.js';
import type { Annotations } from './cryoet/annotations.js';
import type { AlignmentFields, RunFields } from './cryoet/datasets.js';
import type { Tomograms } from './cryoet/tomograms.js';
import { cryoetAnnotations } from './cryoet-annotations.profile.js';
import { cryoetDataset } from './cryoet-dataset.profile.js';
import { cryoetTomograms } from './cryoet-tomograms.profile.js';
import { faultsOf, formOf, type Profile, tidied } from './profile.js';

type Json = Record<string, unknown>;

/** The example with one value changed; `undefined` takes it away. */
function spoilt(profile: Profile, pointer: string, value: unknown): Json {
  const metadata = structuredClone(profile.example.metadata) as Json;
  const steps = pointer.slice(1).split('/');
  const last = steps.pop() ?? '';
  const within = steps.reduce<Json>((object, step) => object[step] as Json, metadata);
  if (value === undefined) delete within[last];
  else within[last] = value;
  return metadata;
}

const faults = (profile: Profile, pointer: string, value: unknown) =>
  faultsOf(profile, spoilt(profile, pointer, value));
const pointers = (profile: Profile, pointer: string, value: unknown) =>
  faults(profile, pointer, value).map((fault) => fault.pointer);

const at = (field: string) => `/datasets/yeast/${field}`;
const term = (id: string) => ({ name: 'a name', id });

describe.each([
  ['a data set', cryoetDataset],
  ['annotations', cryoetAnnotations],
  ['tomograms', cryoetTomograms],
])('the metadata of %s', (_, profile) => {
  it('are sound in the example, and stay as they are', () => {
    expect(faultsOf(profile, profile.example.metadata)).toEqual([]);
    expect(faultsOf(profile, tidied(profile, profile.example.metadata))).toEqual([]);
  });

  it('are asked for as a whole', () => {
    expect(faultsOf(profile, {}).map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/description', '/authors', '/datasets', '/cross_references']),
    );
  });

  it('are a form whose fields have titles and descriptions', () => {
    expect([...untitled(formOf(profile) as Json, '')]).toEqual([]);
  });

  it.each([
    [null],
    [7],
    ['x'],
    [[]],
    [{ datasets: 7 }],
    [{ datasets: { a: null } }],
    [{ datasets: { a: { runs: [] } } }],
  ])('refuse %j with faults', (metadata) => {
    expect(faultsOf(profile, metadata).length).toBeGreaterThan(0);
  });
});

/** Pointers of properties without a title or a description. */
function* untitled(schema: Json, pointer: string): Iterable<string> {
  for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, Json>)) {
    if (!property.title || !property.description) yield `${pointer}/${name}`;
    yield* untitled(property, `${pointer}/${name}`);
  }
  for (const inner of [schema.items, schema.additionalProperties])
    if (typeof inner === 'object' && inner) yield* untitled(inner as Json, `${pointer}/*`);
}

describe('what is declared of runs, tomograms and annotations', () => {
  it('has the types by which the rules between files judge', () => {
    type Run = z.infer<typeof RunFields> & z.infer<typeof AlignmentFields>;
    type Tomogram = z.infer<typeof Tomograms>[string];
    type Annotation = z.infer<typeof Annotations>[string];

    expectTypeOf<{ [K in keyof Run]: Run[K] }>().toEqualTypeOf<{ -readonly [K in keyof RunValues]: RunValues[K] }>();
    expectTypeOf<keyof Tomogram>().toEqualTypeOf<keyof TomogramValues>();
    expectTypeOf<Tomogram>().toExtend<TomogramValues>();
    expectTypeOf<Required<TomogramValues>>().toExtend<Tomogram>();
    expectTypeOf<keyof AnnotationValues>().toExtend<keyof Annotation>();
    expectTypeOf<Annotation>().toExtend<AnnotationValues>();
    type File = NonNullable<AnnotationValues['files']>[number];
    expectTypeOf<keyof Annotation['files'][number]>().toEqualTypeOf<keyof File>();
    expectTypeOf<Required<File>>().toExtend<Annotation['files'][number]>();
  });

  it('says its unit in the form', () => {
    const { datasets } = formOf(cryoetDataset).properties as { datasets: { additionalProperties: Json } };
    const { run_defaults } = datasets.additionalProperties.properties as { run_defaults: Json };

    expect(run_defaults.properties).toMatchObject({
      acceleration_voltage_v: { unit: 'V', requiredOfRun: true, minimum: 20_000 },
      cs_mm: { unit: 'mm' },
      dose_per_stack_e_a2: { unit: 'e⁻/Å²' },
    });
  });
});

describe('the metadata of a data set', () => {
  it.each<[string, string, unknown]>([
    ['a description without a sentence', '/description', 'Tilt series of yeast, without an end'],
    ['a description of few letters', '/description', 'Yeast. Cells.'],
    ['no author', '/authors', []],
    ['a title of nothing', at('title'), ' '],
    ['no funding', at('funding'), []],
    ['a sample type that is not on the list', at('sample_type'), 'yeast'],
    ['a term of another ontology', at('cell_type'), term('GO:0005840')],
    ['a term without an identifier', at('cell_type'), { name: 'fungal cell' }],
    ['an empty step of preparation', at('sample_preparation'), 'Growth +  + dilution'],
    ['no other information', at('other_setup'), undefined],
    ['a key photo by http', at('key_photo'), 'http://example.org/a.png'],
    ['a run by a name that climbs out', at('runs/TS..1'), {}],
    ['no runs', at('runs'), {}],
    ['a run by a name with a slash', at('runs'), { TS_001: {}, 'TS/1': {} }],
    ['a field that nobody knows', at('run_defaults/voltage'), 300],
    ['a data set by a name of spaces', '/datasets/ ', {}],
    ['a voxel size of zero', at('tomograms/raw/voxel_size_a'), 0],
    ['a tomogram without its method', at('tomograms/raw/reconstruction_method'), undefined],
    ['a tomogram of which it is open whether CTF was corrected', at('tomograms/raw/ctf_corrected'), undefined],
    ['an annotation of nothing', at('annotations/ribosomes/object_id'), 'MONDO:0005015'],
    ['an annotation without files', at('annotations/ribosomes/files'), []],
    ['an annotation without authors', at('annotations/ribosomes/authors'), undefined],
    ['an annotation that leaves its truth open', at('annotations/ribosomes/ground_truth'), undefined],
    ['a method link by http', at('annotations/ribosomes/method/links'), [{ url: 'http://a.org/', type: 'other' }]],
  ])('refuse %s', (_, pointer, value) => {
    const found = pointers(cryoetDataset, pointer, value);

    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(pointer.replace(/\/(runs|\.\.|voltage)$/, '')), found[0]).toBe(true);
  });

  it.each([
    ['cell', ['cell_type', 'cell_strain']],
    ['tissue', ['tissue']],
    ['organoid', ['tissue']],
    ['organelle', ['cell_component']],
    ['organism', []],
    ['virus', []],
    ['other', []],
  ])('of the sample type %s ask for %j', (type, fields) => {
    const bare = { cell_kind: undefined, cell_type: undefined, cell_strain: undefined };
    const { datasets } = cryoetDataset.example.metadata;
    const metadata = {
      ...cryoetDataset.example.metadata,
      datasets: { yeast: { ...datasets.yeast, ...bare, sample_type: type } },
    };

    expect(faultsOf(cryoetDataset, metadata)).toEqual(
      fields.map((field) => ({ pointer: at(field), detail: `is missing: the sample type is ${type}` })),
    );
  });

  it('take the kinds of cells of the portal for sample types', () => {
    const sent = spoilt(cryoetDataset, at('sample_type'), 'cell_line');

    expect(faultsOf(cryoetDataset, sent)).toEqual([]);
    expect(tidied(cryoetDataset, sent)).toMatchObject({
      datasets: { yeast: { sample_type: 'cell', cell_kind: 'cell_line' } },
    });
  });

  it('want no organism of a sample in vitro that says why', () => {
    const excused = (type: string) => ({
      ...cryoetDataset.example.metadata,
      datasets: {
        yeast: {
          ...cryoetDataset.example.metadata.datasets.yeast,
          sample_type: type,
          organism: { not_applicable: 'Purified proteins of several.' },
          cell_component: term('GO:0005840'),
        },
      },
    });

    expect(faultsOf(cryoetDataset, excused('in_vitro'))).toEqual([]);
    expect(faultsOf(cryoetDataset, excused('organelle'))).toMatchObject([{ pointer: at('organism/not_applicable') }]);
    expect(pointers(cryoetDataset, at('organism'), {})).toEqual([at('organism/name'), at('organism/taxonomy_id')]);
  });

  it('ask for a grant number, or that there is none', () => {
    expect(pointers(cryoetDataset, at('funding'), [{ agency_name: 'A' }])).toEqual([at('funding/0/grant_id')]);
    expect(pointers(cryoetDataset, at('funding'), [{ agency_name: 'A', no_grant_id: true }])).toEqual([]);
  });

  it('ask for software where tomograms are not raw', () => {
    expect(faults(cryoetDataset, at('tomograms/raw/post_processing'), 'denoised')).toEqual([
      { pointer: at('tomograms/raw/processing_software'), detail: 'is missing: the tomograms are denoised' },
    ]);
  });

  it('have annotations on tomograms that there are', () => {
    const pointer = at('annotations/ribosomes/files/0/reference_tomogram');

    expect(faults(cryoetDataset, pointer, 'constructor')).toEqual([
      { pointer, detail: 'expected a key of the tomograms (raw), found constructor' },
    ]);
  });

  it('refuse a row of files for a run that there is not', () => {
    const rows = [
      { run_name: 'TS_001', kind: 'gain', path: 'gain.mrc' },
      { run_name: 'TS_1', kind: 'gain', path: 'gain.mrc' },
    ];

    expect(pointers(cryoetDataset, at('file_mapping'), rows)).toEqual([at('file_mapping/1/run_name')]);
  });

  it.each<[string, string, unknown, string[]]>([
    ['what a program found as ground truth', 'method/type', 'automated', []],
    ['precision without ground truth', 'confidence', { precision: 90 }, ['confidence/ground_truth_used']],
    [
      'precision above 100 %',
      'confidence',
      { precision: 101, ground_truth_used: 'By hand.' },
      ['confidence/precision'],
    ],
    ['precision and recall', 'confidence', { precision: 90, recall: 80, ground_truth_used: 'By hand.' }, []],
  ])('judge %s of an annotation', (_, field, value, found) => {
    expect(pointers(cryoetDataset, at(`annotations/ribosomes/${field}`), value)).toEqual(
      found.map((each) => at(`annotations/ribosomes/${each}`)),
    );
  });

  it('refuse as ground truth what a program found by itself', () => {
    const metadata = spoilt(cryoetDataset, at('annotations/ribosomes/ground_truth'), true);
    expect(faultsOf(cryoetDataset, metadata)).toEqual([]);

    const { annotations } = (metadata.datasets as { yeast: { annotations: { ribosomes: { method: Json } } } }).yeast;
    annotations.ribosomes.method.type = 'automated';

    expect(faultsOf(cryoetDataset, metadata)).toMatchObject([{ pointer: at('annotations/ribosomes/ground_truth') }]);
  });

  it('keep voxel sizes to three decimals, and whole ones', () => {
    const kept = (size: number) =>
      tidied(cryoetDataset, spoilt(cryoetDataset, at('tomograms/raw/voxel_size_a'), size)) as Json;

    expect(kept(7.84049)).toMatchObject({ datasets: { yeast: { tomograms: { raw: { voxel_size_a: 7.84 } } } } });
    expect(kept(10)).toMatchObject({ datasets: { yeast: { tomograms: { raw: { voxel_size_a: 10 } } } } });
  });
});

describe('the cross references of metadata', () => {
  const of = (...cross_references: unknown[]) => spoilt(cryoetDataset, '/cross_references', cross_references);
  const found = (metadata: Json) => faultsOf(cryoetDataset, metadata);

  it('are kept in one form, with the kind that they are of', () => {
    const sent = of('https://doi.org/10.1038/x', { value: 'EMD 1234' }, { kind: 'PDB', value: 'pdb_00001abc' });

    expect(found(sent)).toEqual([]);
    expect(tidied(cryoetDataset, sent).cross_references).toEqual([
      { kind: 'DOI', value: '10.1038/x' },
      { kind: 'EMDB', value: 'EMD-1234' },
      { kind: 'PDB', value: 'PDB-1ABC' },
    ]);
  });

  it('are refused where they are of another kind, or of none', () => {
    expect(found(of({ kind: 'DOI', value: 'EMD-1234' }))).toEqual([
      {
        pointer: '/cross_references/0/value',
        detail: 'expected an identifier of DOI, as in 10.1038/s41586-020-2649-2; this is one of EMDB',
      },
    ]);
    expect(found(of({ kind: 'EMPIAR', value: 'soon' })).map(({ pointer }) => pointer)).toEqual([
      '/cross_references/0/value',
    ]);
    expect(found(of('soon'))).toEqual([
      { pointer: '/cross_references/0', detail: 'expected a DOI, or an entry of EMPIAR, EMDB or PDB' },
    ]);
    expect(found(of({ value: 'soon' }))).toEqual([{ pointer: '/cross_references/0/kind', detail: 'is missing' }]);
    expect(found(of(7)).map(({ pointer }) => pointer)).toEqual(['/cross_references/0']);
  });

  it('may be none, if it is said', () => {
    expect(found(of()).map(({ pointer }) => pointer)).toEqual(['/cross_references']);
    expect(found({ ...of(), cross_references_none_yet: true })).toEqual([]);
    expect(found({ ...of('10.1038/x'), cross_references_none_yet: true }).map(({ pointer }) => pointer)).toEqual([
      '/cross_references_none_yet',
    ]);
  });
});

describe('the metadata of what is added to data sets', () => {
  it('ask for the state of an object in annotations of their own, and not with their data set', () => {
    const pointer = at('annotations/ribosomes/object_state');

    expect(pointers(cryoetAnnotations, pointer, undefined)).toEqual([pointer]);
    expect(pointers(cryoetDataset, pointer, undefined)).toEqual([]);
  });

  it.each([cryoetAnnotations, cryoetTomograms])(
    'bring something for each target of $id, and for no other',
    (profile) => {
      const targets = [
        { record: 'ACC-000001', dataset: 'yeast' },
        { record: 'ACC-000002', dataset: 'yeast', key: 'other' },
      ];

      expect(pointers(profile, '/target_datasets', targets)).toEqual(['/target_datasets/1']);
      expect(pointers(profile, '/target_datasets', [{ ...targets[0], dataset: 'mould' }])).toEqual([
        '/datasets/yeast',
        '/target_datasets/0',
      ]);
      expect(pointers(profile, '/target_datasets', [targets[0], targets[0]])).toEqual(['/target_datasets/1/key']);
      expect(pointers(profile, '/target_datasets/0/record', 'EMD-1234')).toEqual(['/target_datasets/0/record']);
      expect(pointers(profile, '/target_datasets', [])).toContain('/target_datasets');
    },
  );

  it('are asked for at least one tomogram, and one annotation', () => {
    expect(pointers(cryoetTomograms, at('tomograms'), {})).toEqual([at('tomograms')]);
    expect(pointers(cryoetAnnotations, at('annotations'), {})).toEqual([at('annotations')]);
  });

  it('need nothing of how tilt series were taken', () => {
    expect(pointers(cryoetTomograms, at('run_defaults/cs_mm'), 2.7)).toEqual([at('run_defaults')]);
  });
});
