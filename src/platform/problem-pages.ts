/** What does a problem's `type` lead to? `docs/problems/<code>.md`, as text at `/problems/<code>`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

export function problemPages(): ReadonlyMap<string, string> {
  const folder = join(projectFolder(), 'docs', 'problems');
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return new Map(files.map((name) => [name.slice(0, -'.md'.length), readFileSync(join(folder, name), 'utf8')]));
}

export function serveProblemPages(fastify: FastifyInstance): void {
  const pages = problemPages();
  fastify.get<{ Params: { code: string } }>('/problems/:code', (request, reply) => {
    const page = pages.get(request.params.code);
    if (!page) throw new NotFoundException();
    void reply.type('text/plain; charset=utf-8').header('cache-control', 'public, max-age=3600').send(page);
  });
}

/** The same from the sources as from the build: where package.json is. */
function projectFolder(from = import.meta.dirname): string {
  return existsSync(join(from, 'package.json')) ? from : projectFolder(dirname(from));
}
