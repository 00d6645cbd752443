/** Under which policy is something submitted? What is agreed to, under which licence the data are then, and in which version. */
export interface Policy {
  /** Goes up when the sentences change: what was accepted before was another text. */
  readonly version: string;
  /** By its SPDX identifier. */
  readonly licence: 'CC0-1.0' | 'CC-BY-4.0';
  readonly text: readonly string[];
}

const RIGHTS = [
  'You may give the permission to display and distribute these data, and to make others from them.',
  'The data do not identify any person; to see to that is your responsibility.',
  'Personal data of the submitter are processed as the privacy policy says.',
];

/** Specification cryoet.md, section 1.3. */
export const PUBLIC_DOMAIN: Policy = {
  version: '2026-11',
  licence: 'CC0-1.0',
  text: [
    ...RIGHTS,
    'Once published, anybody may use the data under CC0; the names of the authors, and how to reach the corresponding ones, become public.',
  ],
};

/** Specification single-cell.md, section 2. */
export const ATTRIBUTION: Policy = {
  version: '2026-11',
  licence: 'CC-BY-4.0',
  text: [
    ...RIGHTS,
    'Once published, anybody may use the data under CC BY 4.0; the name and the address of the contact become public.',
  ],
};
