/** Who is at this terminal? Signs in once; the token is kept for the commands that follow. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { argumentsOf } from './arguments.js';
import type { Command } from './command.js';
import { keepCredentials } from './credentials.js';
import { EXIT, UsageError } from './exit.js';
import { Server } from './server.js';

export const login: Command = {
  usage: 'login URL [--email EMAIL] [--password-stdin | --token TOKEN]',
  help: [
    'Sign in to a server, and keep the token for the commands that follow.',
    '',
    '  --email EMAIL      who; asked for where it is missing',
    '  --password-stdin   read the password from standard input, for scripts',
    '  --token TOKEN      a personal access token, instead of signing in; better in ACCESSION_TOKEN',
    '',
    'Without --password-stdin the password is asked for, and not shown. Exit status: 0, 2 usage, 3 refused, 4 network.',
    '',
  ].join('\n'),

  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, {
      email: { type: 'string' },
      'password-stdin': { type: 'boolean' },
      token: { type: 'string' },
    });
    const [address] = positionals;
    if (!address || !URL.canParse(address))
      throw new UsageError('Which server? Name its address, as in http://127.0.0.1:3000');
    const url = new URL(address).origin;

    const token =
      values.token ??
      (await signIn(new Server(url, null, terminal.signal), values.email, values['password-stdin'] ?? false));
    const { body } = await new Server(url, token, terminal.signal).get<{ name: string; roles: string[] }>('/me');
    await keepCredentials({ server: url, token });
    terminal.err(`Signed in to ${url} as ${body.name} (${body.roles.join(', ')}).\n`);
    return EXIT.sound;
  },
};

async function signIn(server: Server, given: string | undefined, fromStdin: boolean): Promise<string> {
  const email = given ?? (await ask('E-mail: ', true));
  const password = fromStdin ? await allOfStdin() : await ask('Password: ', false);
  const { body } = await server.post<{ token: string }>('/sessions', { email, password });
  return body.token;
}

/** One line of a person; what is not shown is typed unseen. */
async function ask(question: string, shown: boolean): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError('There is nobody to ask: send --email, and the password with --password-stdin.');
  process.stderr.write(question);
  const output = new Writable({
    write: (chunk, _, done) => (shown ? process.stderr.write(chunk, () => done()) : done()),
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    if (!shown) process.stderr.write('\n');
  }
}

async function allOfStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
