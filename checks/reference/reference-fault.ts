/** Why are reference data not here, or not to be had? In a sentence that says what, where and how to mend it. */

export type FaultKind =
  /** What is installed is not as it was written. */
  | 'damaged'
  /** What was asked for, or the folder that was named, is not what an installation can be made of. */
  | 'unusable'
  /** It did not come, or not whole: the next try goes on from there. */
  | 'interrupted';

export class ReferenceFault extends Error {
  override readonly name = 'ReferenceFault';

  constructor(
    readonly kind: FaultKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
