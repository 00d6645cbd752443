/** How do bytes leave? Whole or in a range, under their digest, and never as something that a browser would run. */
import type { FastifyReply } from 'fastify';
import { wanted } from './byte-ranges.js';
import { RangeNotSatisfiable } from './files.errors.js';
import type { ObjectStore } from './object-store.js';

export interface Served {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  /** What the file is called where it is saved: the last part of its path. */
  readonly name: string;
}

/**
 * Answers GET and HEAD. Headers that are set before stay: `Cache-Control` is the caller's to choose.
 * @throws RangeNotSatisfiable, and what the store throws before the first byte
 */
export async function serve(
  reply: FastifyReply,
  store: ObjectStore,
  { key, size, sha256, name }: Served,
): Promise<void> {
  const { method, headers } = reply.request;
  const etag = `"${sha256}"`;
  const asked = {
    ...(headers.range !== undefined && { range: headers.range }),
    ...(typeof headers['if-range'] === 'string' && { ifRange: headers['if-range'] }),
    ...(headers['if-none-match'] !== undefined && { ifNoneMatch: headers['if-none-match'] }),
  };
  // A range is of the bytes that GET transfers; HEAD tells of all.
  const bytes = wanted(method === 'HEAD' ? { ...asked, range: undefined } : asked, { etag, size });
  if (bytes === 'none') throw new RangeNotSatisfiable(headers.range ?? '', size);

  const part = bytes === 'all' || bytes === 'unchanged' ? null : bytes;
  const isAsked = method !== 'HEAD' && bytes !== 'unchanged';
  const stream = isAsked ? await store.open(key, part ?? undefined) : null;

  void reply.headers({ etag, 'accept-ranges': 'bytes', ...digests(sha256), 'x-content-type-options': 'nosniff' });
  if (bytes === 'unchanged') return void reply.status(304).send();
  void reply.status(part ? 206 : 200).headers({
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(name),
    'content-length': String(part ? part.end - part.start + 1 : size),
    ...(part && { 'content-range': `bytes ${part.start}-${part.end}/${size}` }),
  });
  void reply.send(stream);
}

/** Of the whole file, also where a part is sent: RFC 9530, and RFC 3230 for those who ask in the old way. */
function digests(sha256: string) {
  const base64 = Buffer.from(sha256, 'hex').toString('base64');
  return { 'repr-digest': `sha-256=:${base64}:`, digest: `sha-256=${base64}` };
}

/** RFC 6266: a plain name for old clients, and the true one as RFC 8187 writes it. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
