/** What does a small, sound list of particles look like? Builders of text: name only what to spoil. */

export interface StarParts {
  /** Before the block of particles. */
  readonly before: string;
  readonly block: string;
  readonly labels: readonly string[];
  readonly rows: readonly string[];
}

const RELION_LABELS = [
  ...['rlnTomoName', 'rlnCoordinateX', 'rlnCoordinateY', 'rlnCoordinateZ'],
  ...['rlnAngleRot', 'rlnAngleTilt', 'rlnAnglePsi', 'rlnOpticsGroup'],
];

export const OPTICS = `data_optics

loop_
_rlnOpticsGroup #1
_rlnTomoTiltSeriesPixelSize #2
_rlnMicrographBinning #3
1 1.7005 4
`;

/** Particles of RELION 4 in two tomograms, that no rule has anything to say about. */
export function starText(parts: Partial<StarParts> = {}): string {
  const { before = OPTICS, block = 'particles', labels = RELION_LABELS } = parts;
  const { rows = ['TS_01 100.5 200 300 10 20 -30 1', 'TS_01 110 220.5 310 0 90 0 1', 'TS_02 1 2 3.5 0 0 0 1'] } = parts;
  const head = labels.map((label, i) => `_${label} #${i + 1}`);
  return `# version 30001\n\n${before}\n# version 30001\n\ndata_${block}\n\nloop_\n${[...head, ...rows].join('\n')}\n\n`;
}

const MOTIVE_LABELS = [
  ...['motl_idx', 'tomo_num', 'object', 'subtomo_num', 'halfset', 'orig_x', 'orig_y', 'orig_z'],
  ...['score', 'x_shift', 'y_shift', 'z_shift', 'phi', 'psi', 'the', 'class'],
];

/** A motive list of STOPGAP, which leaves a line blank between labels and rows. */
export function motiveText({
  labels = MOTIVE_LABELS,
  rows = ['1 5 1 1 A 10 20 30 0.5 1 2 -3 90 180 45 1'],
} = {}): string {
  return `\ndata_stopgap_motivelist\n\nloop_\n${labels.map((label) => `_${label}`).join('\n')}\n\n${rows.join('\n')}\n`;
}

/** Points as a table with a header. */
export const tableText = (rows: readonly string[] = ['1.5,2,3', '4,5,6.25', '7,8,9'], header = 'x,y,z'): string =>
  `${[header, ...rows].join('\n')}\n`;
