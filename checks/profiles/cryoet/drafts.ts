/** How are metadata read that may be unfinished? As far as they are of the shape that is asked for; the rest is as if it were not there. */
import type { z } from 'zod';

export type Draft = Readonly<Record<string, unknown>>;
/** Steps of a JSON pointer. */
export type Path = readonly (string | number)[];

export const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');

export const draftOf = (value: unknown): Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Draft) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const entriesOf = (value: unknown): [key: string, value: unknown][] => Object.entries(draftOf(value));

/** And nothing that every object inherits. */
export const own = (draft: Draft, key: string): unknown => (Object.hasOwn(draft, key) ? draft[key] : undefined);

export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() ? value.trim() : null;
export const numberIn = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

export const pointerOf = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** What is wrong, and where. */
export type Fault = readonly [path: Path, message: string];

/** A rule between fields, which speaks even while some of them are missing: whoever fills the form sees all of it at once. */
export const between = <T>(faults: (value: unknown) => Iterable<Fault>) =>
  [
    (value: T, ctx: z.core.$RefinementCtx<T>) => {
      for (const [path, message] of faults(value)) ctx.addIssue({ code: 'custom', path: [...path], message });
    },
    { when: () => true },
  ] as const;
