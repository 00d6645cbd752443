/** Is an answer what the OpenAPI document says? Every answer of the end-to-end tests is held against it. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { documentOf } from '../src/start-http.js';

export interface SeenAnswer {
  readonly method: string;
  /** As it was asked for, with its query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed, where it is JSON. */
  readonly body: unknown;
}

type Media = Readonly<Record<string, unknown>>;
interface Described {
  readonly content?: Media;
}

const checkers = new WeakMap<object, (answer: SeenAnswer) => void>();

/**
 * @param module of which several apps may be made: they have one document
 * @throws an Error that says in what the answer and the document differ
 */
export function answersAsDocumented(app: NestFastifyApplication, answer: SeenAnswer, module: object = app): void {
  const check = checkers.get(module) ?? checkerOf(documentOf(app));
  checkers.set(module, check);
  check(answer);
}

export function checkerOf(document: OpenAPIObject): (answer: SeenAnswer) => void {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'api');
  const matches = pathsOf(document);
  const compiled = new Map<string, ValidateFunction>();

  const bodyFault = (reference: string, body: unknown): string | null => {
    const validate = compiled.get(reference) ?? ajv.compile({ $ref: `api${reference}` });
    compiled.set(reference, validate);
    return validate(body) ? null : ajv.errorsText(validate.errors, { dataVar: '' });
  };

  return (answer) => {
    const fault =
      answer.status >= 400 ? problemFault(answer, bodyFault) : successFault(answer, document, matches, bodyFault);
    if (fault) throw new Error(`${answer.method.toUpperCase()} ${answer.path} answers ${answer.status}, and ${fault}`);
  };
}

type BodyFault = (reference: string, body: unknown) => string | null;

function problemFault({ method, status, headers, body }: SeenAnswer, bodyFault: BodyFault): string | null {
  const type = mediaTypeOf(headers);
  if (type !== 'application/problem+json') return `it is no problem details object but "${type}"`;
  if (method.toLowerCase() === 'head') return null;
  const told = body as { readonly status?: unknown; readonly code?: unknown; readonly type?: unknown };
  if (told.status !== status) return `its body says ${told.status}`;
  if (!String(told.type).endsWith(`/problems/${told.code}`)) return `its type "${told.type}" is not that of its code`;
  return bodyFault('#/components/schemas/Problem', body);
}

function successFault(
  { method, path, status, headers, body }: SeenAnswer,
  document: OpenAPIObject,
  matches: PathMatches,
  bodyFault: BodyFault,
): string | null {
  if (!headers['x-request-id']) return 'it has no X-Request-Id';
  if (status === 304) return null;
  const template = matches(path);
  if (!template) return 'its path is not in the document';
  const verb = method.toLowerCase();
  const item = document.paths[template] as Record<string, { readonly responses?: Record<string, Described> }>;
  const described = item[verb]?.responses?.[status];
  if (!described) return `the document does not know this status of ${verb.toUpperCase()} ${template}`;
  if (verb === 'head') return null;
  if (!described.content) return isEmpty(body) ? null : 'it has a body that the document does not know';

  const type = mediaTypeOf(headers);
  if (!(type in described.content)) return `"${type}" is not in the document`;
  if (type !== 'application/json') return null;
  const reference = ['paths', template, verb, 'responses', String(status), 'content', type, 'schema'];
  const fault = bodyFault(`#/${reference.map(escaped).join('/')}`, body);
  return fault && `its body differs: ${fault}`;
}

type PathMatches = (path: string) => string | null;

/** The last parameter of a path may hold slashes, as the path of a file does; literal parts come before parameters. */
function pathsOf(document: OpenAPIObject): PathMatches {
  const known = Object.keys(document.paths)
    .map((template) => ({ template, parameters: template.match(/\{/g)?.length ?? 0, pattern: patternOf(template) }))
    .sort((a, b) => a.parameters - b.parameters);
  return (path) => known.find(({ pattern }) => pattern.test(path.replace(/\?.*/, '')))?.template ?? null;
}

function patternOf(template: string): RegExp {
  const literal = template.replace(/[.+*?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{path\}$/, '.+').replace(/\{[^}]+\}/g, '[^/]+')}$`);
}

const escaped = (step: string): string => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));

const mediaTypeOf = (headers: SeenAnswer['headers']): string =>
  String(headers['content-type'] ?? '').replace(/;.*/, '');

/** supertest says `{}` where there is nothing. */
const isEmpty = (body: unknown): boolean =>
  body === undefined || body === null || body === '' || (typeof body === 'object' && Object.keys(body).length === 0);
