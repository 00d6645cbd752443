/** Which fields of a profile's metadata say who has made the data? An anonymised link shows none of them. */

/** By profile; at whatever depth they stand. What they hold is withheld wherever else it is written, too. */
export const WITHHELD_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'single-cell': ['contact_name', 'contact_email', 'doi', 'consortia', 'links'],
  'cryoet-dataset': [
    ...['authors', 'tilt_series_authors', 'funding', 'cross_references', 'related_empiar_entry', 'links'],
  ],
  'cryoet-annotations': ['authors', 'cross_references', 'links', 'target_datasets'],
  'cryoet-tomograms': ['authors', 'cross_references', 'target_datasets'],
};

/** In what a profile does not know, as files tell it of themselves, and in profiles that have no row. */
const TELLING_NAME =
  /author|creator|submitter|contact|orcid|e-?mail|affiliat|institut|laborator|fund|grant|award|acknowledg|citation|^doi$|cross_ref|consorti/i;

export const isWithheld = (profile: string, field: string): boolean =>
  (WITHHELD_FIELDS[profile]?.includes(field) ?? false) || TELLING_NAME.test(field);

/** Of the fields within them, those whose values are words of ours. */
const OURS: ReadonlySet<string> = new Set(['kind', 'type', 'order', 'no_orcid_reason', 'dataset', 'key']);

interface Leaf {
  readonly field: string;
  readonly text: string;
}

/** What the withheld fields hold, with the name of the field that it stands in. */
export function* heldIn(profile: string, value: unknown, within: string | null = null): Iterable<Leaf> {
  if (typeof value === 'string' || typeof value === 'number') {
    if (within !== null) yield { field: within, text: String(value) };
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const field = Array.isArray(value) ? within : key;
    const isInside = within !== null || (!Array.isArray(value) && isWithheld(profile, key));
    if (isInside && field !== null && OURS.has(field)) continue;
    yield* heldIn(profile, inner, isInside ? field : null);
  }
}

/** The rest of them, field by field: what is left to read. */
export function* shownIn(profile: string, value: unknown, pointer = ''): Iterable<{ pointer: string; text: string }> {
  if (typeof value === 'string') yield { pointer, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && isWithheld(profile, key)) continue;
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Array.isArray(value)) yield { pointer: at, text: key };
    yield* shownIn(profile, inner, at);
  }
}
