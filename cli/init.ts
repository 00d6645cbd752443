/** How does a folder become a submission? A draft on the server, and a description beside the files for people to complete. */
import { mkdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { argumentsOf } from './arguments.js';
import type { Command } from './command.js';
import { credentials } from './credentials.js';
import { EXIT, Stopped, UsageError } from './exit.js';
import { Server } from './server.js';
import { DESCRIPTION, hasDescription, type Submission, writeDescription } from './workspace.js';

interface Profile {
  readonly id: string;
  readonly title: string;
  readonly example: { readonly title: string; readonly metadata: Record<string, unknown> };
}

export const init: Command = {
  usage: 'init DIR --profile ID [--title TITLE] [--example] [--server URL] [--format pretty|json]',
  help: [
    `Begin a draft for a folder of files, and write ${DESCRIPTION} into it: title and metadata, for you to complete.`,
    '',
    '  --profile ID    the kind of data set, as single-cell; the server lists them at /api/v1/profiles',
    '  --title TITLE   what it is called; the name of the folder otherwise',
    '  --example       fill in the metadata of the profile’s example',
    '  --server URL    another server than that of the last login',
    '',
    'Exit status: 0, 2 usage, 3 not signed in, 4 network, 5 the folder has a description already.',
    '',
  ].join('\n'),

  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, {
      profile: { type: 'string' },
      title: { type: 'string' },
      example: { type: 'boolean' },
      server: { type: 'string' },
      format: { type: 'string' },
    });
    const [given] = positionals;
    if (!given) throw new UsageError('Which folder?');
    if (!values.profile) throw new UsageError('Which kind of data set? Send --profile, as --profile single-cell');
    const folder = resolve(given);
    if (await hasDescription(folder))
      throw new Stopped(
        EXIT.conflict,
        `${folder} has an ${DESCRIPTION} already: go on with it (accession upload ${folder}), or take it away to begin anew.`,
      );

    const { server: url, token } = await credentials(values.server && new URL(values.server).origin);
    const server = new Server(url, token, terminal.signal);
    const { body: profile } = await server.get<Profile>(`/profiles/${encodeURIComponent(values.profile)}`);
    const title = values.title ?? (values.example ? profile.example.title : basename(folder));
    const metadata = values.example ? profile.example.metadata : {};
    const { body } = await server.post<Submission>('/submissions', { profile: profile.id, title, metadata });

    await mkdir(folder, { recursive: true });
    const { id: submission, accession } = body;
    await writeDescription(folder, { server: url, submission, accession, profile: profile.id, title, metadata });
    if (values.format === 'json') terminal.out(`${JSON.stringify(body)}\n`);
    else {
      const missing = body.missing.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join('');
      terminal.err(`${accession} is a draft of the profile "${profile.title}".\n`);
      terminal.err(missing ? `Complete ${resolve(folder, DESCRIPTION)}:${missing}\n` : '');
      terminal.err(`Then: accession upload ${given}\n`);
    }
    return EXIT.sound;
  },
};
