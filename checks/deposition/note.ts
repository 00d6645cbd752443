/** What is a note on metadata? Something odd, and what to do about it; nothing is refused by it. */
import type { Path } from '../profiles/cryoet/drafts.js';

export const NOTE_CODES = [
  /** It does not apply, since the sample is of another type; it is kept. */
  'ignored',
  'unit-slip',
  'unusual',
  'duplicate',
  'one-step',
  'many-sentences',
  /** Two values do not fit one another. */
  'disagrees',
  /** It is allowed to be left out, and a curator should know that it is. */
  'left-out',
  'spelling',
  'beyond-policy',
] as const;
export type NoteCode = (typeof NOTE_CODES)[number];

export interface Note {
  /** JSON pointer within the metadata. */
  readonly pointer: string;
  readonly code: NoteCode;
  /** A warning must be acknowledged. */
  readonly severity: 'warning' | 'info';
  readonly message: string;
  readonly fix: string;
  /** What the value probably should be. */
  readonly proposal?: { readonly from: unknown; readonly to: unknown };
}

/** Before it is known where the fields lie. */
export type Said = Omit<Note, 'pointer'> & { readonly path: Path };

export const warn = (
  path: Path,
  code: NoteCode,
  message: string,
  fix: string,
  proposal?: { readonly from: unknown; readonly to: unknown },
): Said => ({ path, code, severity: 'warning', message, fix, ...(proposal && { proposal }) });

export const inform = (path: Path, code: NoteCode, message: string, fix: string): Said => ({
  ...warn(path, code, message, fix),
  severity: 'info',
});

export function* within(path: Path, said: Iterable<Said>): Iterable<Said> {
  for (const each of said) yield { ...each, path: [...path, ...each.path] };
}
