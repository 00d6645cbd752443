/** How far is it? Bars where somebody watches, a line a step where it goes to a file. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Terminal } from './command.js';

export interface Progress {
  at(name: string, done: number, of: number): void;
  done(name: string, how: string): void;
  end(): void;
}

export const progressOn = (terminal: Terminal): Progress => (process.stderr.isTTY ? bars() : lines(terminal));

function bars(): Progress {
  const all = new MultiBar(
    {
      stream: process.stderr,
      format: '{bar} {percentage}% | {value}/{total} bytes | {name}',
      hideCursor: true,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  const known = new Map<string, SingleBar>();
  return {
    at(name, done, of) {
      const bar = known.get(name) ?? all.create(of, 0, { name });
      known.set(name, bar);
      bar.update(done);
    },
    done(name, how) {
      const bar = known.get(name) ?? all.create(1, how === 'failed' ? 0 : 1, { name });
      bar.update(how === 'failed' ? 0 : bar.getTotal(), { name: `${name} (${how})` });
      bar.stop();
    },
    end: () => all.stop(),
  };
}

function lines(terminal: Terminal): Progress {
  return { at: () => {}, done: (name, how) => terminal.err(`${how}: ${name}\n`), end: () => {} };
}
