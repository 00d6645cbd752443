/** What is taken as a JSON body? Well-formed, not too large, not too deep, and with texts that can be kept. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { DomainError } from './domain-error.js';

/** Deeper than any metadata, and shallow enough for every function that recurses. */
const MAX_DEPTH = 64;

class MalformedJson extends DomainError {
  readonly code = 'malformed-json';
  readonly kind = 'malformed';

  constructor(why: string) {
    super(`The body is not JSON that can be read: ${why}.`);
  }
}

export class BodyTooLarge extends DomainError {
  readonly code = 'body-too-large';
  readonly kind = 'too-large';

  constructor(readonly limit: number) {
    super(`The body may have at most ${limit} bytes.`);
  }
}

class NestedTooDeep extends DomainError {
  readonly code = 'nested-too-deep';
  readonly kind = 'malformed';

  constructor(readonly pointer: string) {
    super(`The body is nested deeper than ${MAX_DEPTH} levels, at ${pointer.slice(0, 60)}….`);
  }
}

export class UnusableText extends DomainError {
  readonly code = 'unusable-text';
  readonly kind = 'malformed';

  constructor(readonly pointer: string) {
    super(`The text at "${pointer}" holds the character U+0000 or half of a surrogate pair, which cannot be kept.`);
  }
}

class UnsupportedMediaType extends DomainError {
  readonly code = 'unsupported-media-type';
  readonly kind = 'unsupported';

  constructor() {
    super('Send JSON: `Content-Type: application/json`, or `application/merge-patch+json` for PATCH.');
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Machines send it forms, and no cookie counts there. */
    takesForm?: boolean;
  }
}

type Done = (error: Error | null, body?: unknown) => void;

/** Before Nest adds its own parsers: those read forms too, which other sites can send with a person's cookie. */
export function takeJson(app: NestFastifyApplication, limit: number): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  const readJson = (request: Parameters<typeof parse>[0], bytes: Buffer, done: Done) => {
    if (bytes.length === 0) return done(null, undefined);
    const text = bytes.toString('utf8');
    void parse(request, text, (error, body) => {
      if (error) return done(new MalformedJson(whyNot(text)));
      done(faultOf(body), body);
    });
  };

  fastify.removeContentTypeParser('text/plain');
  app.useBodyParser('application/json', { bodyLimit: limit }, readJson);
  app.useBodyParser('application/merge-patch+json', { bodyLimit: limit }, readJson);
  // Tables; a form of another site cannot send this type.
  app.useBodyParser('text/csv', { bodyLimit: limit }, (_request: unknown, bytes: Buffer, done: Done) =>
    done(null, bytes.toString('utf8')),
  );
  app.useBodyParser(
    'application/x-www-form-urlencoded',
    { bodyLimit: limit },
    ({ routeOptions }: FastifyRequest, form: Buffer, done: Done) => {
      if (!routeOptions.config.takesForm) return done(new UnsupportedMediaType());
      done(null, Object.fromEntries(new URLSearchParams(form.toString('utf8'))));
    },
  );
}

/** Fastify says that it is not; JavaScript says where. What JavaScript takes, Fastify refused for the names in it. */
function whyNot(text: string): string {
  try {
    JSON.parse(text);
    return 'the member names "__proto__" and "constructor" are not allowed';
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

type Node = readonly [pointer: string, name: string, value: unknown];

/** Level by level, for a body may be deeper than the stack. */
export function faultOf(body: unknown): DomainError | null {
  let level: readonly Node[] = [['', '', body]];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return new NestedTooDeep(level[0]?.[0] ?? '');
    const unusable = level.find(([, name, value]) => !isUsable(name) || !isUsable(value));
    if (unusable) return new UnusableText(unusable[0]);
    level = level.flatMap(membersOf);
  }
  return null;
}

function membersOf([pointer, , value]: Node): readonly Node[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, member]) => [`${pointer}/${name}`, name, member]);
}

const isUsable = (value: unknown): boolean =>
  typeof value !== 'string' || !(value.includes('\0') || /\p{Surrogate}/u.test(value));
