/** What keeps a publication from coming about, so that no further try mends it? */

/** A person has to see to it first. What it says is for everybody's eyes. */
export abstract class Hopeless extends Error {}

/** Bytes were changed behind the service. */
export class NotAsSealed extends Hopeless {
  constructor(file: string, expected: string, found: string) {
    super(
      `The bytes of "${file}" are not those that were sealed: ${expected} expected, ${found} found. Restore the stored object from a backup, and try again.`,
    );
  }
}

/** Rows were changed behind the service. */
export class SealBroken extends Hopeless {
  constructor() {
    super('Metadata and files are not those that were checked and approved: abort, and have it reviewed again.');
  }
}

/** The workers that tried it were all lost. */
export class TriesSpent extends Hopeless {
  constructor(step: string, tries: number) {
    super(`The step "${step}" was begun ${tries} times, and no worker came back from it.`);
  }
}
