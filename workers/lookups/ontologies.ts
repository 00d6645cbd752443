/** What does the Ontology Lookup Service know of a term? Its label and synonyms, as the ontology itself has them. */
import { z } from 'zod';
import { iriOf } from '../../src/lookups/kinds.js';
import type { Answered } from '../../src/lookups/lookup-work.service.js';
import { type Asking, Lines, LookupFailed, MaybeLine, notFound, read, verified } from './answers.js';

/** Terms of GO name parts of cells here, and never what goes on in them. */
const COMPONENT = 'GO:0005575';

const Term = z.object({
  iri: z.string(),
  label: MaybeLine,
  synonyms: Lines,
  is_defining_ontology: z.boolean().nullish().catch(null),
  is_obsolete: z.boolean().nullish().catch(null),
});
type Term = z.output<typeof Term>;

const Terms = z.object({
  _embedded: z.object({ terms: z.array(z.unknown()) }).optional(),
  page: z.object({ totalElements: z.int() }),
});

export async function termIn(ols: Asking, curie: string): Promise<Answered> {
  const iri = iriOf(curie);
  const found = await termsAt(ols, `/terms?iri=${encodeURIComponent(iri)}&size=200`);
  const those = found.filter((term) => term.iri === iri);
  const own = those.find((term) => term.is_defining_ontology) ?? those[0];
  if (!own) {
    // Answers about something else are none.
    if (found.length > 0) throw new LookupFailed('has answered about another term.');
    return notFound();
  }
  if (curie.startsWith('GO:') && curie !== COMPONENT && !(await isComponent(ols, iri)))
    return notFound(`${curie} (${own.label ?? 'without a label'}) is not below cellular component (${COMPONENT}).`);
  return verified([own.label, ...own.synonyms], own.is_obsolete ? 'The term is obsolete.' : null);
}

async function isComponent(ols: Asking, iri: string): Promise<boolean> {
  const twice = encodeURIComponent(encodeURIComponent(iri));
  const ancestors = await termsAt(ols, `/ontologies/go/terms/${twice}/ancestors?size=500`);
  return ancestors.some((term) => term.iri === iriOf(COMPONENT));
}

async function termsAt(ols: Asking, path: string): Promise<Term[]> {
  const told = await read(ols, path, Terms);
  return (told?._embedded?.terms ?? []).flatMap((term) => Term.safeParse(term).data ?? []);
}
