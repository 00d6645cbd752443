/** Do the gene tables and ontologies say what the cases say of them? */
import { expect } from 'vitest';
import type { Gene, Reference } from '../../checks/reference/reference.js';
import { SCHEMA_7_0_0 } from '../../checks/schemas/schema-7.0.0.js';
import type { DataCase } from './cases.js';

/** Ask for each id; the case says in its note what there is, or that there is nothing. */
export function lookUp({ base, name, scope, mutations, expect: expected, note }: DataCase, reference: Reference): void {
  const ids = mutations.flatMap(({ ids = [] }) => (Array.isArray(ids) ? ids.map(String) : []));
  const about = /\[(\w+)\]$/.exec(name)?.[1] ?? '';
  const answers = ids.map((id): [string, unknown] => {
    if (scope === 'termLookup') return [id, labelIn(reference, id, expected === 'throws' ? CELL_TYPES : about)];
    const gene = reference.genes.gene(id);
    if (scope === 'geneLookup') return [id, gene && PROPERTIES[about]?.(gene)];
    const isOfTable = gene?.organism === base.replace('genes of ', '');
    return [id, gene && isOfTable ? { name: gene.name, length: gene.length } : null];
  });

  if (expected === 'throws') expect(answers.some(([, answer]) => answer === null || answer === undefined)).toBe(true);
  else if (scope === 'geneTable') expect(answers.map(([, answer]) => answer)).toEqual([JSON.parse(note ?? '')]);
  else expect(Object.fromEntries(answers)).toEqual(JSON.parse(note ?? ''));
}

const CELL_TYPES = 'cell_type_ontology_term_id';

const PROPERTIES: Readonly<Record<string, (gene: Gene) => string | number>> = {
  feature_name: ({ name }) => name,
  feature_reference: ({ organism }) => organism,
  feature_length: ({ length }) => length,
  feature_type: ({ type }) => type,
};

/** Of one term or several; null where one is of none of the ontologies of its column. */
function labelIn(reference: Reference, value: string, column: string): string | null {
  const clauses = SCHEMA_7_0_0.terms[column]?.clauses ?? [];
  if (clauses.some(({ exceptions }) => exceptions.includes(value))) return value;
  const names = new Set(clauses.flatMap(({ ontologies }) => ontologies));
  const labels = value.split(' || ').map((id) => {
    const ontology = reference.ontologyOf(id);
    return ontology && names.has(ontology.name) ? (ontology.term(id)?.label ?? null) : null;
  });
  return labels.includes(null) ? null : labels.join(' || ');
}
