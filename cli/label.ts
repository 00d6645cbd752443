/** What does the system write into a valid file? Its labels, on this machine. */
import { LabelUnknown, labelsOf } from '../checks/curation/labels.js';
import { withH5ad } from '../checks/curation/with-h5ad.js';
import { isolate } from '../checks/isolate.js';
import { editAnnData } from '../checks/writers/anndata-edit.js';
import { argumentsOf } from './arguments.js';
import type { Command } from './command.js';
import { curatedFiles } from './curated-files.js';
import { EXIT, Stopped } from './exit.js';

const LIMITS = { memoryMb: 2048, deadlineMs: 3_600_000 };

export const label: Command = {
  usage: 'label IN.h5ad -o OUT.h5ad [--schema VERSION] [--citation TEXT] [--force]',
  help: [
    'Write what the system adds to a file that is valid: the labels of its terms, a join id for each cell, what is known',
    'of its genes, and by which schema it was checked. The matrices are copied as they are.',
    '',
    '  -o, --output FILE  where to',
    '  --schema VERSION   the edition of the schema, as 7.0.0',
    '  --citation TEXT    what uns.citation is to say',
    '  --force            write over OUT.h5ad',
    '',
    'Exit status: 0 written, 1 the file is not valid (accession validate tells why), 2 usage, 5 OUT.h5ad is there,',
    '6 not decided: reference data are missing.',
    '',
  ].join('\n'),

  async run(args, { out, signal }) {
    const { values, positionals } = argumentsOf(args, {
      output: { type: 'string', short: 'o' },
      schema: { type: 'string' },
      citation: { type: 'string' },
      force: { type: 'boolean' },
    });
    const { input, output } = curatedFiles(positionals[0], values.output, values.force ?? false);
    const schema = values.schema ?? null;
    const name = positionals[0] ?? '';

    const options = { schema, full: true };
    const { outcome, cause } = await isolate('h5ad', { path: name, local: input }, options, { ...LIMITS, signal });
    if (outcome === 'errored') throw cause;
    if (outcome === 'failed')
      throw new Stopped(
        EXIT.blocked,
        `"${name}" is not valid, and is not labelled. \`accession validate ${name}\` tells why.`,
      );
    try {
      const edit = await withH5ad(input, schema, (h5ad) => labelsOf(h5ad, values.citation ?? null));
      await editAnnData(input, output, edit);
    } catch (error) {
      if (error instanceof LabelUnknown) throw new Stopped(EXIT.undecided, error.message);
      throw error;
    }
    out(`${values.output}: labelled\n`);
    return EXIT.sound;
  },
};
