/** Which publications and entries of archives belong to it? Kept in one form, whatever was pasted. */
import { z } from 'zod';
import { PublicationDoi } from '../terms.js';
import { draftOf, type Fault, isFilled, listOf } from './drafts.js';
import { choice, flag, parts, words } from './fields.js';

export const CITED = ['DOI', 'EMPIAR', 'EMDB', 'PDB'] as const;
export type Cited = (typeof CITED)[number];

interface Archive {
  readonly kind: Exclude<Cited, 'DOI'>;
  /** What may be pasted; its group is the number. */
  readonly pasted: readonly RegExp[];
  readonly write: (number: string) => string;
  readonly pattern: RegExp;
  readonly example: string;
}

/** Archives have DOIs and pages for their entries: they are recognised before a DOI is. */
const ARCHIVES: readonly Archive[] = [
  {
    kind: 'EMPIAR',
    pasted: [
      /^EMPIAR[-_:\s]*(\d+)$/i,
      /^10\.6019\/EMPIAR-(\d+)$/i,
      /^(?:www\.)?ebi\.ac\.uk\/(?:pdbe\/emdb\/)?empiar\/(?:entry\/|api\/entry\/)?(?:EMPIAR-)?(\d+)$/i,
      /^empiar\.(?:pdbj\.org|org)\/(?:en\/)?(?:entry\/)?(?:EMPIAR-)?(\d+)$/i,
    ],
    write: (number) => `EMPIAR-${number}`,
    pattern: /^EMPIAR-\d{5,}$/,
    example: 'EMPIAR-10001',
  },
  {
    kind: 'EMDB',
    pasted: [
      /^EMDB?[-_:\s]*(?:EMD-)?(\d+)$/i,
      /^(?:www\.)?(?:ebi\.ac\.uk\/(?:pdbe\/entry\/)?emdb|emdb-empiar\.org|emdataresource\.org)\/(?:entry\/)?EMD-(\d+)$/i,
      /^(?:www\.)?pdbj\.org\/emnavi\/quick\.php\?id=(?:EMD-)?(\d+)$/i,
    ],
    write: (number) => `EMD-${number}`,
    pattern: /^EMD-\d{4,6}$/,
    example: 'EMD-1234',
  },
  {
    kind: 'PDB',
    pasted: [
      /^(?:PDB[-:\s]*)?([1-9][a-z\d]{3})$/i,
      /^(?:PDB[-:\s]*)?pdb_([a-z\d]{8})$/i,
      /^PDB-([a-z\d]{4,8})$/i,
      /^10\.2210\/pdb([a-z\d]{4})\/pdb$/i,
      /^(?:www\.)?rcsb\.org\/(?:structure|3d-view)\/(?:pdb_)?([a-z\d]{4,8})$/i,
      /^(?:www\.)?ebi\.ac\.uk\/pdbe\/entry\/pdb\/(?:pdb_)?([a-z\d]{4,8})$/i,
      /^(?:www\.)?pdbj\.org\/mine\/summary\/(?:pdb_)?([a-z\d]{4,8})$/i,
    ],
    // Eight characters that begin with zeros are the older four.
    write: (number) => `PDB-${number.replace(/^0000(?=[1-9]...$)/, '').toUpperCase()}`,
    pattern: /^PDB-[0-9A-Z]{4,8}$/,
    example: 'PDB-1ABC',
  },
];

/** What was pasted, in its one form; null where it is none of them. */
export function recognised(pasted: string): { readonly kind: Cited; readonly value: string } | null {
  const bare = bareOf(pasted);
  for (const { kind, pasted: forms, write, pattern } of ARCHIVES) {
    const number = forms.map((form) => form.exec(bare)?.[1]).find((found) => found !== undefined);
    const value = number === undefined ? '' : write(number);
    if (pattern.test(value)) return { kind, value };
  }
  const doi = PublicationDoi.safeParse(pasted.trim().replace(/[.,;]+$/, ''));
  return doi.success ? { kind: 'DOI', value: doi.data } : null;
}

/** Without what surrounds the identifier: schemes, queries, the resolver of DOIs. */
const bareOf = (pasted: string): string => {
  const text = pasted.trim().replace(/[.,;]+$/, '');
  const page = text.replace(/^https?:\/\//i, '').replace(/^((dx|www)\.)?doi\.org\/|^doi:\s*/i, '');
  return (page.includes('quick.php') ? page : page.replace(/[?#].*$/, '')).replace(/\/+$/, '');
};

const EXAMPLES: Readonly<Record<Cited, string>> = {
  DOI: '10.1038/s41586-020-2649-2',
  ...(Object.fromEntries(ARCHIVES.map(({ kind, example }) => [kind, example])) as Record<Archive['kind'], string>),
};

/** A bare text stands for what it is recognised as; a kind that does not fit is told, and not put right. */
function normalised(pasted: unknown): unknown {
  const { kind, value, ...rest } = typeof pasted === 'string' ? { value: pasted } : draftOf(pasted);
  const found = typeof value === 'string' ? recognised(value) : null;
  if (found && (kind === undefined || kind === found.kind)) return { ...found, ...rest };
  return pasted;
}

const CrossReference = z
  .preprocess(
    normalised,
    parts(
      {
        kind: choice(CITED, { title: 'Kind', description: 'A publication, or an archive.' }),
        value: words(400, { title: 'Identifier', description: 'As it is, or the address of its page.' }),
      },
      { title: 'Cross reference', description: 'One publication, or one entry of an archive.' },
      'a DOI, or an entry of EMPIAR, EMDB or PDB',
    ).superRefine(({ kind, value }, ctx) => {
      const found = recognised(value);
      if (found?.kind === kind) return;
      const hint = found ? `; this is one of ${found.kind}` : '';
      const message = `expected an identifier of ${kind}, as in ${EXAMPLES[kind]}${hint}`;
      ctx.addIssue({ code: 'custom', path: ['value'], message });
    }),
  )
  .meta({ title: 'Cross reference', description: 'One publication, or one entry of an archive.' });

/** Both fields, wherever something may be cited. */
export const crossReferences = {
  cross_references: z
    .array(CrossReference, 'expected a list of cross references')
    .max(1000, 'expected at most 1000 cross references')
    .optional()
    .meta({
      title: 'Cross references',
      description: 'Publications (DOI) and entries of EMPIAR, EMDB and PDB; addresses of their pages are taken too.',
    }),
  cross_references_none_yet: flag({
    title: 'No cross references yet',
    description: 'There is nothing to cite yet; said so that it is not merely forgotten.',
  }).optional(),
};

/** Something is cited, or it is said that there is nothing. */
export function* citesSomething(value: unknown): Iterable<Fault> {
  const { cross_references: list, cross_references_none_yet: none } = draftOf(value);
  if (listOf(list).length === 0 && none !== true && (!isFilled(list) || Array.isArray(list)))
    yield [['cross_references'], 'expected at least one, or cross_references_none_yet where there is nothing to cite'];
  if (listOf(list).length > 0 && none === true)
    yield [['cross_references_none_yet'], 'expected false, since there are cross references'];
}
