/** What does every part of the check do alike? It says as it goes, and goes on where something cannot be read. */
import type { Pen, Said } from '../../check.js';
import type { Rule } from '../../finding.js';
import { Hdf5Fault } from '../../readers/hdf5-library.js';
import { ON_DISK } from './docs.js';

export const UPLOAD_AGAIN =
  'Upload the file again, and compare its size and checksum with the original; if that is no better, write it again.';

export const FILE_RULES = {
  F01: {
    severity: 'error',
    message: 'The file cannot be read as AnnData: {why}.',
    fix: 'Read the file with AnnData 0.8 or later and write it again: `adata.write_h5ad("new.h5ad")`.',
    docs: ON_DISK,
  },
} as const satisfies Readonly<Record<string, Rule>>;

type FilePen = Pen<keyof typeof FILE_RULES>;
/** What a part of the check says. */
export type Saying = Generator<Said, void>;
export type SayingLater = AsyncGenerator<Said, void>;

/** Go on after `saying` even where something in the file cannot be read: that is then a finding. */
export function guarded(pen: FilePen, saying: Saying): Saying;
export function guarded(pen: FilePen, saying: Saying | SayingLater): SayingLater;
export function guarded(pen: FilePen, saying: Saying | SayingLater): Saying | SayingLater {
  return Symbol.asyncIterator in saying ? guardedLater(pen, saying) : guardedNow(pen, saying);
}

function* guardedNow(pen: FilePen, saying: Saying): Saying {
  try {
    yield* saying;
  } catch (error) {
    yield unreadable(pen, error);
  }
}

async function* guardedLater(pen: FilePen, saying: SayingLater): SayingLater {
  try {
    yield* saying;
  } catch (error) {
    yield unreadable(pen, error);
  }
}

/** The finding for a fault of the file; anything else is a fault of ours. */
export function unreadable(pen: FilePen, error: unknown): Said {
  if (!(error instanceof Hdf5Fault)) throw error;
  const { place, why } = error;
  const subject = place === '/' ? 'it' : place;
  return pen.report('F01', { location: place, why: `${subject} cannot be read, because ${why}`, fix: UPLOAD_AGAIN });
}
