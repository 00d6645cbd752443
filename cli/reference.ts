/** How do ontologies and gene tables come to this machine? From their public addresses, a mirror or a folder; `list` tells which are here. */
import { resolve } from 'node:path';
import { installReference } from '../checks/reference/install.js';
import {
  editionsIn,
  faultsIn,
  type InstalledFile,
  installedIn,
  isEdition,
  type Manifest,
  referenceFolder,
} from '../checks/reference/installed.js';
import { ReferenceFault } from '../checks/reference/reference-fault.js';
import { editionOf } from '../checks/schemas/editions.js';
import { argumentsOf } from './arguments.js';
import type { Command, Terminal } from './command.js';
import { EXIT, type Exit, Stopped, UsageError } from './exit.js';
import { progressOn } from './progress.js';

export const reference: Command = {
  usage: 'reference install [--from DIR | --mirror URL] [--schema VERSION] | list [--format pretty|json]',
  help: [
    'Install the ontologies and gene tables that the single-cell schema refers to, or list what is installed. Each file is',
    'checked by its digest, and what was installed before stays in force until all of it is there.',
    '',
    '  --from DIR        take the files from a folder, without any network',
    '  --mirror URL      an address that has the files under the paths of their own host',
    '  --schema VERSION  for which edition of the schema; several may be installed',
    '  --format FORMAT   pretty (also what you get without it) or json',
    '',
    'They lie in ACCESSION_REFERENCE_DIR, or in the folder reference of DATA_DIR (./.data).',
    '',
    'Exit status: 0 done, 2 usage or a folder that is not usable, 4 not all came: run it again, 6 what is installed is damaged.',
    '',
  ].join('\n'),

  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, {
      from: { type: 'string' },
      mirror: { type: 'string' },
      schema: { type: 'string' },
      format: { type: 'string' },
    });
    const [action = '', ...more] = positionals;
    if (more.length > 0) throw new UsageError(`"${more[0]}" is too much: ${reference.usage}`);
    const { format = 'pretty' } = values;
    if (format !== 'pretty' && format !== 'json')
      throw new UsageError(`There is no format "${format}"; there are pretty, json.`);
    if (action === 'list') return list(format, terminal);
    if (action === 'install') return install(values, format, terminal);
    throw new UsageError(`Install or list? ${reference.usage}`);
  },
};

interface Wishes {
  readonly from?: string;
  readonly mirror?: string;
  readonly schema?: string;
}

async function install({ from, mirror, schema }: Wishes, format: string, terminal: Terminal): Promise<Exit> {
  const edition = schema ?? editionOf(null).version;
  if (!isEdition(edition))
    throw new UsageError(`"${edition}" is no edition of the schema; expected one such as 7.0.0.`);
  if (from !== undefined && mirror !== undefined) throw new UsageError('Either --from or --mirror, and not both.');
  if (mirror !== undefined && !/^https?:\/\/./.test(mirror))
    throw new UsageError(`"${mirror}" is no address; expected one such as https://mirror.example/path.`);

  const to = referenceFolder();
  const watcher = progressOn(terminal);
  try {
    const manifest = await installReference({
      ...{ schema: edition, to, from: from === undefined ? null : resolve(from), mirror: mirror ?? null },
      ...{ signal: terminal.signal, watcher },
    });
    watcher.end();
    if (format === 'json') terminal.out(`${JSON.stringify({ folder: to, ...told(manifest, []) })}\n`);
    else terminal.err(`${summaryOf(manifest)} in ${to}\n`);
    return EXIT.sound;
  } catch (error) {
    watcher.end();
    if (!(error instanceof ReferenceFault)) throw error;
    throw new Stopped(error.kind === 'unusable' ? EXIT.usage : EXIT.interrupted, error.message);
  }
}

function list(format: string, { out, err }: Terminal): Exit {
  const folder = referenceFolder();
  const editions = editionsIn(folder).flatMap((schema) => editionIn(folder, schema));
  const isSound = editions.every(({ faults }) => faults.length === 0);
  const exit = isSound ? EXIT.sound : EXIT.undecided;
  if (format === 'json') {
    const all = editions.map(({ schema, manifest, faults }) =>
      manifest ? told(manifest, faults) : { schema, faults },
    );
    out(`${JSON.stringify({ folder, editions: all })}\n`);
    return exit;
  }
  for (const { manifest, faults } of editions) {
    if (manifest) out(`${summaryOf(manifest)}\n${rowsOf(manifest).join('')}`);
    for (const fault of faults) err(`${fault}\n`);
  }
  if (editions.length === 0) {
    out(`Nothing is installed in ${folder}: a starter set stands in, and what it lacks cannot be decided.\n`);
    err('Install what there is: accession reference install\n');
  }
  return exit;
}

interface Edition {
  readonly schema: string;
  /** Null where even the list of its files is damaged. */
  readonly manifest: Manifest | null;
  readonly faults: readonly string[];
}

/** None where an installation was begun and never ended. */
function editionIn(folder: string, schema: string): Edition[] {
  try {
    const manifest = installedIn(folder, schema);
    return manifest ? [{ schema, manifest, faults: faultsIn(folder, manifest) }] : [];
  } catch (error) {
    if (!(error instanceof ReferenceFault)) throw error;
    return [{ schema, manifest: null, faults: [error.message] }];
  }
}

function told({ schema, installedAt, from, ontologies, genes }: Manifest, faults: readonly string[]) {
  const brief = ({ name, count, source }: InstalledFile) => ({ name, count, source });
  return { schema, installedAt, from, ontologies: ontologies.map(brief), genes: genes.map(brief), faults };
}

function summaryOf({ schema, installedAt, from, ontologies, genes }: Manifest): string {
  const terms = `${sumOf(ontologies)} terms of ${ontologies.length} ontologies`;
  const known = `${sumOf(genes)} genes of ${genes.length} tables`;
  return `schema ${schema}: ${terms} and ${known}, installed on ${installedAt.slice(0, 10)} from ${from}`;
}

const rowsOf = ({ ontologies, genes }: Manifest): string[] =>
  [...ontologies, ...genes].map(({ name, count, source }) => {
    const doubt = source.isVerified ? '' : ' (nobody has published its digest)';
    return `  ${name.padEnd(18)}${String(count).padStart(8)}  ${source.file}${doubt}\n`;
  });

const sumOf = (files: readonly InstalledFile[]): number => files.reduce((sum, { count }) => sum + count, 0);
