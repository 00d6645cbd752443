/** Whom does a handler serve? The row of the table of permissions that its decorators lead to. */
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { type Access, ROUTES } from '../permissions.js';

/** A class or a method, as Nest hands them over. */
type Decorated = object;

/** A route that nobody has thought about serves nobody: not an answer to a caller, a fault of ours. */
export class UnknownRoute extends Error {
  constructor(routes: readonly string[]) {
    super(`src/permissions.ts has no row for ${routes.join(', ')}, or not the same one for all of them.`);
  }
}

/** What the table says of a handler's routes, which must be the same for all of them; null: it does not. */
export function accessTo(routes: readonly string[]): Access | null {
  const [first, ...others] = routes.map((route) => ROUTES[route]);
  return first && others.every((row) => row?.who === first.who) ? first : null;
}

/** As the table and the OpenAPI document write them, `GET /submissions/{id}`; none: it is no handler of a route. */
export function routesOf(controller: Decorated, handler: Decorated): string[] {
  const method: RequestMethod | undefined = Reflect.getMetadata(METHOD_METADATA, handler);
  if (method === undefined) return [];
  const bases = pathsOf(controller);
  return pathsOf(handler).flatMap((path) =>
    bases.map((base) => `${RequestMethod[method]} ${templateOf(`${base}/${path}`)}`),
  );
}

const pathsOf = (decorated: Decorated): string[] => [Reflect.getMetadata(PATH_METADATA, decorated) ?? ''].flat();

/** `:id` is `{id}`; what matches all the rest, `*`, is a `{path}`. */
function templateOf(path: string): string {
  const steps = path.split('/').filter(Boolean);
  return `/${steps.map((step) => step.replace(/^:(\w+)$/, '{$1}').replace(/^\*\w*$/, '{path}')).join('/')}`;
}
