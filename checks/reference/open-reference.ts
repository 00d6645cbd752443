/** Which reference data are there for an edition of the schema? What is installed, or the starter set. */
import { join } from 'node:path';
import { type InstalledFile, installedIn, type Manifest, openInstalled, referenceFolder } from './installed.js';
import { organisms } from './organisms.js';
import { PackedGenes } from './packed-genes.js';
import { PackedOntology } from './packed-ontology.js';
import { genePrefixOf, prefixOf } from './prefixes.js';
import type { Ontology, Reference } from './reference.js';
import { starterReference } from './starter.js';

/** @throws ReferenceFault where it is installed and damaged, at once or when what is damaged is asked for */
export function referenceFor(schema: string, folder = referenceFolder()): Reference {
  const manifest = installedIn(folder, schema);
  return manifest ? installedReference(folder, manifest) : starterReference(schema);
}

/** Each file is read when it is first asked for. */
function installedReference(folder: string, manifest: Manifest): Reference {
  const { schema, genes } = manifest;
  const pathOf = ({ file }: InstalledFile) => join(folder, schema, file);
  const unpack = (file: InstalledFile) => openInstalled(folder, schema, file);
  const openOntology = (file: InstalledFile) =>
    kept(ontologies, pathOf(file), () => new PackedOntology(file.name, unpack(file)));
  const openGenes = (file: InstalledFile) => kept(tables, pathOf(file), () => new PackedGenes(file.name, unpack(file)));

  const byName = new Map(manifest.ontologies.map((file) => [file.name, file]));
  const byPrefix = byPrefixes(manifest.ontologies);
  const byGenePrefix = byPrefixes(genes);
  const ontologyIn = (files: ReadonlyMap<string, InstalledFile>, key: string): Ontology | null => {
    if (key === 'NCBITaxon') return organisms();
    const file = files.get(key);
    return file ? openOntology(file) : null;
  };
  return {
    ...{ schema, origin: 'installed' },
    ontology: (name) => ontologyIn(byName, name),
    ontologyOf: (id) => ontologyIn(byPrefix, prefixOf(id)),
    genes: {
      isWhole: true,
      organisms: genes.map(({ name }) => name),
      gene(id) {
        const file = byGenePrefix.get(genePrefixOf(id));
        return file ? openGenes(file).gene(id) : null;
      },
    },
  };
}

const byPrefixes = (files: readonly InstalledFile[]): ReadonlyMap<string, InstalledFile> =>
  new Map(files.flatMap((file) => file.prefixes.map((prefix) => [prefix, file])));

/** By path: what a path names never changes. */
const ontologies = new Map<string, PackedOntology>();
const tables = new Map<string, PackedGenes>();

function kept<T>(opened: Map<string, T>, path: string, open: () => T): T {
  const content = opened.get(path) ?? open();
  opened.set(path, content);
  return content;
}
