/** What does the API take and give about how people wish to be told? */
import { z } from 'zod';
import { CATEGORIES, CATEGORY_IDS, EMAIL_WAYS, LIST_WAYS, SLACK_WAYS } from './categories.js';

export const CategoryWord = z.enum(
  Object.keys(CATEGORIES) as [keyof typeof CATEGORIES, ...(typeof CATEGORY_IDS)[number][]],
);

const Ways = z
  .object({
    inApp: z.enum(LIST_WAYS).meta({ description: 'It is always in the list; `muted`, it comes there as read.' }),
    email: z.enum(EMAIL_WAYS).meta({ description: '`daily`: in one mail, at the hour of the digest.' }),
    slack: z.enum(SLACK_WAYS),
  })
  .meta({ id: 'NotificationWays' });

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 22:00')
  .meta({ examples: ['22:00'] });
const Digest = z.strictObject({
  hour: z.int().min(0).max(23),
  timeZone: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: 'Of the IANA database.', examples: ['Europe/Berlin'] }),
});
const QuietHours = z.strictObject({ from: time, to: time });

const Available = z
  .object({
    id: CategoryWord,
    label: z.string(),
    description: z.string(),
    topics: z.array(z.string()).meta({ description: 'Which notifications; with a star, all that begin so.' }),
    isRequired: z.boolean().meta({ description: 'Its mails are sent at once, whatever is chosen.' }),
    byDefault: Ways,
  })
  .meta({ id: 'NotificationCategory' });

export const PreferencesView = z
  .object({
    categories: z.record(CategoryWord, Ways),
    asViewer: z.boolean().meta({ description: 'Whether to hear of what one may only look at.' }),
    digest: Digest,
    quietHours: QuietHours.nullable().meta({
      description:
        'Mails and messages wait for their end, by the time zone of the digest. They may reach over midnight.',
    }),
    slack: z
      .object({
        url: z
          .string()
          .nullable()
          .meta({ description: 'Only the end of it: enough to know it by. Null: there is none.' }),
        problem: z.string().nullable().meta({ description: 'Why nothing goes there any more, until it is set anew.' }),
      })
      .meta({ id: 'SlackPreference' }),
    email: z
      .object({
        address: z.string(),
        paused: z.object({ since: z.iso.datetime(), problem: z.string() }).nullable().meta({
          description: 'Mail rests since the mail server did not know the address. `null` in a PATCH ends that.',
        }),
      })
      .meta({ id: 'EmailPreference' }),
    nextDigestAt: z.iso.datetime().nullable().meta({ description: 'Null: nothing is held for it.' }),
    available: z.array(Available).meta({ description: 'The categories in their order, with words for a page.' }),
  })
  .meta({ id: 'Preferences' });
export type PreferencesView = z.infer<typeof PreferencesView>;

const WaysEdit = z
  .strictObject({ inApp: z.enum(LIST_WAYS), email: z.enum(EMAIL_WAYS), slack: z.enum(SLACK_WAYS) })
  .partial()
  .nullable()
  .meta({ description: 'Null: as it is by default.' });

export const PreferencesEdit = z
  .strictObject({
    categories: z.partialRecord(CategoryWord, WaysEdit),
    asViewer: z.boolean(),
    digest: Digest.partial(),
    quietHours: QuietHours.refine(({ from, to }) => from !== to, {
      path: ['to'],
      message: 'expected another time than `from`; `"quietHours": null` is none',
    }).nullable(),
    slack: z.strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .max(500)
        .nullable()
        .meta({ description: 'An incoming webhook of Slack; null: none.' }),
    }),
    email: z.strictObject({ paused: z.null() }),
  })
  .partial()
  .meta({ id: 'PreferencesEdit' });
export type PreferencesEdit = z.infer<typeof PreferencesEdit>;

export const UnsubscribeQuery = z.strictObject({
  of: z.enum(['these', 'all']).default('these').meta({ description: '`all`: every mail but those that must be.' }),
});
export type UnsubscribeQuery = z.infer<typeof UnsubscribeQuery>;

export const UnsubscribeView = z
  .object({
    email: z.string().meta({ description: 'The address, as far as its owner knows it by.' }),
    these: z
      .object({ id: CategoryWord, label: z.string(), isOff: z.boolean() })
      .nullable()
      .meta({ description: 'What the mail was about; null: of several things.' }),
    isAllOff: z.boolean(),
    links: z.object({ these: z.url(), all: z.url() }).meta({ description: 'POST to one of them ends the mails.' }),
  })
  .meta({ id: 'Unsubscribe' });
export type UnsubscribeView = z.infer<typeof UnsubscribeView>;
