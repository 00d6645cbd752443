/** What is a log line about? Whatever the request or job has said of itself, wherever in it the line is written. */
import { AsyncLocalStorage } from 'node:async_hooks';

export type LogFields = Record<string, unknown>;

const current = new AsyncLocalStorage<LogFields>();

/** Every line that `work` logs carries these, and those of what it is a part of. */
export function withLogContext<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

/** The context itself, for a carrier that enters it more than once: Fastify's hooks. */
export function inLogContext<T>(context: LogFields, work: () => T): T {
  return current.run(context, work);
}

/** The lines that follow, and the last one of the request or job, say this too. */
export function note(fields: LogFields): void {
  Object.assign(current.getStore() ?? {}, fields);
}

export const logContext = (): Readonly<LogFields> => current.getStore() ?? {};
