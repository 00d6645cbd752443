/** Which reference data are there for an edition of the schema? What is installed, or the starter set. */
import type { Reference } from './reference.js';

export function referenceFor(schema: string): Reference {
  const genes = { isWhole: false, gene: () => null };
  return { schema, origin: 'starter', ontology: () => null, ontologyOf: () => null, genes };
}
