/** Of which kinds are the assays of a file? Kinds are terms, and what lies below them; null where that cannot be decided. */
import type { Reference } from '../../reference/reference.js';
import type { H5ad } from './h5ad.js';

/** Whether `id` is `root` or below it; null where the reference knows too little. */
export function isWithin(reference: Reference, id: string, root: string): boolean | null {
  if (id === root) return true;
  const ontology = reference.ontologyOf(root);
  if (!ontology) return null;
  if (ontology.term(id)) return ontology.isBelow(id, root);
  // What no ontology of this prefix would have is not below any of its terms.
  return ontology.isWhole || reference.ontologyOf(id)?.name !== ontology.name ? false : null;
}

/** True before null before false: whether any is, or might be. */
export const anyOf = (answers: Iterable<boolean | null>): boolean | null => {
  let found: boolean | null = false;
  for (const answer of answers) {
    if (answer) return true;
    if (answer === null) found = null;
  }
  return found;
};

export const allOf = (answers: Iterable<boolean | null>): boolean | null => {
  const not = anyOf([...answers].map((answer) => (answer === null ? null : !answer)));
  return not === null ? null : !not;
};

/** Some row's assay is below the Visium term (and not the term itself). */
export const isVisium = ({ assays, reference, schema }: H5ad): boolean | null =>
  assays && anyOf([...assays.keys()].map((assay) => isBelow(reference, assay, schema.spatial.visium)));

const isBelow = (reference: Reference, id: string, root: string): boolean | null =>
  id === root ? false : isWithin(reference, id, root);

/** Visium, and `uns.spatial.is_single` is true: one section with all of its spots. */
export const isVisiumSection = (h5ad: H5ad): boolean | null => (h5ad.isSingle ? isVisium(h5ad) : false);

export const is11mm = ({ assays, schema }: H5ad): boolean => assays?.has(schema.spatial.visium11mm) ?? false;

export const isSlideSeq = ({ assays, schema }: H5ad): boolean => assays?.has(schema.spatial.slideSeq) ?? false;

/** Whether there must be raw counts: of all assays but those that measure accessibility or methylation alone. */
export function needsRawCounts({ assays, reference, schema }: H5ad): boolean | null {
  if (!assays) return null;
  const { ifWithinAll, unlessWithin } = schema.rawCounts;
  const all = [...assays.keys()];
  const isPaired = anyOf(all.map((id) => allOf(ifWithinAll.map((root) => isWithin(reference, id, root)))));
  const isOther = anyOf(all.flatMap((id) => unlessWithin.map((root) => isWithin(reference, id, root))));
  return anyOf([isPaired, isOther === null ? null : !isOther]);
}
