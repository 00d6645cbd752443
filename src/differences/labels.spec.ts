import { describe, expect, it } from 'vitest';
import { ALL } from '../../checks/profiles/index.js';
import type { Profile } from '../../checks/profiles/profile.js';
import { labelOf } from './labels.js';

const profile = (id: string, version: string): Profile => {
  const found = ALL.find((one) => one.id === id && one.version === version);
  if (!found) throw new Error(`there is no profile ${id} ${version}`);
  return found;
};
const OF = { cells: profile('single-cell', '1.1'), runs: profile('cryoet-dataset', '2.0') };

describe('the label of a field', () => {
  it.each<[of: keyof typeof OF, pointer: string, label: string]>([
    ['cells', '/title', 'Title'],
    ['cells', '/metadata', 'Metadata'],
    ['cells', '/metadata/contact_email', 'Contact e-mail'],
    ['cells', '/metadata/links/3/uri', 'Links › uri'],
    ['cells', '/metadata/consortia/0', 'Consortia'],
    ['cells', '/metadata/nonsense/deep', 'nonsense › deep'],
    ['cells', '/metadata/constructor', 'constructor'],
    ['runs', '/metadata/authors/0/orcid', 'Authors › ORCID iD'],
    ['runs', '/metadata/datasets/a~1b/title', 'Data sets › a/b › Title'],
    ['runs', '/metadata/datasets/main/runs/TS_01/voltage', 'Data sets › main › Runs › TS_01 › voltage'],
  ])('of %s at %s is told by the form', (of, pointer, label) => {
    expect(labelOf(OF[of], pointer)).toBe(label);
  });
});
