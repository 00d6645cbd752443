/** What do complete and sound metadata look like, of each kind of deposition? */

/** The person that ORCID shows its identifiers with. */
const authors = [
  {
    name: 'Josiah Carberry',
    orcid: '0000-0002-1825-0097',
    email: 'j.carberry@example.org',
    is_primary: true,
    is_corresponding: true,
    affiliation_name: 'Brown University',
    affiliation_ror: '05gq02987',
  },
];

const method = {
  description: 'Template matching at a voxel size of 10 Å + removal of false positives by eye',
  software: 'STOPGAP 0.7',
  type: 'hybrid',
  links: [{ url: 'https://example.org/templates', type: 'documentation', name: 'Templates' }],
};

const ribosomes = {
  object_name: 'cytosolic ribosome',
  object_id: 'GO:0022626',
  object_state: 'translating',
  authors,
  cross_references: [{ kind: 'DOI', value: '10.1038/s41586-020-2649-2' }],
  method,
  ground_truth: false,
};

const raw = {
  voxel_size_a: 7.84,
  ctf_corrected: true,
  reconstruction_method: 'WBP',
  reconstruction_software: 'IMOD 4.12',
  post_processing: 'raw',
};

const alignment = { alignment_software: 'IMOD', alignment_method: 'patch_tracking', alignment_type: 'GLOBAL' };

export const datasetExample = {
  description: 'Tilt series and tomograms of vitrified yeast cells. They were thinned by focused ion beam milling.',
  authors,
  cross_references: [
    { kind: 'DOI', value: '10.1038/s41586-020-2649-2' },
    { kind: 'EMPIAR', value: 'EMPIAR-10001' },
  ],
  datasets: {
    yeast: {
      title: 'Ribosomes in the cytosol of yeast',
      description: 'Lamellae of cells in exponential growth. Ribosomes are annotated in each tomogram.',
      funding: [{ agency_name: 'European Research Council', grant_id: '000001' }],
      sample_type: 'cell',
      cell_kind: 'primary_cell_culture',
      cell_type: { name: 'fungal cell', id: 'CL:0000521' },
      cell_strain: { name: 'Saccharomyces cerevisiae S288C', id: 'NCBITaxon:559292' },
      organism: { name: 'Saccharomyces cerevisiae', taxonomy_id: 4932 },
      sample_preparation: 'Growth in YPD at 30 °C + dilution to an optical density of 0.8',
      grid_preparation: 'Glow discharge of R2/1 grids for 30 s + blotting for 8 s from behind + plunging into ethane',
      other_setup: 'none',
      run_defaults: {
        is_gain_corrected: true,
        acceleration_voltage_v: 300_000,
        cs_mm: 2.7,
        tilt_min_deg: -60,
        tilt_max_deg: 60,
        tilt_step_deg: 3,
        tilt_scheme: 'dose_symmetric',
        dose_per_stack_e_a2: 3,
        acquisition_software: 'SerialEM',
        camera_manufacturer: 'Gatan',
        camera_model: 'K3',
        microscope_manufacturer: 'TFS',
        microscope_model: 'Titan Krios',
        energy_filter: 'Gatan BioQuantum',
        image_corrector: 'none',
        phase_plate: 'none',
        binning_from_frames: 1,
        tilt_axis_rotation_deg: 84.7,
        is_aligned: false,
        ...alignment,
      },
      runs: { TS_001: {}, TS_002: { tilt_max_deg: 57 } },
      tomograms: { raw },
      annotations: {
        ribosomes: {
          ...ribosomes,
          files: [{ path: 'annotations/{run_name}_ribosomes.star', reference_tomogram: 'raw' }],
        },
      },
    },
  },
};

const target_datasets = [{ record: 'ACC-000001', dataset: 'yeast' }];

export const annotationsExample = {
  description: 'Ribosomes in tomograms of yeast that are published. They were found by template matching.',
  authors,
  cross_references: [{ kind: 'DOI', value: '10.1038/s41586-020-2649-2' }],
  target_datasets,
  datasets: {
    yeast: {
      runs: { TS_001: {} },
      annotations: {
        ribosomes: { ...ribosomes, files: [{ path: '{run_name}_ribosomes.star', reference_tomogram: 'raw' }] },
      },
    },
  },
};

export const tomogramsExample = {
  description: 'Denoised tomograms of tilt series of yeast that are published. Their alignment is that of the record.',
  authors,
  cross_references: [{ kind: 'DOI', value: '10.1038/s41586-020-2649-2' }],
  target_datasets,
  datasets: {
    yeast: {
      run_defaults: { alignment_ref: 'alignment' },
      runs: { TS_001: {}, TS_002: alignment },
      tomograms: { denoised: { ...raw, post_processing: 'denoised', processing_software: 'cryo-CARE 0.3' } },
    },
  },
};
