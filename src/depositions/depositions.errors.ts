/** What may be wrong with what is asked of a deposition? */
import { DomainError } from '../platform/domain-error.js';

export class NoDeposition extends DomainError {
  readonly code = 'no-deposition';
  readonly kind = 'missing';

  constructor(profile: string) {
    super(`A submission of the profile "${profile}" has no runs of a microscope, and no matrix of them.`);
  }
}

export class NoSuchDataset extends DomainError {
  readonly code = 'no-such-dataset';
  readonly kind = 'missing';

  constructor(readonly key: string) {
    super(`The metadata have no data set "${key}".`);
  }
}
