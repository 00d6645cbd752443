/** What feeds a queue once more, and why is a job of it not cancelled? A row for each queue. */
import type { Topic } from '../outbox/outbox.js';
import type { QueueName } from '../queues.js';

/** `notification` is fed by many: its message is relayed once more instead. */
export const TOPICS: Readonly<Record<QueueName, Topic>> = {
  validation: 'validation.requested',
  examination: 'files.changed',
  publication: 'publication.requested',
  digest: 'upload.received',
  import: 'import.requested',
  notification: 'notification.written',
  email: 'delivery.requested',
  slack: 'slack.requested',
  invitation: 'invitation.written',
  'password-mail': 'password.forgotten',
  doi: 'doi.changed',
  webhook: 'webhook.due',
  operation: 'operation.requested',
  lookup: 'lookup.asked',
};

const WANTED = 'its row still asks for what it does, and it would be given again.';

export const NOT_CANCELLED: Readonly<Record<QueueName, string>> = {
  validation:
    'a run of checks ends with its verdict, when its submitter sends `submitter.cancel`, or when its time is over.',
  publication: 'what is being published goes on to its end; one that has failed can be aborted.',
  digest: 'the upload is over already.',
  import: 'the import is over already.',
  examination: WANTED,
  notification: WANTED,
  email: WANTED,
  slack: WANTED,
  invitation: `${WANTED} Revoke the invitation.`,
  'password-mail': WANTED,
  doi: `${WANTED} Change the DOI in the metadata.`,
  webhook: `${WANTED} Switch the endpoint off.`,
  operation: WANTED,
  lookup: WANTED,
};
