/**
 * What does the published file of an ontology say? Its terms, with the parents from which the published ancestors follow.
 *
 * Parents are not the ancestors at distance 1: an ancestor that is reached only through a term of another ontology is
 * farther away than that and has nothing between. They are the ancestors that are above no other ancestor.
 */
import type { TermRecord } from './packed-ontology.js';

/** A term as published: `{label, deprecated, ancestors: {id: distance}, replaced_by, …}`. */
interface PublishedTerm {
  readonly label: string;
  readonly deprecated: boolean;
  readonly ancestors: Readonly<Record<string, number>>;
  readonly replaced_by?: string;
}

/** A term in short: label, deprecated 0 or 1, parents, and by what it is replaced. */
type ShortTerm = readonly [label: string, deprecated: 0 | 1, parents: readonly string[], replacedBy?: string];

/** What is no id there is prose, as "the term should be …". */
const ID = /^[A-Za-z]\w*[:_]\w+$/;
const idOf = (text: string | undefined): string | null => (text !== undefined && ID.test(text) ? text : null);

/** @throws an Error where the text is not of this form, or ancestors are none that parents could give */
export function publishedTerms(text: string): TermRecord[] {
  const terms = Object.entries(JSON.parse(text) as Readonly<Record<string, PublishedTerm>>);
  const places = new Map(terms.map(([id], place) => [id, place]));
  const ancestors = terms.map(([id, term]) =>
    Object.keys(fieldsOf(id, term).ancestors).map((ancestor) => {
      const place = places.get(ancestor);
      if (place === undefined) throw new Error(`The ancestor ${ancestor} of ${id} is no term.`);
      return place;
    }),
  );
  const parents = nextAbove(ancestors, (place) => terms[place]?.[0] ?? '');
  return terms.map(([id, { label, deprecated, replaced_by }], place) => ({
    ...{ id, label, isDeprecated: deprecated, replacedBy: idOf(replaced_by) },
    parents: (parents[place] ?? []).map((parent) => terms[parent]?.[0] ?? ''),
  }));
}

/** @throws an Error where the text is not of this form */
export function shortTerms(text: string): TermRecord[] {
  const terms = Object.entries(JSON.parse(text) as Readonly<Record<string, ShortTerm>>);
  return terms.map(([id, [label, deprecated, parents, replacedBy]]) => {
    if (typeof label !== 'string' || !Array.isArray(parents))
      throw new Error(`The term ${id} has no label or parents.`);
    return { id, label, isDeprecated: deprecated === 1, parents, replacedBy: idOf(replacedBy) };
  });
}

function fieldsOf(id: string, term: PublishedTerm): PublishedTerm {
  const { label, deprecated, ancestors } = term;
  if (typeof label === 'string' && typeof deprecated === 'boolean' && ancestors && typeof ancestors === 'object')
    return term;
  throw new Error(`The term ${id} has no label, ancestors or word on whether it is deprecated.`);
}

/** Of each term's ancestors, those that are above none of the others. */
function nextAbove(ancestors: readonly (readonly number[])[], nameOf: (place: number) => string): number[][] {
  // Who met a term last, as an ancestor of an ancestor.
  const met = new Int32Array(ancestors.length).fill(-1);
  const isAbove = new Int32Array(ancestors.length).fill(-1);
  return ancestors.map((above, place) => {
    for (const ancestor of above) isAbove[ancestor] = place;
    for (const ancestor of above) {
      for (const higher of ancestors[ancestor] ?? []) {
        if (isAbove[higher] !== place)
          throw new Error(`${nameOf(higher)} is above ${nameOf(ancestor)}, and not above ${nameOf(place)} below that.`);
        met[higher] = place;
      }
    }
    const next = above.filter((ancestor) => met[ancestor] !== place);
    // In a circle each is above the other, and none would be left.
    if (above.length > 0 && next.length === 0)
      throw new Error(`The ancestors of ${nameOf(place)} go round in a circle.`);
    return next;
  });
}
