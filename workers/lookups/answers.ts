/** How is a service asked, and its answer read? With care: it is somebody else's, and may be anything. */
import { z } from 'zod';
import type { Answered } from '../../src/lookups/lookup-work.service.js';
import type { Told } from '../paced-calls.js';

const MAX_TEXT = 500;
const MAX_NAMES = 200;

/** The service could not be asked, or has answered what makes no sense: of the identifier that says nothing. Without its name. */
export class LookupFailed extends Error {}

/** Asks a service for what is below its address. */
export interface Asking {
  readonly ask: (path: string, method?: 'GET' | 'HEAD') => Promise<Told>;
}

/** As a page can show it: one line, and no control characters. */
export const Line = z.string().transform((text) =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT),
);
/** Of several, those that are lines. */
export const Lines = z
  .array(z.unknown())
  .nullish()
  .transform((all) => (all ?? []).flatMap((each) => Line.safeParse(each).data || []))
  .catch([]);
/** A line, or null whatever else it is. */
export const MaybeLine = Line.nullish()
  .transform((text) => text || null)
  .catch(null);

const MISSING: readonly number[] = [404, 410];

/** Null: there is none. @throws LookupFailed */
export async function read<S extends z.ZodType>(
  { ask }: Asking,
  path: string,
  schema: S,
  missing: readonly number[] = MISSING,
): Promise<z.output<S> | null> {
  const { status, text } = await ask(path);
  if (missing.includes(status)) return null;
  if (status !== 200) throw new LookupFailed(`has answered with the status ${status}.`);
  const parsed = schema.safeParse(fromJson(text));
  if (!parsed.success) throw new LookupFailed('has answered what makes no sense.');
  return parsed.data;
}

export function verified(names: readonly (string | null)[], problem: string | null = null): Answered {
  const told = [...new Set(names.filter((name) => name !== null && name !== ''))].slice(0, MAX_NAMES) as string[];
  return { state: 'verified', label: told[0] ?? null, names: told, problem };
}

export const notFound = (problem: string | null = null): Answered => ({
  ...{ state: 'not_found', label: null, names: [], problem },
});

/** Undefined: it is none. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
