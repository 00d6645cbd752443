/** What can be refused about data sets, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class DatasetNotFound extends DomainError {
  readonly code = 'dataset-not-found';
  readonly kind = 'missing';

  constructor(readonly datasetId: string) {
    super(`The submission has no data set ${datasetId}, or its file was taken away.`);
  }
}
