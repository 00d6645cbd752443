/** Does the query hold what the route does not know? It is refused, or a filter that is misspelt would filter nothing. */
import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { InvalidQuery, unknownName } from './invalid-request.js';
import { namesAt } from './schema-names.js';

/** What Nest writes down for each argument of a handler: under `<type>:<index>`. */
type Arguments = Readonly<Record<string, { readonly data?: unknown; readonly schema?: unknown }>>;

@Injectable()
export class KnownParameters implements CanActivate {
  private readonly known = new WeakMap<object, readonly string[]>();

  canActivate(context: ExecutionContext): boolean {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const given = Object.keys(query ?? {});
    if (given.length > 0 && !takesAny(context)) this.refuseUnknown(given, this.knownTo(context));
    return true;
  }

  private refuseUnknown(given: readonly string[], known: readonly string[]): void {
    const unknown = given.filter((name) => !known.includes(name));
    if (unknown.length === 0) return;
    throw new InvalidQuery(
      unknown.map((name) => ({
        parameter: name,
        code: 'unknown_parameter',
        detail: unknownName('parameter', name, known),
      })),
    );
  }

  private knownTo(context: ExecutionContext): readonly string[] {
    const handler = context.getHandler();
    const known = this.known.get(handler) ?? parametersOf(context);
    this.known.set(handler, known);
    return known;
  }
}

const OTHERS = Symbol('others say what is in the query');

/** For what others send a browser to, with parameters of their own. */
export const TakesAnyParameters = () => SetMetadata(OTHERS, true);

const takesAny = (context: ExecutionContext): boolean => Reflect.getMetadata(OTHERS, context.getHandler()) === true;

function parametersOf(context: ExecutionContext): readonly string[] {
  const args: Arguments = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ?? {};
  return Object.entries(args)
    .filter(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`))
    .flatMap(([, { data, schema }]) => (typeof data === 'string' ? [data] : namesAt(schema)));
}
