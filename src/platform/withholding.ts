/** What of an answer must this caller not see? The guard says it of the request; whatever leaves goes through it last. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

export interface Withholding {
  /** Before the schema of the route: what is withheld by its place. */
  shaped(value: unknown): unknown;
  /** After it: words, wherever they stand. What equals a word of `vocabulary` is ours and nobody's name. */
  swept(value: unknown, vocabulary: ReadonlySet<string>): unknown;
  text(text: string): string;
}

const withholdings = new WeakMap<FastifyRequest, Withholding>();

export const withhold = (request: FastifyRequest, what: Withholding): void => void withholdings.set(request, what);

export const withholdingOf = (request: FastifyRequest): Withholding | undefined => withholdings.get(request);

/** Before the hook that compares entity tags: an answer that was changed has another. */
export function sweepAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const withholding = withholdings.get(request);
    if (!withholding) return done(null, payload);
    try {
      sweepHeaders(reply, withholding);
      done(null, typeof payload === 'string' ? sweptBody(payload, request, reply, withholding) : payload);
    } catch (error) {
      done(error as Error);
    }
  });
}

const OF_PROBLEMS: ReadonlySet<string> = new Set(['application/problem+json', 'about:blank']);

function sweptBody(body: string, request: FastifyRequest, reply: FastifyReply, withholding: Withholding): string {
  const type = String(reply.getHeader('content-type') ?? '');
  const { answer } = request.routeOptions.config;
  const left = /\bjson\b/.test(type)
    ? JSON.stringify(withholding.swept(JSON.parse(body), wordsOf(JSON.parse(body), type, answer)))
    : withholding.text(body);
  // The tag of what lies beneath would let a guess be proved right.
  if (reply.hasHeader('etag')) void reply.header('etag', `"${createHash('sha256').update(left).digest('base64url')}"`);
  if (reply.hasHeader('content-length')) void reply.removeHeader('content-length');
  return left;
}

/** Headers that carry names carry them as parts of addresses, or of the name of a file. */
function sweepHeaders(reply: FastifyReply, withholding: Withholding): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (name === 'etag' || typeof value !== 'string') continue;
    if (name === 'content-disposition') void reply.header(name, disposition(value, withholding));
    else if (withholding.text(value) !== value || withholding.text(decoded(value)) !== decoded(value))
      void reply.removeHeader(name);
  }
}

/** As `serve` writes it; the plain name, which has lost some letters, is made anew. */
function disposition(header: string, withholding: Withholding): string {
  const exact = /filename\*=UTF-8''(\S+)/.exec(header)?.[1];
  if (exact === undefined) return withholding.text(header);
  const name = withholding.text(decoded(exact));
  if (name === decoded(exact)) return header;
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, '')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const vocabularies = new WeakMap<z.ZodType, ReadonlySet<string>>();
const NONE: ReadonlySet<string> = new Set();

/** A problem's own words are ours; those of an answer are what its schema enumerates. */
function wordsOf(value: { code?: unknown; title?: unknown; type?: unknown }, type: string, answer?: z.ZodType) {
  if (type.startsWith('application/problem+json'))
    return new Set([...OF_PROBLEMS, String(value.code), String(value.title), String(value.type)]);
  if (!answer) return NONE;
  const known = vocabularies.get(answer) ?? enumerated(z.toJSONSchema(answer, { unrepresentable: 'any' }));
  vocabularies.set(answer, known);
  return known;
}

function enumerated(schema: unknown, into = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return into;
  for (const [key, value] of Object.entries(schema)) {
    const words = key === 'enum' && Array.isArray(value) ? value : key === 'const' ? [value] : [];
    for (const word of words) if (typeof word === 'string') into.add(word);
    enumerated(value, into);
  }
  return into;
}
