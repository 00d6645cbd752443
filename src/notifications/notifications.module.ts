/** What do both processes need of notifications? The list that people read, and the mails that carry it. */
import { Module } from '@nestjs/common';
import { DeliveriesService } from './deliveries.service.js';
import { DigestsService } from './digests.service.js';
import { NotificationsService } from './notifications.service.js';
import { OccasionsService } from './occasions.service.js';
import { PreferencesService } from './preferences.service.js';

const services = [NotificationsService, DeliveriesService, DigestsService, OccasionsService, PreferencesService];

@Module({ providers: services, exports: services })
export class NotificationsModule {}
