/**
 * What does a secret of ours look like? A prefix that says what it opens, random characters, and a checksum:
 * what was copied badly is refused without asking the database. Only the hash of a secret is ever kept.
 */
import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 43 characters of 62 are 256 bits, 32 are 190. */
const SHAPES = {
  session: { prefix: 'acc_ses_', length: 43 },
  token: { prefix: 'acc_pat_', length: 32 },
  /** A review link, and a browser that has opened one. */
  link: { prefix: 'acc_link_', length: 32 },
  visit: { prefix: 'acc_vis_', length: 32 },
  /** A mail by which a new password is set. */
  reset: { prefix: 'acc_rst_', length: 32 },
  invitation: { prefix: 'acc_inv_', length: 32 },
} as const;
export type SecretKind = keyof typeof SHAPES;
/** Those that say which person asks. */
export type PersonalSecret = 'session' | 'token';
const KINDS = Object.keys(SHAPES) as readonly SecretKind[];

/** 62 to the sixth is more than 2 to the 32nd: every CRC has its six characters. */
const CHECKSUM_LENGTH = 6;

export function makeSecret(kind: SecretKind): string {
  const { prefix, length } = SHAPES[kind];
  const body = prefix + Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return body + checksum(body);
}

/** What a secret opens; null: it is none of ours, or a character of it is wrong. */
export function kindOf(secret: string): SecretKind | null {
  const body = secret.slice(0, -CHECKSUM_LENGTH);
  if (body + checksum(body) !== secret) return null;
  return KINDS.find((kind) => isShaped(body, SHAPES[kind])) ?? null;
}

/** What is kept of a secret. It is random through and through, so that one pass of SHA-256 is enough. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What its owner knows a secret by in a list. */
export const hintOf = (secret: string): string => `${secret.slice(0, 12)}…`;

const isShaped = (body: string, { prefix, length }: { prefix: string; length: number }): boolean =>
  body.startsWith(prefix) && body.length === prefix.length + length;

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}
