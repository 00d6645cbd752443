/**
 * What is installed, and where? A folder an edition of the schema, in it a file an ontology or gene table, and `installed.json`,
 * which says which files belong to it: names end in their digest, so that no file is ever changed under who reads it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PackedFile, readPacked, sha256Of } from './packed-file.js';
import { ReferenceFault } from './reference-fault.js';

/** Goes up when compact files are written otherwise: what is older has to be installed again. */
export const FORMAT = 1;
export const MANIFEST = 'installed.json';

export interface InstalledFile {
  /** `CL`; of a gene table its organism, `NCBITaxon:9606`. */
  readonly name: string;
  /** How its ids begin: ZFA and ZFS. */
  readonly prefixes: readonly string[];
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Terms or genes. */
  readonly count: number;
  /** From what it was made, and whether that had the digest that its publisher's has. */
  readonly source: { readonly file: string; readonly sha256: string; readonly isVerified: boolean };
}

export interface Manifest {
  readonly format: number;
  readonly schema: string;
  readonly installedAt: string;
  /** The folder or address that it came from. */
  readonly from: string;
  readonly ontologies: readonly InstalledFile[];
  readonly genes: readonly InstalledFile[];
}

/** Settings, or the environment that they are read from. */
interface Settings {
  readonly ACCESSION_REFERENCE_DIR?: string | undefined;
  readonly DATA_DIR?: string | undefined;
}

/** Where reference data lie: `ACCESSION_REFERENCE_DIR`, or below `DATA_DIR`. */
export function referenceFolder({ ACCESSION_REFERENCE_DIR, DATA_DIR }: Settings = process.env): string {
  return resolve(ACCESSION_REFERENCE_DIR || join(DATA_DIR || './.data', 'reference'));
}

/** Null where this edition is not installed. @throws ReferenceFault where what is there cannot be used */
export function installedIn(folder: string, schema: string): Manifest | null {
  const path = join(folder, schema, MANIFEST);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new ReferenceFault('damaged', `The reference data of schema ${schema} cannot be read: ${message}.`);
  }
  const manifest = manifestIn(text);
  if (manifest?.format === FORMAT && manifest.schema === schema) return manifest;
  const why = manifest ? 'was written by another version of accession' : 'is damaged';
  throw new ReferenceFault('damaged', `The list of reference data ${path} ${why}. ${installAgain(schema)}`);
}

/** By which data are files judged? Where two are the same, so are the verdicts. */
export function identityOf(folder: string, schema: string): string {
  try {
    const manifest = installedIn(folder, schema);
    if (!manifest) return 'starter';
    const digests = [...manifest.ontologies, ...manifest.genes].map(({ sha256 }) => sha256).sort();
    return sha256Of(Buffer.from(digests.join())).slice(0, 16);
  } catch (error) {
    if (error instanceof ReferenceFault) return 'damaged';
    throw error;
  }
}

/** The editions there are, oldest first, whole or not. */
export function editionsIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory() && isEdition(entry.name)).map(({ name }) => name);
    return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Also keeps a name from leading out of the folder. */
export const isEdition = (name: string): boolean => /^\d+\.\d+\.\d+$/.test(name);

/** @throws ReferenceFault, which names the file, where it is missing or damaged */
export const openInstalled = (folder: string, schema: string, { file, sha256 }: InstalledFile): PackedFile =>
  readPacked(join(folder, schema, file), sha256, installAgain(schema));

/** What is damaged or missing of an edition: a sentence a file. */
export function faultsIn(folder: string, { schema, ontologies, genes }: Manifest): string[] {
  return [...ontologies, ...genes].flatMap((file) => {
    try {
      openInstalled(folder, schema, file);
      return [];
    } catch (error) {
      if (error instanceof ReferenceFault) return [error.message];
      throw error;
    }
  });
}

const installAgain = (schema: string): string =>
  `Install it again: \`accession reference install --schema ${schema}\`.`;

function manifestIn(text: string): Manifest | null {
  try {
    const manifest: Manifest = JSON.parse(text);
    return Array.isArray(manifest.ontologies) && Array.isArray(manifest.genes) ? manifest : null;
  } catch {
    return null;
  }
}
