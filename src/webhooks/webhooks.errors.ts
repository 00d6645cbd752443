/** What can be refused about webhooks, in the words of the domain? */
import { DomainError } from '../platform/domain-error.js';

export class WebhookNotFound extends DomainError {
  readonly code = 'webhook-not-found';
  readonly kind = 'missing';

  constructor(readonly webhookId: string) {
    super(`There is no webhook ${webhookId} here.`);
  }
}

export class WebhookDeliveryNotFound extends DomainError {
  readonly code = 'webhook-delivery-not-found';
  readonly kind = 'missing';

  constructor(readonly deliveryId: string) {
    super(`The webhook has no delivery ${deliveryId}: its log is kept for a while only.`);
  }
}

export class TooManyWebhooks extends DomainError {
  readonly code = 'too-many-webhooks';
  readonly kind = 'refused';

  constructor(readonly most: number) {
    super(`There are ${most} webhooks already, and no more can be. Delete one, or let one hear of more events.`);
  }
}

/** Nothing but tests is sent to an endpoint that is off. */
export class WebhookOff extends DomainError {
  readonly code = 'webhook-off';
  readonly kind = 'refused';

  constructor(readonly webhookId: string) {
    super(`The webhook ${webhookId} is switched off. Switch it on first: PATCH it with \`active: true\`.`);
  }
}

/** It is about to be sent anyway. */
export class DeliveryUnderWay extends DomainError {
  readonly code = 'delivery-under-way';
  readonly kind = 'refused';

  constructor(
    readonly deliveryId: string,
    readonly state: string,
  ) {
    super(`The delivery ${deliveryId} is ${state}, and is not sent a second time before that has ended.`);
  }
}
