/**
 * How is a private file read by what sends no header, as viewers in a browser do? At an address that says itself what it
 * opens, for whom and until when, and that nobody can write who has not the key. It names files by their ids.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Of a folder no digest is signed: it opens all that lies in it. */
export interface Signed {
  readonly submissionId: string;
  readonly fileId: string;
  /** How many steps of the file's path the folder has; 0: the file alone. */
  readonly depth: number;
  readonly audience: 'person' | 'link';
  readonly audienceId: string;
  /** Of the link, when it was signed. */
  readonly epoch: number;
  /** In seconds since 1970. */
  readonly until: number;
}

const Written = z.tuple([z.uuid(), z.uuid(), z.int(), z.enum(['person', 'link']), z.uuid(), z.int(), z.int()]);

/** @param sha256 of the file */
export function sign(what: Signed, sha256: string, key: string): string {
  const { submissionId, fileId, depth, audience, audienceId, epoch, until } = what;
  const fields: z.infer<typeof Written> = [submissionId, fileId, depth, audience, audienceId, epoch, until];
  const text = Buffer.from(JSON.stringify(fields)).toString('base64url');
  return `${text}.${macOf(text, depth === 0 ? sha256 : '', key).toString('base64url')}`;
}

/** What it says, which is not yet known to be ours; null: it says nothing. */
export function readSigned(signed: string): Signed | null {
  const [text = ''] = signed.split('.');
  const parsed = Written.safeParse(fromJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (!parsed.success) return null;
  const [submissionId, fileId, depth, audience, audienceId, epoch, until] = parsed.data;
  return { submissionId, fileId, depth, audience, audienceId, epoch, until };
}

/** Whether we have signed it, for a file of this digest. */
export function isSigned(signed: string, { depth }: Signed, sha256: string, key: string): boolean {
  const [text = '', mac = ''] = signed.split('.');
  const given = Buffer.from(mac, 'base64url');
  const made = macOf(text, depth === 0 ? sha256 : '', key);
  return given.length === made.length && timingSafeEqual(given, made);
}

const macOf = (text: string, sha256: string, key: string): Buffer =>
  createHmac('sha256', `signed path ${key}`).update(`${text}\n${sha256}`).digest();

/** How deep the folder is that a viewer opens as one thing: an OME-Zarr, or else the one that the file lies in. */
export function folderDepth(path: string): number {
  const steps = path.split('/').slice(0, -1);
  const whole = steps.findIndex((step) => /\.zarr$/i.test(step));
  return whole === -1 ? steps.length : whole + 1;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
