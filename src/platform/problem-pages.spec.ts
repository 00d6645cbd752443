import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemPages } from './problem-pages.js';

const SOURCES = join(import.meta.dirname, '..');

const read = (file: string) => readFileSync(join(SOURCES, file), 'utf8');

/** Every code that there is: of an error's class, of a row `[code, kind, …]`, and what the framework's errors are given. */
function codes(): ReadonlySet<string> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const texts = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')).map(read);
  const kinds = [...read('platform/domain-error.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, kind]) => kind);
  const row = new RegExp(`\\[\\s*'([a-z-]+)',\\s*'(?:${kinds.join('|')})'`, 'g');

  const found = [
    ...texts.flatMap((text) => [...text.matchAll(/readonly code = '([a-z-]+)'/g), ...text.matchAll(row)]),
    ...read('platform/problem.ts').matchAll(/(?:\d{3}: \[\s*|code: )'([a-z-]+)'/g),
  ];
  return new Set(found.map(([, code = '']) => code));
}

describe('the pages of the problems', () => {
  const pages = problemPages();

  it('are there for every code', () => {
    const missing = [...codes()].filter((code) => !pages.has(code));

    expect(missing, `write ${missing.map((code) => `docs/problems/${code}.md`).join(', ')}`).toEqual([]);
    expect(codes().size).toBeGreaterThan(30);
  });

  it('are there for no code that nobody throws', () => {
    const orphans = [...pages.keys()].filter((code) => !codes().has(code));

    expect(orphans, 'delete these pages, or throw their errors').toEqual([]);
  });

  it.each([...pages])('%s says what it means and what to do', (code, page) => {
    const title = code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');

    expect(page.split('\n')[0]).toBe(`# ${title}`);
    expect(page).toMatch(new RegExp(`^Status \\d{3}, code \`${code}\`\\.$`, 'm'));
    expect(page).toMatch(/^## What to do\n\n\S/m);
  });
});
