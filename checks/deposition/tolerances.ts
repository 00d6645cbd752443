/** How much may differ before a rule speaks? Data, shown with each rule: specification cryoet.md, section 5. */

export interface Tolerance {
  readonly value: number;
  readonly unit: string;
}

const of = (value: number, unit: string): Tolerance => ({ value, unit });

/** By rule, and where it has several by what is compared. */
export const TOLERANCES = {
  'X-08': { same: of(0.01, '°'), near: of(0.1, '°') },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Tolerance>>>>;
