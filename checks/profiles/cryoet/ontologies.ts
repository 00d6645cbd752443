/** How are terms of ontologies and identifiers of databases written? With a pattern for each, and one form of what is pasted. */
import { Text } from '../terms.js';
import { parts, type Shown } from './fields.js';

interface Written {
  /** What stands before the number, with what parts them. */
  readonly prefix: string;
  readonly number: RegExp;
  readonly example: string;
}

const digits = (prefix: string, many: number, example: string): Written => ({
  prefix,
  number: new RegExp(`^\\d{${many}}$`),
  example,
});

const ONTOLOGIES = {
  CL: digits('CL:', 7, 'CL:0000066'),
  UBERON: digits('UBERON:', 7, 'UBERON:0000955'),
  BTO: digits('BTO:', 7, 'BTO:0000007'),
  WBbt: digits('WBbt:', 7, 'WBbt:0005784'),
  ZFA: digits('ZFA:', 7, 'ZFA:0000008'),
  FBbt: digits('FBbt:', 8, 'FBbt:00005106'),
  GO: digits('GO:', 7, 'GO:0005840'),
  EFO: digits('EFO:', 7, 'EFO:0002909'),
  CDPO: digits('CDPO:', 7, 'CDPO:0000001'),
  MONDO: digits('MONDO:', 7, 'MONDO:0005015'),
  PATO: digits('PATO:', 7, 'PATO:0000461'),
  WBls: digits('WBls:', 7, 'WBls:0000041'),
  HsapDv: digits('HsapDv:', 7, 'HsapDv:0000087'),
  MmusDv: digits('MmusDv:', 7, 'MmusDv:0000110'),
  ZFS: digits('ZFS:', 7, 'ZFS:0000050'),
  FBdv: digits('FBdv:', 8, 'FBdv:00005369'),
  CC: digits('CC-', 4, 'CC-1690'),
  WBStrain: digits('WBStrain', 8, 'WBStrain00000001'),
  CHEBI: { prefix: 'CHEBI:', number: /^\d+$/, example: 'CHEBI:16113' },
  NCBITaxon: { prefix: 'NCBITaxon:', number: /^\d+$/, example: 'NCBITaxon:9606' },
  CVCL: { prefix: 'CVCL_', number: /^[A-Z0-9]{4,}$/, example: 'CVCL_0030' },
  PDB: { prefix: 'PDB-', number: /^[0-9A-Z]{4,8}$/, example: 'PDB-1ABC' },
  UniProtKB: {
    prefix: 'UniProtKB:',
    number: /^([OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d([A-Z][A-Z0-9]{2}\d){1,2})$/,
    example: 'UniProtKB:P0A7V0',
  },
} as const satisfies Readonly<Record<string, Written>>;
export type Ontology = keyof typeof ONTOLOGIES;

/** The identifier in its one form, and of which of these it is; null where it is of none. */
export function termOf(pasted: string, among: readonly Ontology[]): { ontology: Ontology; id: string } | null {
  const text = bareOf(pasted);
  for (const ontology of among) {
    const { prefix, number } = ONTOLOGIES[ontology];
    const stem = prefix.replace(/[:_-]$/, '');
    if (!text.toLowerCase().startsWith(stem.toLowerCase())) continue;
    const rest = text
      .slice(stem.length)
      .replace(/^[:_-]/, '')
      .toUpperCase();
    if (number.test(rest)) return { ontology, id: `${prefix}${rest}` };
  }
  return null;
}

/** Without the address of a page before it: `http://purl.obolibrary.org/obo/GO_0005840`. */
function bareOf(pasted: string): string {
  const text = pasted.trim();
  const uniprot = /^https?:\/\/(?:www\.)?uniprot\.org\/(?:uniprotkb|uniprot)\/(\w+)/i.exec(text)?.[1];
  if (uniprot) return `UniProtKB:${uniprot}`;
  return text.replace(/^https?:\/\/[^\s?#]*\/(?=[\w:-]+$)/i, '');
}

/** `unknown` where `orUnknown`: for what has no identifier. */
export function TermId(among: readonly Ontology[], { orUnknown = false } = {}) {
  const examples = among.map((ontology) => ONTOLOGIES[ontology].example);
  const expected = `expected an identifier such as ${examples.join(', ')}${orUnknown ? ', or unknown' : ''}`;
  return Text(200)
    .overwrite((text) => termOf(text, among)?.id ?? text)
    .refine((text) => (orUnknown && text === 'unknown') || termOf(text, among) !== null, expected)
    .meta({ title: 'Identifier', description: `Of ${among.join(', ')}.`, examples });
}

/** A term has a name and an identifier, which are compared with one another. */
export const Term = (among: readonly Ontology[], shown: Shown, options: { orUnknown?: boolean } = {}) =>
  parts(
    {
      name: Text(300).meta({ title: 'Name', description: 'As the ontology calls it.' }),
      id: TermId(among, options),
    },
    shown,
  );
