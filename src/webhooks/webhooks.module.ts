/** What do both processes need of webhooks? Endpoints, the log of what was sent, and what is to be sent. */
import { Module } from '@nestjs/common';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { WebhookFeed } from './webhook-feed.service.js';
import { WebhookLog } from './webhook-log.service.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhookSending } from './webhook-sending.service.js';
import { WebhooksService } from './webhooks.service.js';

const services = [WebhookSecrets, WebhooksService, WebhookLog, WebhookSending, WebhookFeed];

@Module({ imports: [SubmissionsModule], providers: services, exports: services })
export class WebhooksModule {}
