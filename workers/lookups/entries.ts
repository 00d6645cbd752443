/** What do registers of people, archives and databases know of an identifier? One function for each of them. */
import { z } from 'zod';
import { pdbId } from '../../src/lookups/kinds.js';
import type { Answered } from '../../src/lookups/lookup-work.service.js';
import { type Asking, Lines, LookupFailed, MaybeLine, notFound, read, verified } from './answers.js';

const Value = z
  .object({ value: MaybeLine })
  .nullish()
  .transform((text) => text?.value ?? null)
  .catch(null);

/** A name may be private, and then it is null. */
const Person = z.object({
  name: z.object({ 'given-names': Value, 'family-name': Value, 'credit-name': Value }).nullable(),
});

export async function personIn(orcid: Asking, id: string): Promise<Answered> {
  const person = await read(orcid, `/${id}/person`, Person);
  if (!person) return notFound();
  const { 'given-names': given = null, 'family-name': family = null, 'credit-name': credit = null } = person.name ?? {};
  return verified([credit, [given, family].filter(Boolean).join(' ')]);
}

/** By its identifier, since one may ask for several. */
export async function empiarEntry(empiar: Asking, id: string): Promise<Answered> {
  const Entry = z.object({ [id]: z.object({ title: MaybeLine }) });
  const entries = await read(empiar, `/entry/${id}/`, Entry);
  return entries ? verified([entries[id]?.title ?? null]) : notFound();
}

const VolumeMap = z.object({ emdb_id: z.string(), admin: z.object({ title: MaybeLine }).nullish().catch(null) });

export async function emdbEntry(emdb: Asking, id: string): Promise<Answered> {
  const map = await read(emdb, `/entry/${id}`, VolumeMap);
  return map ? verified([map.admin?.title ?? null]) : notFound();
}

const Structure = z.object({
  rcsb_id: z.string(),
  struct: z.object({ title: MaybeLine, pdbx_descriptor: MaybeLine }).nullish().catch(null),
});

const Entity = z.object({ rcsb_polymer_entity: z.object({ pdbx_description: MaybeLine }) });

/** By its title, and by the first of its molecules: of what was solved alone that is the name. */
export async function pdbEntry(pdb: Asking, value: string): Promise<Answered> {
  const structure = await read(pdb, `/core/entry/${pdbId(value)}`, Structure);
  if (!structure) return notFound();
  const { title = null, pdbx_descriptor: descriptor = null } = structure.struct ?? {};
  const first = await read(pdb, `/core/polymer_entity/${pdbId(value)}/1`, Entity);
  return verified([title, descriptor, first?.rcsb_polymer_entity.pdbx_description ?? null]);
}

const Names = z
  .object({ fullName: Value, shortNames: z.array(Value).nullish().catch(null) })
  .transform(({ fullName, shortNames }) => [fullName, ...(shortNames ?? [])]);
const NamesOrNone = Names.nullish()
  .transform((names) => names ?? [])
  .catch([]);
const ListOfNames = z
  .array(NamesOrNone)
  .nullish()
  .transform((lists) => lists?.flat() ?? [])
  .catch([]);

const Protein = z.object({
  entryType: z.string(),
  proteinDescription: z
    .object({ recommendedName: NamesOrNone, alternativeNames: ListOfNames, submissionNames: ListOfNames })
    .nullish()
    .catch(null),
});

/** An accession that is not written as UniProt does is refused with 400. An entry that was deleted or merged has no names. */
export async function proteinIn(uniprot: Asking, value: string): Promise<Answered> {
  const protein = await read(uniprot, `/uniprotkb/${value.replace('UniProtKB:', '')}`, Protein, [400, 404, 410]);
  if (!protein) return notFound();
  if (protein.entryType === 'Inactive') return notFound('The entry was deleted, or merged into another.');
  const { recommendedName = [], alternativeNames = [], submissionNames = [] } = protein.proteinDescription ?? {};
  return verified([...recommendedName, ...alternativeNames, ...submissionNames]);
}

const CellLines = z.object({
  Cellosaurus: z.object({
    'cell-line-list': z.array(z.object({ 'name-list': z.array(z.object({ value: MaybeLine })) })),
  }),
});

export async function cellLineIn(cellosaurus: Asking, id: string): Promise<Answered> {
  const told = await read(cellosaurus, `/cell-line/${id}?format=json&fields=id,sy`, CellLines);
  const [line] = told?.Cellosaurus['cell-line-list'] ?? [];
  return line ? verified(line['name-list'].map(({ value }) => value)) : notFound();
}

const StrainName = z.object({ name: z.object({ data: z.object({ label: MaybeLine }) }) });
const OtherNames = z.object({ other_names: z.object({ data: Lines }).nullish().catch(null) });

export async function strainIn(wormbase: Asking, id: string): Promise<Answered> {
  const told = await read(wormbase, `/field/strain/${id}/name`, StrainName);
  if (!told) return notFound();
  const others = await read(wormbase, `/field/strain/${id}/other_names`, OtherNames);
  return verified([told.name.data.label, ...(others?.other_names?.data ?? [])]);
}

/** The resolver knows the DOIs of every agency: what it answers with, or redirects to, is there. */
export async function resolvedBy(doiOrg: Asking, doi: string): Promise<Answered> {
  const path = doi.split('/').map(encodeURIComponent).join('/');
  const { status } = await doiOrg.ask(`/${path}`, 'HEAD');
  if (status === 404) return notFound();
  if (status >= 200 && status < 400) return verified([]);
  throw new LookupFailed(`has answered with the status ${status}.`);
}
