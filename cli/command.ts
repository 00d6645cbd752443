/** What is a command? Its help, and what it does with its arguments; `main.ts` has the table of them. */
import type { Exit } from './exit.js';

export interface Command {
  /** After `accession `: `validate PATH... [--full]`. */
  readonly usage: string;
  /** What it does, its options and its exit statuses: printed by `--help`, below the usage. */
  readonly help: string | (() => Promise<string>);
  /** Reads `args` with `parseArgs` of node:util. Throws `UsageError` where they make no sense; anything else thrown is a bug. */
  run(args: readonly string[], terminal: Terminal): Promise<Exit>;
}

/** What a command may write to, and when it has to stop. */
export interface Terminal {
  /** Results, and nothing else. */
  out(text: string): void;
  /** What goes on, and what went wrong. */
  err(text: string): void;
  /** May results be coloured? On a terminal, and without NO_COLOR. */
  readonly isColoured: boolean;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}
