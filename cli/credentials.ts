/** Where is a token kept between two commands? In a file that only its owner reads; the environment goes before it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EXIT, Stopped } from './exit.js';

export interface Credentials {
  readonly server: string;
  readonly token: string;
}

interface Kept {
  /** The server that was signed in to last. */
  readonly current: string | null;
  readonly tokens: Readonly<Record<string, string>>;
}

const file = () => join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'accession', 'credentials.json');

async function read(): Promise<Kept> {
  try {
    return JSON.parse(await readFile(file(), 'utf8'));
  } catch {
    return { current: null, tokens: {} };
  }
}

export async function keepCredentials({ server, token }: Credentials): Promise<void> {
  const { tokens } = await read();
  await mkdir(dirname(file()), { recursive: true, mode: 0o700 });
  await writeFile(file(), `${JSON.stringify({ current: server, tokens: { ...tokens, [server]: token } }, null, 2)}\n`, {
    mode: 0o600,
  });
}

/** For `server`, or for the one of the last login. @throws Stopped where nobody is signed in */
export async function credentials(server?: string): Promise<Credentials> {
  const { current, tokens } = await read();
  const wanted = server ?? process.env.ACCESSION_SERVER ?? current;
  const token = process.env.ACCESSION_TOKEN ?? (wanted ? tokens[wanted] : undefined);
  if (wanted && token) return { server: wanted, token };
  throw new Stopped(
    EXIT.notSignedIn,
    `Nobody is signed in${wanted ? ` to ${wanted}` : ''}. Try: accession login ${wanted ?? 'URL'}`,
  );
}
