/** How does a table of fragments become one that can be asked for a region? Sorted, in BGZF, with an index: on this machine. */
import { existsSync, statSync } from 'node:fs';
import { indexOf, LinesLost, NotSortable, sortFragments } from '../checks/writers/fragments-sort.js';
import { argumentsOf } from './arguments.js';
import type { Command } from './command.js';
import { curatedFiles } from './curated-files.js';
import { EXIT, Stopped, UsageError } from './exit.js';

export const fragments: Command = {
  usage: 'fragments sort IN.tsv.gz [-o OUT.tsv.bgz] [--dedupe] [--force]',
  help: [
    'Sort fragments of open chromatin by chromosome, start, stop and barcode, as `LC_ALL=C sort` does; write them in BGZF,',
    'and beside them OUT.tsv.bgz.tbi, the index by which tabix finds a region. As many lines come out as went in.',
    'What fragments must be besides is judged by accession validate.',
    '',
    '  -o, --output FILE  where to; .bgz is added where it ends otherwise. As IN, with .bgz, where not given',
    '  --dedupe           write one of each row that comes more than once',
    '  --force            write over OUT.tsv.bgz and its index',
    '',
    'Exit status: 0 written, 1 IN is no table of fragments, 2 usage, 5 OUT.tsv.bgz or its index is there, 6 not done: the disk',
    'is full, say.',
    '',
  ].join('\n'),

  async run(args, { out, signal }) {
    const { values, positionals } = argumentsOf(args, {
      output: { type: 'string', short: 'o' },
      dedupe: { type: 'boolean' },
      force: { type: 'boolean' },
    });
    const [verb, name, more] = positionals;
    if (verb !== 'sort')
      throw new UsageError('What is to be done with fragments? They can be sorted: fragments sort IN.');
    if (!name) throw new UsageError('Which file? Name one table of fragments, as fragments.tsv.gz.');
    if (more !== undefined) throw new UsageError(`One file at a time: "${more}" is one too many.`);
    const named = outputName(name, values.output);
    const { input, output } = curatedFiles(name, named, values.force ?? false);
    refuseInTheWay(named, output, values.force ?? false);

    try {
      const { read, repeats } = await sortFragments(input, output, { isDeduped: values.dedupe ?? false, signal });
      const left = values.dedupe ? `, ${repeats} repeats left out` : '';
      out(`${named}: ${read - repeats} fragments sorted and indexed${left}\n`);
      return EXIT.sound;
    } catch (error) {
      if (error instanceof NotSortable)
        throw new Stopped(
          EXIT.blocked,
          `"${name}" is not sorted: ${error.message}. \`accession validate ${name}\` tells all that is wrong.`,
        );
      if (error instanceof LinesLost || isOfSystem(error))
        throw new Stopped(EXIT.undecided, `"${named}" is not written: ${error.message}`);
      throw error;
    }
  },
};

/** A file in BGZF is a gzip file: either ending says so. */
export function outputName(input: string, output: string | undefined): string {
  if (output === undefined) return `${input.replace(/\.b?gz$/, '')}.bgz`;
  return /\.b?gz$/.test(output) ? output : `${output}.bgz`;
}

function refuseInTheWay(named: string, output: string, isForced: boolean): void {
  const [table, index] = [output, indexOf(output)];
  if ([table, index].some((path) => existsSync(path) && statSync(path).isDirectory()))
    throw new UsageError(`There is a folder where "${named}" or its index is to be.`);
  if (existsSync(index) && !isForced)
    throw new Stopped(EXIT.conflict, `There is an index "${indexOf(named)}" already. --force writes over it.`);
}

/** As where the disk is full, or the folder is not ours to write in. */
const isOfSystem = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
