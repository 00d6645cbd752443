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
const NAME = 3;
const PART = 3;
const MAX_PARTS = 80;

/**
 * The tag of a representation: its hash, and short ones of its parts, so that a stale one can say what has changed
 * without a history. `fields` are what a change would overwrite, with the names that the API gives them.
 */
export function etagOf(fields: Readonly<Record<string, unknown>>): string {
  const parts = [...partsOf(fields)].map(([pointer, value]) => Buffer.concat([hash(pointer, NAME), hash(value, PART)]));
  const bytes = Buffer.concat([hash(canonical(fields), WHOLE), ...parts.sort(Buffer.compare)]);
  return `"${bytes.toString('base64url')}"`;
}

/** Fields, and the members of those that are objects, as far as a header can hold them; and which members there are. */
function partsOf(fields: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
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

const hash = (text: string, length: number): Buffer => createHash('sha256').update(text).digest().subarray(0, length);

/** What differs between the version of an older tag and these fields; nothing, when the tag is not one of ours. */
function changedSince(etag: string, fields: Readonly<Record<string, unknown>>): string[] {
  const seen = new Map<string, string>();
  const bytes = Buffer.from(etag.slice(1, -1), 'base64url');
  for (let at = WHOLE; at + NAME + PART <= bytes.length; at += NAME + PART) {
    seen.set(bytes.toString('hex', at, at + NAME), bytes.toString('hex', at + NAME, at + NAME + PART));
  }
  if (seen.size === 0) return [];
  return [...partsOf(fields)]
    .filter(([pointer, value]) => seen.get(hash(pointer, NAME).toString('hex')) !== hash(value, PART).toString('hex'))
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
  check(fields: Readonly<Record<string, unknown>>): void {
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
