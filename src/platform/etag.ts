/** Is what somebody is about to change still as they saw it? A strong ETag says what they saw, `If-Match` brings it back. */
import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { canonical } from './canonical-json.js';
import { DomainError } from './domain-error.js';
import { pointerOf } from './invalid-request.js';

export class PreconditionRequired extends DomainError {
  readonly code = 'precondition-required';
  readonly kind = 'precondition-required';

  constructor() {
    super(
      'Say which version you mean to change: `If-Match` with the `ETag` that you read, or `*` for whatever is there.',
    );
  }
}

/** What was read is no longer so. */
export class StaleVersion extends DomainError {
  readonly code = 'stale-version';
  readonly kind = 'stale';

  constructor(
    readonly etag: string,
    /** JSON pointers to what is different now. */
    readonly changed: readonly string[],
  ) {
    super('It has changed since you read it. Read it again, and repeat your change where it still makes sense.');
  }

  override headers() {
    return { etag: this.etag };
  }
}

const WHOLE = 12;
/** Of the name of a part and of its value, each. */
const PART = 4;
const MAX_PARTS = 80;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The tag of a representation: its hash, and short ones of its parts, so that a stale one can say what has changed
 * without a history. `fields` are what a change would overwrite, with the names that the API gives them.
 */
export function etagOf(fields: Fields): string {
  const parts = [...partsOf(fields)].sort(([a], [b]) => (a < b ? -1 : 1));
  const tag = Buffer.alloc(WHOLE + parts.length * 2 * PART);
  createHash('sha256').update(JSON.stringify(parts)).digest().copy(tag, 0, 0, WHOLE);
  parts.forEach(([pointer, value], i) => {
    tag.writeUInt32BE(shortHash(pointer), WHOLE + i * 2 * PART);
    tag.writeUInt32BE(shortHash(value), WHOLE + i * 2 * PART + PART);
  });
  return `"${tag.toString('base64url')}"`;
}

/** Fields, and the members of those that are objects, as far as a header can hold them; and which members there are. */
function partsOf(fields: Fields): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) {
    const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
    if (members.length === 0 || value instanceof Date || parts.size + members.length > MAX_PARTS) {
      parts.set(`/${name}`, canonical(value));
    } else {
      parts.set(`/${name}`, canonical(members.map(([member]) => member).sort()));
      for (const [member, inner] of members) parts.set(pointerOf([name, member]), canonical(inner));
    }
  }
  return parts;
}

/** FNV-1a: only to tell what has changed, after the whole hash has told that something has. */
function shortHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** What differs between the version of an older tag and these fields; nothing, when the tag is not one of ours. */
function changedSince(etag: string, fields: Fields): string[] {
  const bytes = Buffer.from(etag.slice(1, -1), 'base64url');
  const seen = new Map<number, number>();
  for (let at = WHOLE; at + 2 * PART <= bytes.length; at += 2 * PART) {
    seen.set(bytes.readUInt32BE(at), bytes.readUInt32BE(at + PART));
  }
  if (seen.size === 0) return [];
  return [...partsOf(fields)]
    .filter(([pointer, value]) => seen.get(shortHash(pointer)) !== shortHash(value))
    .map(([pointer]) => pointer);
}

const TAG = /(?:W\/)?"[\x21\x23-\x7e]*"/g;

/** What the caller says that they saw. */
export class Precondition {
  private constructor(private readonly tags: readonly string[] | '*') {}

  static of(header: string): Precondition {
    return new Precondition(header.trim() === '*' ? '*' : (header.match(TAG) ?? []));
  }

  /** @param fields as `etagOf` takes them, of what is there now. @throws StaleVersion */
  check(fields: Fields): void {
    if (this.tags === '*') return;
    const current = etagOf(fields);
    if (this.tags.includes(current)) return;
    const [seen = '""'] = this.tags;
    throw new StaleVersion(current, changedSince(seen, fields));
  }
}

function preconditionOf(_: unknown, context: ExecutionContext): Precondition {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined) throw new PreconditionRequired();
  return Precondition.of(header);
}

/** In the OpenAPI document too. */
const documented = (required: boolean) => (target: object, method: string | symbol | undefined) => {
  const property = method && Object.getOwnPropertyDescriptor(target, method);
  const description = 'The `ETag` of what you read, or `*`.';
  if (property) ApiHeader({ name: 'If-Match', required, description })(target, method, property);
};

/** `@IfMatch() expected: Precondition`, and then `expected.check(fields)` within the transaction that changes them. */
export const IfMatch = createParamDecorator(preconditionOf, [documented(true)]);
/** Where changing unseen is allowed: without the header, whatever is there is meant. */
export const MayIfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): Precondition =>
    Precondition.of(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'] ?? '*'),
  [documented(false)],
);
