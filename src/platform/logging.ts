/** How does a log line look? One line of JSON, with what it is about and no secret in it. */
import type { LoggerService } from '@nestjs/common';
import { logContext } from './log-context.js';
import { errorFields, redact, redactText } from './redaction.js';

export const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof LEVELS)[number];

type Write = (line: string) => void;

const toStdout: Write = (line) => void process.stdout.write(line);

/**
 * Nest's loggers write through it. `new Logger('relay').log('carried', { messages: 3 })` is
 * `{"time":…,"level":"info","context":"relay","msg":"carried","messages":3,…}`.
 */
export class JsonLog implements LoggerService {
  constructor(
    private readonly least: Level,
    private readonly write: Write = toStdout,
  ) {}

  log = (message: unknown, ...more: unknown[]): void => this.line('info', message, more);
  fatal = (message: unknown, ...more: unknown[]): void => this.line('error', message, more);
  error = (message: unknown, ...more: unknown[]): void => this.line('error', message, more);
  warn = (message: unknown, ...more: unknown[]): void => this.line('warn', message, more);
  debug = (message: unknown, ...more: unknown[]): void => this.line('debug', message, more);
  verbose = (message: unknown, ...more: unknown[]): void => this.line('debug', message, more);

  private line(level: Level, message: unknown, more: readonly unknown[]): void {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.least)) return;
    const line = {
      time: new Date().toISOString(),
      level,
      pid: process.pid,
      ...contextOf(more),
      ...said(message),
      ...Object.assign({}, ...more.filter(isObject).map((fields) => redact(fields))),
      ...(redact(logContext()) as object),
    };
    this.write(`${JSON.stringify(line)}\n`);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Nest gives the name of the logger as the last text, and before it the stack of an error. */
function contextOf(more: readonly unknown[]): object {
  const texts = more.filter((value) => typeof value === 'string');
  const stack = texts.find((text) => text.includes('\n    at '));
  const context = texts.findLast((text) => text !== stack);
  return { ...(context && { context }), ...(stack && { stack: redactText(stack) }) };
}

function said(message: unknown): object {
  if (message instanceof Error) return errorFields(message);
  return isObject(message) ? (redact(message) as object) : { msg: redactText(String(message)) };
}
