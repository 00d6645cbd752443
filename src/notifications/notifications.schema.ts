/** What does the API take and give about notifications? */
import { z } from 'zod';
import { commaList, pageOf, pageQuery } from '../platform/page.js';
import { CategoryWord } from './preferences.schema.js';

const instant = z
  .date()
  .transform((at) => at.toISOString())
  .pipe(z.iso.datetime());

export const DELIVERY_STATES = ['held', 'pending', 'sending', 'sent', 'failed', 'skipped'] as const;

const EmailDelivery = z
  .object({
    state: z.enum(DELIVERY_STATES).meta({
      description:
        '`held` is for the mail of the day; `pending` is tried, or tried again; `failed` is for good; `skipped` is not sent, since its reader no longer wanted it.',
    }),
    attempts: z.int(),
    problem: z.string().nullable().meta({ description: 'Why the last try failed.' }),
    sentAt: instant.nullable(),
  })
  .meta({ id: 'EmailDelivery' });

export const NotificationView = z
  .object({
    id: z.uuid(),
    topic: z.string().meta({ examples: ['changes.requested'] }),
    category: CategoryWord.meta({ description: 'To which the preferences apply.' }),
    submissionId: z.uuid().nullable(),
    title: z.string(),
    text: z.string().meta({ description: 'What has happened, whose move it is, what to do next: as in the mail.' }),
    link: z.url().meta({ description: 'Where one goes from here.' }),
    createdAt: instant,
    readAt: instant.nullable(),
    email: EmailDelivery.nullable().meta({ description: 'Null: it is not sent by mail.' }),
  })
  .meta({ id: 'Notification' });
export type NotificationView = z.input<typeof NotificationView>;

export const NotificationsQuery = pageQuery({
  topic: commaList(z.string().min(1).max(100)).optional(),
  category: CategoryWord.optional(),
  submission: z.uuid().optional(),
  unread: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true')
    .meta({ description: 'Only those that have no read mark.' }),
});
export type NotificationsQuery = z.infer<typeof NotificationsQuery>;

export const NotificationsPage = pageOf(NotificationView, 'NotificationItems')
  .extend({ unreadCount: z.int().meta({ description: 'How many have no read mark, on all pages.' }) })
  .meta({ id: 'Notifications' });
export type NotificationsPage = z.input<typeof NotificationsPage>;

export const ReadMark = z.strictObject({ read: z.boolean() }).meta({ id: 'ReadMark' });
export type ReadMark = z.infer<typeof ReadMark>;

export const ReadAll = z
  .strictObject({
    before: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Those up to this `createdAt`, the last that was seen; all without it.' }),
  })
  .default({})
  .meta({ id: 'ReadAll' });
export type ReadAll = z.infer<typeof ReadAll>;

export const AllRead = z
  .object({ marked: z.int().meta({ description: 'How many have the mark only now.' }), unreadCount: z.int() })
  .meta({ id: 'AllRead' });
export type AllRead = z.infer<typeof AllRead>;
