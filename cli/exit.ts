/** With which status does `accession` end? The first that applies, from the top. */
export const EXIT = {
  usage: 2,
  notSignedIn: 3,
  /** Of the network, or of a part: run it again to resume. */
  interrupted: 4,
  conflict: 5,
  /** Findings that send the submission back. */
  blocked: 1,
  /** Nothing is wrong, and yet something could not be judged. */
  undecided: 6,
  sound: 0,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** What was asked for cannot be done: said in a sentence, with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command that cannot go on, for a reason that is neither its caller's nor a bug: said in a sentence. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor(
    readonly exit: Exit,
    message: string,
  ) {
    super(message);
  }
}
