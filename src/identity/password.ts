/** Is this the password? argon2id, as OWASP asks for it: 19 MiB, two passes, one lane. */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** argon2id is the package's default; its enum cannot be named under `isolatedModules`, the spec looks at the hash. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The same password typed on another keyboard may arrive as other code points. */
const bytesOf = (password: string): string => password.normalize('NFKC');

export const hashPassword = (password: string): Promise<string> => hash(bytesOf(password), COST);

/** Nobody's: what an account that is not there, or has no password, is compared with, so that it takes as long. */
const decoy = hashPassword(randomBytes(32).toString('hex'));

export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const matches = await verify(kept ?? (await decoy), bytesOf(password));
  return matches && kept !== null;
}
