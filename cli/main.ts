#!/usr/bin/env node
/**
 * Which commands does `accession` have? Those of the table below, each a file beside this one that exports a `Command`
 * (`command.ts`) under its own name. It is loaded when it is asked for, so that none waits for what another needs.
 *
 * A new command is `cli/<name>.ts` with `export const <name>: Command`, and a line here. It gets the arguments after its
 * name and a `Terminal`, and returns a status of `exit.ts`; help, errors of usage, signals and colours are seen to here.
 */
import type { Command, Terminal } from './command.js';
import { EXIT, Stopped, UsageError } from './exit.js';
import { version } from './version.js';

interface Entry {
  readonly summary: string;
  /** `args` are those of the command, unless it is only to be described. */
  readonly load: (args: readonly string[], signal: AbortSignal) => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  validate: {
    summary: 'Check files on this machine, without any server.',
    load: async (args, signal) => {
      (await import('./check-processes.js')).beginAhead(args, signal);
      return (await import('./validate.js')).validate;
    },
  },
  reference: {
    summary: 'Install ontologies and gene tables, or list what is installed.',
    load: async () => (await import('./reference.js')).reference,
  },
  apply: {
    summary: "Write the schema's fields into a copy of a file, by a recipe.",
    load: async () => (await import('./apply.js')).apply,
  },
  label: {
    summary: 'Write what the system adds to a valid file.',
    load: async () => (await import('./label.js')).label,
  },
  fragments: {
    summary: 'Sort and index a table of fragments.',
    load: async () => (await import('./fragments.js')).fragments,
  },
  login: { summary: 'Sign in to a server.', load: async () => (await import('./login.js')).login },
  init: { summary: 'Begin a submission for a folder of files.', load: async () => (await import('./init.js')).init },
  upload: { summary: 'Send the files of a folder.', load: async () => (await import('./upload.js')).upload },
  submit: { summary: 'Submit what was uploaded for review.', load: async () => (await import('./submit.js')).submit },
  status: {
    summary: 'Tell where a submission is, or wait for it.',
    load: async () => (await import('./status.js')).status,
  },
  download: { summary: 'Bring a published record here.', load: async () => (await import('./download.js')).download },
};

const HELP = [
  'Usage: accession COMMAND [OPTIONS]',
  '',
  ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`),
  '',
  'accession COMMAND --help tells more about one. --version tells which this is.',
  '',
].join('\n');

async function main([name = '', ...args]: string[], terminal: Terminal): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') return done(HELP);
  if (name === '--version') return done(`${version()}\n`);
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!known) {
    terminal.err(name === '' ? HELP : `accession: There is no command "${name}".\n\n${HELP}`);
    return EXIT.usage;
  }

  const isDescribed = asksForHelp(args);
  const command = await known.load(isDescribed ? [] : args, terminal.signal);
  if (isDescribed) return done(`Usage: accession ${command.usage}\n\n${await helpOf(command)}`);
  try {
    return await command.run(args, terminal);
  } catch (error) {
    if (terminal.signal.aborted) return SIGNALLED;
    if (error instanceof Stopped) {
      terminal.err(`accession ${name}: ${error.message}\n`);
      return error.exit;
    }
    if (!(error instanceof UsageError)) {
      // Status 1, which Node would give, says that the files are at fault.
      terminal.err(`accession ${name}: ${error instanceof Error ? error.stack : error}\n`);
      return EXIT.undecided;
    }
    terminal.err(`accession ${name}: ${error.message}\nTry: accession ${name} --help\n`);
    return EXIT.usage;
  }

  function done(text: string): number {
    terminal.out(text);
    return EXIT.sound;
  }
}

const helpOf = ({ help }: Command) => (typeof help === 'string' ? help : help());

/** After "--" come paths, whatever they look like. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h');
}

/** What shells expect of a program that was stopped by Ctrl-C. */
const SIGNALLED = 130;

function terminalOf({ stdout, stderr, env }: NodeJS.Process): Terminal {
  // Whoever reads has enough, as `head` has after ten lines.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  const abort = new AbortController();
  // The second time, the process ends as it would without us.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isColoured: stdout.isTTY === true && !env.NO_COLOR,
    signal: abort.signal,
  };
}

process.exitCode = await main(process.argv.slice(2), terminalOf(process));
