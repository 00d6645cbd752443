/** Which programs does an IMOD command file start, with which parameters? They are data here: nothing is ever executed. */
import { tokensOf } from './decimal.js';
import type { TextLine } from './small-text.js';

export interface CommandLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface Command {
  /** Its name without path: `tilt`; null for what stands above the first command. */
  readonly program: string | null;
  /** Of the command line, without the program. */
  readonly line: number;
  readonly options: readonly string[];
  /** What the program reads from the file. */
  readonly input: readonly CommandLine[];
}

/** `$` begins a command, `#` a comment; a backslash at the end of a command continues it on the next line. */
export function readCommands(lines: readonly TextLine[]): Command[] {
  const commands: (Command & { options: string[]; input: CommandLine[] })[] = [];
  let current: (typeof commands)[number] | null = null;
  let isContinued = false;
  for (const { number: line, text } of lines) {
    if (isContinued && current) {
      isContinued = text.endsWith('\\');
      for (const token of tokensOf(text.replace(/\\$/, ''))) if (token) current.options.push(token);
      continue;
    }
    if (text.startsWith('#')) continue;
    if (text.startsWith('$')) {
      isContinued = text.endsWith('\\');
      const [command = '', ...options] = tokensOf(text.slice(1).replace(/\\$/, ''));
      current = { program: nameOf(command), line, options, input: [] };
      commands.push(current);
      continue;
    }
    if (!current) {
      current = { program: null, line, options: [], input: [] };
      commands.push(current);
    }
    current.input.push({ line, text });
  }
  return commands;
}

/** `/usr/local/IMOD/bin/tilt`, `tilt.exe` */
const nameOf = (command: string): string => (command.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.exe$/, '');

export const readsStandardInput = ({ options }: Command): boolean => options.some((option) => /^-+st/i.test(option));

export interface Parameter {
  /** As it stands. */
  readonly name: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** `Keyword value`, with blanks, a tabulator or `=` between them. */
export function parameterOf({ line, text }: CommandLine): Parameter {
  const end = text.search(/[\s=]/);
  if (end < 0) return { name: text, value: '', line };
  return { name: text.slice(0, end), value: text.slice(end).replace(/^\s*=?\s*/, ''), line };
}
