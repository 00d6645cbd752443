/** How much may differ before a rule speaks? Data, shown with each rule: specification cryoet.md, section 5. */

export interface Tolerance {
  readonly value: number;
  readonly unit: string;
}

/** `±0.01 °` */
export const shown = ({ value, unit }: Tolerance): string => `±${value}${unit ? ` ${unit}` : ''}`;

const of = (value: number, unit: string): Tolerance => ({ value, unit });

/** By rule, and where it has several by what is compared. */
export const TOLERANCES = {
  'X-08': { same: of(0.01, '°'), near: of(0.1, '°') },
  // The offset between the lines, what of it is worth a word, and how far the lines may differ from one another.
  'X-11': { offset: of(15, '°'), told: of(1, '°'), spread: of(2, '°') },
  'X-16': { spread: of(0.1, '°') },
  'X-18': { angle: of(0.1, '°') },
  'X-19': { step: of(0.1, '°'), deviating: of(4, 'steps') },
  'X-20': { axis: of(10, '°') },
  // Whichever is more.
  'X-21': { dose: of(1, 'e⁻/Å²'), share: of(2, '%') },
  'X-22': { dose: of(1, '%') },
  'X-24': { pixel: of(0.001, 'Å') },
  'X-25': { ratio: of(1, '%') },
  'X-26': { near: of(2, 'pixels'), crop: of(5, '%') },
  'X-29': { size: of(0.001, 'Å') },
  'X-30': { ratio: of(1, '%') },
  'X-32': { angle: of(0.1, '°') },
  'X-33': { ratio: of(1, '%') },
  'X-34': { declared: of(0.01, '') },
  'X-35': { thickness: of(2, 'voxels') },
  'X-36': { extent: of(1, '%'), voxels: of(1, 'voxel') },
  'X-37': { scale: of(0.001, 'Å') },
  'X-39': { voxel: of(0.001, 'Å') },
  'X-41': { edge: of(1, 'voxel'), outside: of(1, '%') },
  'X-43': { ratio: of(1, '%') },
  'X-46': { edge: of(1, 'voxel'), share: of(1e-6, 'of the volume') },
  // Of the image.
  'X-48': { share: of(100, '%') },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Tolerance>>>>;
