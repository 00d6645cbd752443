/**
 * How do published files become installed reference data? Each is brought, judged by its digest, made compact and put beside
 * what is there; the list of what is installed is replaced last, at once. Until then, the old state is whole and in force.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { downloadSource, faultOf } from './download-source.js';
import { type Ingredient, ingredientsIn, ingredientsListed } from './ingredients.js';
import { FORMAT, type InstalledFile, MANIFEST, type Manifest } from './installed.js';
import { sha256Of } from './packed-file.js';
import { packGenes } from './packed-genes.js';
import { packOntology } from './packed-ontology.js';
import { genePrefixOf, prefixOf } from './prefixes.js';
import { publishedGenes } from './published-genes.js';
import { publishedTerms, shortTerms } from './published-terms.js';
import { ReferenceFault } from './reference-fault.js';
import type { Source } from './source.js';

export interface Installation {
  /** `7.0.0` */
  readonly schema: string;
  /** The folder of all editions; made where it is missing. */
  readonly to: string;
  /** A folder that has the files; null to download them. */
  readonly from: string | null;
  readonly mirror?: string | null;
  /** In place of those that are known for this edition. */
  readonly sources?: readonly Source[];
  readonly signal?: AbortSignal;
  readonly watcher?: Watcher;
}

export interface Watcher {
  at(file: string, received: number, of: number): void;
  done(file: string, how: string): void;
}

/** What is published unpacks to thirty megabytes at most. */
const MOST_BYTES = 512 * 2 ** 20;
const AT_ONCE = 4;
/** Whoever reads or installs meanwhile is done within this time. */
const LEFT_OVER_MS = 3_600_000;

/** @throws ReferenceFault where it cannot be done: what was installed before is in force then */
export async function installReference(installation: Installation): Promise<Manifest> {
  const { schema, to, from, sources } = installation;
  const folder = join(to, schema);
  try {
    const ingredients = from === null ? ingredientsListed(schema, sources) : ingredientsIn(from, schema, sources);
    await mkdir(folder, { recursive: true });
    const bring = from === null ? await downloaded(ingredients, installation) : (one: Ingredient) => readIn(from, one);

    const files = new Map<Ingredient, InstalledFile>();
    for (const ingredient of ingredients) {
      installation.signal?.throwIfAborted();
      const bytes = await bring(ingredient);
      files.set(ingredient, await put(folder, ingredient, bytes));
      installation.watcher?.done(ingredient.file, 'installed');
    }
    const of = (kind: Ingredient['kind']) => [...files].filter(([one]) => one.kind === kind).map(([, file]) => file);
    const manifest: Manifest = {
      ...{ format: FORMAT, schema, installedAt: new Date().toISOString() },
      ...{ from: from ?? installation.mirror ?? 'public addresses', ontologies: of('ontology'), genes: of('genes') },
    };
    await replace(join(folder, MANIFEST), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
    await tidy(folder, manifest);
    if (from === null) await rm(downloadsIn(to, schema), { recursive: true, force: true });
    return manifest;
  } catch (error) {
    if (!isOfTheSystem(error)) throw error;
    const fix = 'What was installed before is as it was. See to the folder and its disk, and run it again.';
    throw new ReferenceFault('interrupted', `Nothing could be installed in ${folder}: ${error.message}. ${fix}`);
  }
}

const downloadsIn = (to: string, schema: string): string => join(to, `.downloads-${schema}`);

/** All are here before the first is unpacked. */
async function downloaded(ingredients: readonly Ingredient[], { to, schema, mirror, signal, watcher }: Installation) {
  const came = new Map<Ingredient, Buffer>();
  const waiting = ingredients.values();
  const failed = new AbortController();
  const either = AbortSignal.any(signal ? [signal, failed.signal] : [failed.signal]);
  const bringSome = async () => {
    for (const ingredient of waiting) {
      const { source, file } = ingredient;
      if (!source) continue;
      const onReceived = (received: number) => watcher?.at(file, received, source.bytes);
      const path = join(downloadsIn(to, schema), source.sha256);
      came.set(ingredient, await downloadSource(source, path, { mirror: mirror ?? null, signal: either, onReceived }));
    }
  };
  const some = Array.from({ length: AT_ONCE }, () => bringSome().catch((error) => failed.abort(error)));
  await Promise.all(some);
  either.throwIfAborted();
  return async (ingredient: Ingredient) => came.get(ingredient) ?? Buffer.alloc(0);
}

async function readIn(folder: string, { file, source }: Ingredient): Promise<Buffer> {
  const bytes = await readFile(join(folder, file));
  const fault = source && faultOf(bytes, source);
  if (!fault) return bytes;
  throw new ReferenceFault(
    'unusable',
    `The file ${join(folder, file)} ${fault}. It is not the published one: bring it again, from ${source.url}.`,
  );
}

/** Made compact, under a name that no other content has. */
async function put(folder: string, ingredient: Ingredient, published: Buffer): Promise<InstalledFile> {
  const { packed, ids } = compact(ingredient, published);
  const isTable = ingredient.kind === 'genes';
  const sha256 = sha256Of(packed);
  const name = `${ingredient.name.replace(':', '-')}-${sha256.slice(0, 16)}`;
  await replace(join(folder, name), packed);
  return {
    ...{ name: ingredient.name, prefixes: [...new Set(ids.map(isTable ? genePrefixOf : prefixOf))] },
    ...{ file: name, bytes: packed.length, sha256, count: ids.length },
    source: { file: ingredient.file, sha256: sha256Of(published), isVerified: ingredient.source !== null },
  };
}

function compact({ kind, file }: Ingredient, published: Buffer): { packed: Buffer; ids: string[] } {
  try {
    const text = unpacked(file, published);
    if (kind === 'genes') {
      const genes = publishedGenes(text);
      return { packed: packGenes(genes), ids: genes.map(({ id }) => id) };
    }
    const terms = file.endsWith('.zst') ? publishedTerms(text) : shortTerms(text);
    return { packed: packOntology(terms), ids: terms.map(({ id }) => id) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReferenceFault('unusable', `The file ${file} cannot be read: ${why}`, { cause: error });
  }
}

const unpacked = (file: string, bytes: Buffer): string =>
  Buffer.from(
    file.endsWith('.zst') ? decompress(bytes) : gunzipSync(bytes, { maxOutputLength: MOST_BYTES }),
  ).toString();

/** The new content or the old: never a part of it. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  const file = await open(beside, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

/** What an older list named, or an installation that was cut short left behind. */
async function tidy(folder: string, { ontologies, genes }: Manifest): Promise<void> {
  const named = new Set([MANIFEST, ...[...ontologies, ...genes].map(({ file }) => file)]);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (named.has(name) || Date.now() - (await stat(path)).mtimeMs < LEFT_OVER_MS) continue;
    await rm(path, { force: true });
  }
}

const isOfTheSystem = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
